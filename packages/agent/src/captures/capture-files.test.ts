import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createManualClock, systemClock } from '@seawall/base';
import { type CaptureSection, createEventView, HEADER_LENGTH, moveTo, readCapture } from '@seawall/events';
import type { EventChunk } from '../hot-loop/recent-events.ts';
import { createCaptureFiles } from './capture-files.ts';

const root = mkdtempSync(join(tmpdir(), 'seawall-captures-'));
after(() => rmSync(root, { recursive: true }));

const tables = (): CaptureSection[] => [
  { kind: 'header', majorVersion: 1, minorVersion: 2 },
  {
    kind: 'machine',
    machine: { cpuCount: 2, memoryBytes: 1 << 30, maxPid: 4096, hostname: 'node-1', bootTime: 0n, flags: 0n },
  },
];

/** So many `close` events, one nanosecond apart. */
function makeChunk(first: number, count: number): EventChunk {
  const length = HEADER_LENGTH + 2 + 8;
  const bytes = new Uint8Array(length * count);
  const data = new DataView(bytes.buffer);
  const offsets = Uint32Array.from({ length: count }, (_, index) => index * length);
  for (const [index, offset] of offsets.entries()) {
    data.setBigUint64(offset, BigInt(first + index), true);
    data.setBigUint64(offset + 8, 77n, true);
    data.setUint32(offset + 16, length, true);
    data.setUint16(offset + 20, 5, true);
    data.setUint32(offset + 22, 1, true);
    data.setUint16(offset + 26, 8, true);
  }
  return {
    bytes,
    offsets,
    cpus: new Uint16Array(count),
    numbers: Float64Array.from({ length: count }, (_, index) => first + index),
  };
}

async function timesIn(path: string): Promise<number[]> {
  const view = createEventView();
  const times: number[] = [];
  for await (const section of readCapture(path)) {
    if (section.kind !== 'events') continue;
    for (let index = 0; index < section.batch.count; index += 1) {
      moveTo(view, section.batch, index);
      times.push(view.timestampLow);
    }
  }
  return times;
}

test('a capture holds what was added, in order, and has its name only when it is whole', async () => {
  const directory = join(root, 'whole');
  const files = createCaptureFiles(directory, tables, systemClock);
  await files.add('a', 'Shell in etcd: bad!', [makeChunk(1, 3), makeChunk(4, 2)], 1 << 20);
  assert.equal(
    readdirSync(directory).some((name) => name.endsWith('.scap')),
    false,
  );
  await files.add('a', 'ignored', [makeChunk(6, 1)], 1 << 20);
  const report = await files.finish('a');
  assert.match(report.path, /-Shell-in-etcd-bad-[^/]*\.scap$/);
  assert.equal(report.isCut, false);
  assert.deepEqual(await timesIn(report.path), [1, 2, 3, 4, 5, 6]);
});

test('a capture ends when it is as big as it may be', async () => {
  const files = createCaptureFiles(join(root, 'big'), tables, systemClock);
  await files.add('a', 'big', [makeChunk(1, 100)], 520);
  const report = await files.finish('a');
  assert.equal(report.isCut, true);
  assert.equal((await timesIn(report.path)).length, 10);
});

test('what an ended run left unfinished is removed at the next start', () => {
  const directory = join(root, 'left');
  createCaptureFiles(directory, tables, systemClock);
  writeFileSync(join(directory, 'x.scap.part'), 'half');
  createCaptureFiles(directory, tables, systemClock);
  assert.deepEqual(readdirSync(directory), []);
});

test('the oldest captures go when they are too old or too many', () => {
  const directory = join(root, 'retain');
  const clock = createManualClock(1_000_000_000_000);
  const files = createCaptureFiles(directory, tables, clock);
  for (const [name, age] of [
    ['new', 1],
    ['middle', 50],
    ['old', 1000],
  ] as const) {
    writeFileSync(join(directory, `${name}.scap`), Buffer.alloc(1000));
    const time = clock.now() / 1000 - age;
    utimesSync(join(directory, `${name}.scap`), time, time);
  }
  assert.equal(files.retain({ olderThan: clock.now() - 100_000, maximumBytes: 1500 }), 2);
  assert.equal(existsSync(join(directory, 'new.scap')), true);
});

test('a folder that can not be one is named, and what to configure', () => {
  const path = join(root, 'file');
  writeFileSync(path, '');
  assert.throws(() => createCaptureFiles(path, tables, systemClock), {
    code: 'agent/CAPTURES_FOLDER_UNUSABLE',
    message: new RegExp(`${path} \\(it is no folder\\): .*captures\\.directory`),
  });
  assert.throws(() => createCaptureFiles(join(path, 'below'), tables, systemClock), {
    code: 'agent/CAPTURES_FOLDER_UNUSABLE',
  });
});
