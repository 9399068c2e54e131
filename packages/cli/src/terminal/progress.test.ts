import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createManualClock } from '@seawall/base';
import { createProgress } from './progress.ts';

function watch(isTerminal: boolean) {
  const clock = createManualClock(0);
  const written: string[] = [];
  return {
    clock,
    written,
    progress: createProgress({ clock, isTerminal, write: (text) => written.push(text) }),
  };
}

test('what ends within a second shows no progress', () => {
  const { clock, written, progress } = watch(true);
  clock.advance(999);
  progress.update(() => 'half');
  progress.finish();
  assert.deepEqual(written, []);
});

test('on a terminal one line is drawn over and taken away in the end', () => {
  const { clock, written, progress } = watch(true);
  clock.advance(1000);
  progress.update(() => 'half');
  clock.advance(99);
  progress.update(() => 'too soon');
  clock.advance(1);
  progress.update(() => 'more');
  progress.finish();
  assert.deepEqual(written, ['\r\u001b[2Khalf', '\r\u001b[2Kmore', '\r\u001b[2K']);
});

test('elsewhere a whole line comes every ten seconds and nothing is drawn over', () => {
  const { clock, written, progress } = watch(false);
  clock.advance(1000);
  progress.update(() => 'half');
  clock.advance(9999);
  progress.update(() => 'too soon');
  clock.advance(1);
  progress.update(() => 'more');
  progress.finish();
  assert.deepEqual(written, ['half\n', 'more\n']);
});
