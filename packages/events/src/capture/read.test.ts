import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { isSeawallError, type SeawallError } from '@seawall/base';
import { locateShared } from '../../../../test/shared.ts';
import { sharedCaptures, withoutShared } from '../../../../test/shared-captures.ts';
import { readWhole, sectionHeader, unpackedBytes } from '../testing-captures.ts';
import type { ProcessEntry } from './section.ts';

const captures = sharedCaptures();
const skip = withoutShared;

function capture(name: string): string {
  return captures.find((path) => basename(path) === name)!;
}

test('every event of the shared captures has the number that Falco gives it', { skip }, async () => {
  for (const path of captures) {
    const { events, error } = await readWhole(path);
    assert.equal(error, undefined, path);
    const lines = join(locateShared()!, 'conformance/fields-by-event', `${basename(path, '.scap')}.jsonl.gz`);
    const expected = gunzipSync(readFileSync(lines)).toString().trim().split('\n');
    const timeByNumber = new Map(
      events.map((event) => {
        const [number, cpu, , hex] = event.split(' ') as [string, string, string, string];
        return [number, `${cpu} ${Buffer.from(hex, 'hex').readBigUInt64LE(0)}`];
      }),
    );
    let compared = 0;
    for (const line of expected) {
      const fields = JSON.parse(line);
      if (fields['evt.num'] === undefined) continue;
      compared++;
      assert.equal(timeByNumber.get(fields['evt.num']), `${fields['evt.cpu']} ${fields['evt.rawtime']}`);
    }
    assert.ok(compared > 0);
  }
});

test('however it is packed and cut into chunks, a capture reads the same', { skip }, async () => {
  for (const name of ['cat_write.scap', 'sample.scap', 'psp_run_as_user_0_container.scap']) {
    const bytes = unpackedBytes(capture(name));
    const whole = await readWhole(bytes);
    assert.ok(whole.events.length > 0);
    assert.deepEqual(await readWhole(gzipSync(bytes)), whole);
    assert.deepEqual(await readWhole(zstdCompressSync(bytes)), whole);
    assert.deepEqual(await readWhole(chunksOf(bytes, 997)), whole);
    assert.deepEqual(
      await readWhole(Buffer.concat([gzipSync(bytes.subarray(0, 5000)), gzipSync(bytes.subarray(5000))])),
      whole,
    );
  }
});

test('one byte at a time reads the same as all at once', { skip }, async () => {
  const bytes = unpackedBytes(capture('test_ipv6_client.scap'));
  assert.deepEqual(await readWhole(chunksOf(bytes, 1)), await readWhole(bytes));
});

test('the tables of old and new captures are read', { skip }, async () => {
  const old = await readWhole(capture('test_ipv6_client.scap'));
  assert.deepEqual(old.tables[0], { kind: 'header', majorVersion: 1, minorVersion: 0 });
  const recent = await readWhole(capture('sample.scap'));
  const kinds = new Set(recent.tables.map((section) => section.kind));
  assert.deepEqual([...kinds], ['header', 'machine', 'interfaces', 'users', 'processes', 'descriptors']);
  for (const { tables } of [old, recent]) {
    for (const section of tables) {
      if (section.kind === 'machine')
        assert.ok(section.machine.cpuCount > 0 && section.machine.hostname !== '');
      if (section.kind === 'users') {
        assert.deepEqual(
          section.users.find((user) => user.uid === 0),
          { uid: 0, gid: 0, name: 'root', homeDirectory: '/root', shell: section.users[0]!.shell },
        );
      }
      if (section.kind === 'interfaces') {
        const loopback = section.interfaces.find((entry) => entry.name === 'lo' && entry.family === 'ipv4');
        if (loopback !== undefined) assert.deepEqual([...loopback.address], [127, 0, 0, 1]);
      }
      if (section.kind === 'processes') checkInit(section.processes);
    }
  }
});

function checkInit(processes: readonly ProcessEntry[]): void {
  const init = processes.find((process) => process.tid === 1);
  assert.equal(init?.comm, 'systemd');
  assert.equal(init?.pid, 1);
  assert.equal(init?.uid, 0);
  assert.ok(init?.cgroups.every((cgroup) => cgroup.includes('=')));
}

