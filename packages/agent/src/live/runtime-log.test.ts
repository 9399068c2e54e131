import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createManualClock } from '@seawall/base';
import type { RuntimeStatus } from '@seawall/kube';
import { createRuntimeLog } from './runtime-log.ts';

const statusOf = (state: RuntimeStatus['state'], socket = '/run/a.sock'): RuntimeStatus => ({
  ...{ kind: 'containerd', socket, state },
  version: state === 'connected' ? { name: 'containerd', version: '2.1' } : undefined,
  reason: state === 'failing' ? 'no answer' : undefined,
});

function setting(...first: readonly RuntimeStatus[]) {
  const lines: string[] = [];
  const clock = createManualClock(0);
  const log = createRuntimeLog({ clock, log: (level, message) => lines.push(`${level} ${message}`) });
  log.note(statusOf('failing', '/before'));
  log.begin(first);
  return { clock, lines, note: log.note };
}

test('a runtime that goes away and one that comes back is told once each, however often it is tried', () => {
  const { lines, note } = setting(statusOf('connected'));
  note(statusOf('connected'));
  for (let count = 0; count < 5; count += 1) note(statusOf('failing'));
  note(statusOf('connected'));
  note(statusOf('connected'));
  assert.equal(lines.length, 2);
  assert.match(
    lines[0] as string,
    /^warning the container runtime containerd is gone: no answer; it is tried again/,
  );
  assert.equal(lines[1], 'info the container runtime containerd at /run/a.sock answers: containerd 2.1');
});

test('one that comes and goes all the time is told once a minute; one that stays away then, too', () => {
  const { lines, note, clock } = setting(statusOf('connected'));
  for (let count = 0; count < 9; count += 1) {
    note(statusOf('connecting'));
    note(statusOf('connected'));
    clock.advance(1000);
  }
  assert.deepEqual(
    lines.map((line) => line.split(' ')[0]),
    ['warning', 'info'],
  );
  note(statusOf('failing'));
  clock.advance(60_000);
  note(statusOf('failing'));
  assert.equal(lines.length, 3);
  note(statusOf('connected'));
  assert.equal(lines.length, 4);
});

test('one that was not there at the start is told when it answers', () => {
  const { lines, note } = setting(statusOf('missing'));
  note(statusOf('failing'));
  note(statusOf('absent', '/run/new.sock'));
  assert.deepEqual(lines, []);
  note(statusOf('connected'));
  note(statusOf('connected', '/run/new.sock'));
  assert.equal(lines.length, 2);
});
