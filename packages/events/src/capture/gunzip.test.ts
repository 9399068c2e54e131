import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { unpack } from './decompress.ts';
import { openSource } from './source.ts';

/** Bytes that pack to about half, so that they take many pieces. */
const whole = Buffer.alloc(300_000);
for (let index = 0, state = 1; index < whole.length; index++) {
  state = (state * 48_271) % 0x7fff_ffff;
  whole[index] = state % 16;
}
const packed = gzipSync(whole);

async function unpackAll(bytes: Uint8Array, room = 10_000): Promise<{ unpacked: Buffer; message?: string }> {
  const source = await unpack(await openSource(bytes), 'x.scap.gz');
  const target = new Uint8Array(room);
  const parts: Buffer[] = [];
  try {
    for (;;) {
      const count = await source.read(target, 0, room);
      if (count === 0) return { unpacked: Buffer.concat(parts) };
      parts.push(Buffer.from(target.subarray(0, count)));
    }
  } catch (error) {
    return { unpacked: Buffer.concat(parts), message: (error as Error).message };
  } finally {
    await source.close();
  }
}

test('everything before a check that fails, or before what is no gzip, is given', async () => {
  const changedCheck = Buffer.from(packed);
  changedCheck[packed.length - 6]! ^= 1;
  const changedLength = Buffer.from(packed);
  changedLength[packed.length - 1]! ^= 1;
  for (const [bytes, reason] of [
    [changedCheck, 'incorrect data check'],
    [changedLength, 'incorrect length check'],
    [packed.subarray(0, packed.length - 3), 'unexpected end of file'],
    [Buffer.concat([packed, Buffer.from('something else')]), 'incorrect header check'],
    [Buffer.concat([packed, packed.subarray(0, 7)]), 'unexpected end of file'],
  ] as const) {
    const { unpacked, message } = await unpackAll(bytes);
    assert.ok(unpacked.equals(whole), reason);
    assert.match(message ?? '', new RegExp(`breaks off after 300000 unpacked bytes \\(${reason}\\)`));
  }
});

test('members follow one another wherever they end, and zeros behind the last are padding', async () => {
  const lengths = [0, 1, 5, 30_000, 32_768, 65_536, 100_000];
  const members = lengths.map((length) => gzipSync(whole.subarray(0, length), { level: 0 }));
  const { unpacked, message } = await unpackAll(Buffer.concat([...members, packed, Buffer.alloc(700)]));
  assert.equal(message, undefined);
  const expected = Buffer.concat([...lengths.map((length) => whole.subarray(0, length)), whole]);
  assert.ok(unpacked.equals(expected));
});

test('a member ends where a piece of the input does', async () => {
  for (let length = 32_700; length < 32_780; length++) {
    const member = gzipSync(whole.subarray(0, length), { level: 0 });
    const { unpacked, message } = await unpackAll(Buffer.concat([member, member, member]), 70_000);
    assert.equal(message, undefined);
    assert.equal(unpacked.length, 3 * length);
  }
});

test('a header may hold a name, a comment, more and a check', async () => {
  const body = packed.subarray(10);
  const extra = Buffer.concat([Buffer.from([3, 0]), Buffer.from('abc')]);
  for (const [flags, optional] of [
    [0x08, 'name\0'],
    [0x1e, `${extra.toString('latin1')}name\0comment\0\x12\x34`],
  ] as const) {
    const header = Buffer.from([0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 3]);
    const { unpacked, message } = await unpackAll(
      Buffer.concat([header, Buffer.from(optional, 'latin1'), body]),
    );
    assert.equal(message, undefined);
    assert.ok(unpacked.equals(whole));
  }
});
