import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createManualClock } from '@seawall/base';
import { createWatchdog } from './watchdog.ts';

const MEBIBYTE = 1024 * 1024;

function watched(limits = { memoryBytes: 100 * MEBIBYTE, cpuPercent: 50 }) {
  const seen = { memoryBytes: 50 * MEBIBYTE, cpuMicroseconds: 0, silence: 0, isSilent: false };
  const rests: number[] = [];
  const notices: string[] = [];
  const hopeless: string[] = [];
  const garbage = { released: 0, bytes: 0 };
  const clock = createManualClock(0);
  const watchdog = createWatchdog({
    limits,
    clock,
    usage: () => seen,
    silence: () => seen.silence,
    release() {
      garbage.released += 1;
      seen.memoryBytes -= garbage.bytes;
    },
    rest: (milliseconds) => rests.push(milliseconds),
    onNotice: (notice) => notices.push(notice),
    onHopeless: (reason) => hopeless.push(reason),
  });
  const lookAfter = (seconds: number, cpuPercent: number): void => {
    for (let second = 0; second < seconds; second += 1) {
      seen.cpuMicroseconds += cpuPercent * 10_000;
      seen.silence += seen.isSilent ? 1000 : 0;
      clock.advance(1000);
      watchdog.look();
    }
  };
  const standStill = (seconds: number): void => {
    clock.advance(seconds * 1000);
    seen.silence += seconds * 1000;
    watchdog.look();
  };
  return { garbage, standStill, seen, rests, notices, hopeless, lookAfter, close: watchdog.close };
}

test('too much CPU time makes the hot loop rest, longer and longer, and less again when there is room', () => {
  const { rests, notices, lookAfter, close } = watched();
  lookAfter(15, 90);
  assert.deepEqual(rests, [1, 2, 4, 8, 16]);
  lookAfter(30, 10);
  assert.equal(rests.at(-1), 0);
  assert.equal(notices.length, 2);
  assert.match(notices[0], /90 % of a CPU is used, 50 % is allowed/);
  close();
});

test('a short burst is let pass', () => {
  const { rests, lookAfter, close } = watched();
  lookAfter(12, 10);
  lookAfter(3, 100);
  lookAfter(12, 10);
  assert.deepEqual(rests, []);
  close();
});

test('memory above the limit for long, or a hot loop that hangs, ends the agent', () => {
  const { seen, hopeless, lookAfter, close } = watched();
  seen.memoryBytes = 120 * MEBIBYTE;
  lookAfter(9, 1);
  assert.deepEqual(hopeless, []);
  lookAfter(1, 1);
  assert.deepEqual(hopeless, ['120 MiB of memory are used, 100 MiB are allowed']);
  seen.memoryBytes = 50 * MEBIBYTE;
  seen.isSilent = true;
  lookAfter(30, 1);
  assert.equal(hopeless.length, 1);
  lookAfter(1, 1);
  assert.match(hopeless[1], /hot loop for 31 s/);
  close();
});

test('memory above the limit is released before the agent is given up', () => {
  const { seen, garbage, hopeless, lookAfter, close } = watched();
  lookAfter(5, 1);
  assert.equal(garbage.released, 0);
  seen.memoryBytes = 120 * MEBIBYTE;
  garbage.bytes = 40 * MEBIBYTE;
  lookAfter(20, 1);
  assert.deepEqual([garbage.released, hopeless], [1, []]);
  seen.memoryBytes = 220 * MEBIBYTE;
  lookAfter(10, 1);
  assert.deepEqual([garbage.released, hopeless.length], [3, 1]);
  close();
});

test('a process that stood still as a whole is not taken for one whose hot loop hangs', () => {
  const { seen, rests, hopeless, lookAfter, standStill, close } = watched();
  lookAfter(12, 40);
  standStill(3600);
  assert.deepEqual(hopeless, []);
  seen.silence = 0;
  lookAfter(40, 40);
  assert.deepEqual([hopeless, rests], [[], []]);
  close();
});

test('a hot loop that does not come back with the rest of the process is noticed', () => {
  const { seen, hopeless, lookAfter, standStill, close } = watched();
  lookAfter(3, 1);
  standStill(60);
  seen.isSilent = true;
  lookAfter(30, 1);
  assert.deepEqual(hopeless, []);
  lookAfter(1, 1);
  assert.match(hopeless[0], /hot loop for 31 s/);
  close();
});

test('looks that come late do not make the CPU time look like more', () => {
  const { seen, rests, lookAfter, standStill, close } = watched();
  lookAfter(11, 40);
  for (let times = 1; times <= 10; times += 1) {
    seen.cpuMicroseconds += 2 * 400_000;
    standStill(2);
  }
  assert.deepEqual(rests, []);
  close();
});
