import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { sharedCaptures, withoutShared } from '../../../../test/shared-captures.ts';
import { eventTypes } from '../table/event-type.ts';
import { sectionHeader, unpackedBytes } from '../testing-captures.ts';
import { createRandom, cutAtRandom, type DamageTally, flipAtRandom, readDamaged } from '../testing-damage.ts';

test('captures cut or changed at random give what lies before and end with a clear error', {
  skip: withoutShared,
}, async () => {
  const random = createRandom(20_260);
  const tally: DamageTally = { runs: 0, codes: new Map() };
  for (const path of sharedCaptures()) {
    const bytes = unpackedBytes(path);
    await cutAtRandom(bytes, 2, random, tally);
    await flipAtRandom(bytes, 20, random, tally);
  }
  assert.equal(tally.runs, 16 * 22);
  for (const code of ['events/CAPTURE_TRUNCATED', 'events/CAPTURE_DAMAGED']) {
    assert.ok((tally.codes.get(code) ?? 0) > 0, `no run ended with ${code}`);
  }
});

test('packed captures changed at random end with a clear error', { skip: withoutShared }, async () => {
  const random = createRandom(20_261);
  for (const path of sharedCaptures().slice(0, 3)) {
    const bytes = readFileSync(path);
    for (let time = 0; time < 10; time++) {
      const damaged = Buffer.from(bytes);
      damaged[4 + random(bytes.length - 4)]! ^= 1 + random(255);
      await readDamaged(damaged);
    }
  }
});

test('a block that claims a huge length takes no memory for it', { skip: withoutShared }, async () => {
  const bytes = Buffer.from(unpackedBytes(sharedCaptures()[0]!));
  for (const type of [0x215, 0x218, 0x219, 0x220, 0x221, 0x222, 0x9999]) {
    const damaged = Buffer.from(bytes);
    damaged.writeUInt32LE(type, 28);
    damaged.writeUInt32LE(0xffff_fff0, 32);
    const before = process.memoryUsage().rss;
    const { code } = await readDamaged(damaged);
    assert.match(code ?? '', /TRUNCATED|DAMAGED/);
    assert.ok(process.memoryUsage().rss - before < 64 * 1024 * 1024);
  }
});

/** A capture of one event of that type with so many parameters, all empty. */
function captureOf(type: number, parameterCount: number): Buffer {
  const width = eventTypes[type]!.hasLargePayload ? 4 : 2;
  const length = 26 + width * parameterCount;
  const block = Buffer.alloc(8 + 2 + length + 4);
  block.writeUInt32LE(0x216, 0);
  block.writeUInt32LE(block.length, 4);
  block.writeUInt32LE(length, 26);
  block.writeUInt16LE(type, 30);
  block.writeUInt32LE(parameterCount, 32);
  block.writeUInt32LE(block.length, block.length - 4);
  return Buffer.concat([sectionHeader(), block]);
}

test('no number of parameters makes an event of a type that takes converting pass as it lies', async () => {
  for (const { id } of eventTypes) {
    const many = await readDamaged(captureOf(id, 254));
    const more = await readDamaged(captureOf(id, 255));
    assert.deepEqual([more.sums.count, more.code], [many.sums.count, many.code], eventTypes[id]!.symbol);
  }
});