test('a capture cut short anywhere gives all of its whole events and says where it ends', {
  skip,
}, async () => {
  const bytes = unpackedBytes(capture('cat_write.scap'));
  const whole = await readWhole(bytes);
  for (let length = 30; length < bytes.length; length += 1009) {
    const cut = await readWhole(bytes.subarray(0, length));
    assert.deepEqual(cut.events, whole.events.slice(0, cut.events.length));
    if (cut.error === undefined) continue;
    assert.ok(isSeawallError(cut.error, 'events/CAPTURE_TRUNCATED'), String(cut.error));
    assert.match((cut.error as SeawallError).message, /middle of (a [^aeio]|an [aeio])/);
    const { offset, missing } = (cut.error as SeawallError).details as { offset: number; missing: number };
    assert.ok(offset <= length && missing > 0);
  }
});

test('a packed capture cut short gives what could be unpacked, then says so', { skip }, async () => {
  const bytes = unpackedBytes(capture('psp_run_as_user_0_container.scap'));
  const whole = await readWhole(bytes);
  for (const packed of [gzipSync(bytes), zstdCompressSync(bytes)]) {
    const cut = await readWhole(packed.subarray(0, packed.length - 200));
    assert.ok(isSeawallError(cut.error, 'events/COMPRESSION_DAMAGED'), String(cut.error));
    assert.ok(cut.events.length > 0);
    assert.deepEqual(cut.events, whole.events.slice(0, cut.events.length));
  }
  const gzip = gzipSync(bytes);
  const lastByte = await readWhole(gzip.subarray(0, gzip.length - 1));
  assert.ok(isSeawallError(lastByte.error, 'events/COMPRESSION_DAMAGED'), String(lastByte.error));
  assert.deepEqual(lastByte.events, whole.events);
});

test('what is no capture is refused with the reason', async () => {
  const codes = async (input: string | Uint8Array) => (await readWhole(input)).error as SeawallError;
  assert.equal((await codes('/nowhere/x.scap')).code, 'events/CAPTURE_UNREADABLE');
  assert.equal((await codes(new Uint8Array(0))).code, 'events/CAPTURE_EMPTY');
  const text = await codes(Buffer.from('#!/bin/sh\n'));
  assert.equal(text.code, 'events/NOT_A_CAPTURE');
  assert.match(text.message, /23 21 2f 62/);
  assert.equal((await codes(sectionHeader({ major: 2 }))).code, 'events/CAPTURE_TOO_NEW');
  assert.equal((await codes(sectionHeader({ isForeign: true }))).code, 'events/FOREIGN_BYTE_ORDER');
  assert.equal(await codes(sectionHeader({})), undefined);
});

test('a block that says it is shorter than what it begins and ends with is damage', async () => {
  const block = Buffer.alloc(12);
  block.writeUInt32LE(0x201, 0);
  block.writeUInt32LE(8, 4);
  const { error } = await readWhole(Buffer.concat([sectionHeader(), block]));
  assert.ok(isSeawallError(error, 'events/CAPTURE_DAMAGED'), String(error));
  assert.match(error.message, /28.*a block has at least 12 bytes, it says 8/);
});

test('blocks and events of unknown types are stepped over', { skip }, async () => {
  const bytes = unpackedBytes(capture('sample.scap'));
  const unknownBlock = Buffer.alloc(400_000);
  unknownBlock.writeUInt32LE(0x7777, 0);
  unknownBlock.writeUInt32LE(unknownBlock.length, 4);
  unknownBlock.writeUInt32LE(unknownBlock.length, unknownBlock.length - 4);
  const unknownEvent = Buffer.alloc(40);
  unknownEvent.writeUInt32LE(0x216, 0);
  unknownEvent.writeUInt32LE(40, 4);
  unknownEvent.writeUInt32LE(26, 26);
  unknownEvent.writeUInt16LE(9999, 30);
  unknownEvent.writeUInt32LE(40, 36);
  const extended = Buffer.concat([
    bytes.subarray(0, 28),
    unknownBlock,
    bytes.subarray(28),
    unknownEvent,
    unknownBlock,
  ]);
  assert.deepEqual(await readWhole(extended), await readWhole(bytes));
});

test('captures behind one another read as one, each with its header', { skip }, async () => {
  const first = unpackedBytes(capture('sample.scap'));
  const second = unpackedBytes(capture('empty.scap'));
  const { tables, events, error } = await readWhole(Buffer.concat([first, second]));
  assert.equal(error, undefined);
  assert.equal(tables.filter((section) => section.kind === 'header').length, 2);
  assert.equal(events.length, 485 + 143);
  assert.ok(events.at(-1)!.startsWith('628 '));
});

async function* chunksOf(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
