import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type CaptureWriter, createCaptureWriter, eventTypeOfSymbol } from '@seawall/events';
import { probeSupport } from '@seawall/probe';
import type { Alert } from '../alert/alert.ts';
import { plainWatchOptions, rulesOf } from '../testing/plain-watch.ts';
import { withoutLosses } from '../testing/without-losses.ts';
import { createCaptureWatch } from '../watch/watch-capture.ts';
import { wantedFor } from './wanted-calls.ts';
import { createLiveWatch } from './watch-live.ts';

const support = probeSupport();
const skip = support.isSupported ? false : support.reason;
const { catalogue } = plainWatchOptions;

test('what is wanted of the kernel: the rules’ event types, what keeps the tables right, and calls by name', () => {
  const rules = rulesOf(['evt.type = ptrace', 'evt.type = swapon']);
  const { types, genericCalls } = wantedFor(rules, catalogue);
  const wanted = new Set(types);
  for (const symbol of ['SYSCALL_PTRACE_X', 'SYSCALL_OPENAT_2_X', 'SOCKET_CONNECT_X']) {
    assert.ok(wanted.has(eventTypeOfSymbol(symbol).id), symbol);
  }
  assert.ok(!wanted.has(eventTypeOfSymbol('SYSCALL_READ_X').id));
  assert.deepEqual([...(genericCalls ?? [])], ['swapon']);
});

test('what happens is alerted live, and replaying its recording gives the same alerts', {
  skip,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'seawall-live-'));
  const capture = join(folder, 'live.scap');
  const rules = rulesOf(
    [
      'evt.type in (open, openat) and fd.name endswith seawall-live-mark and proc.name = cat',
      'evt.type = execve and evt.arg.res = 0 and proc.pname = sh and proc.name = cat and proc.cmdline contains mark',
    ],
    '%evt.num %evt.time %evt.type file=%fd.name command=%proc.cmdline parent=%proc.pname exe=%proc.exepath user=%user.name',
  );
  const watchOptions = { rules, ...plainWatchOptions };

  async function record() {
    const live: Alert[] = [];
    const controller = new AbortController();
    let writer: CaptureWriter | undefined;
    const watch = createLiveWatch({
      ...watchOptions,
      signal: controller.signal,
      onAlert: (alert) => live.push(alert),
      onStart() {
        writer = createCaptureWriter(capture);
        // Not before the first look through /proc: what is made now must be seen whole.
        const mark = join(folder, 'seawall-live-mark');
        const child = spawn('/bin/sh', ['-c', `: > ${mark}; for i in 1 2 3; do cat ${mark}; done; true`]);
        child.on('close', () => controller.abort());
      },
      onSection: (section) => writer?.write(section),
    });
    await watch.run();
    await writer?.close();
    const { accounting } = watch.report();
    return { live, accounting, dropped: accounting.dropped };
  }

  try {
    const { live, accounting } = await withoutLosses(record);
    assert.equal(live.filter(({ rule }) => rule === 'Rule 0').length, 3);
    assert.equal(live.filter(({ rule }) => rule === 'Rule 1').length, 3);

    assert.equal(accounting.seen, accounting.evaluated + accounting.filtered);

    const replayed: Alert[] = [];
    const replay = createCaptureWatch({
      ...watchOptions,
      input: capture,
      inputName: capture,
      onAlert: (alert) => replayed.push(alert),
    });
    await replay.run();
    assert.deepEqual(replayed, live);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
