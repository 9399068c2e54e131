import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createSyscallCatalogue } from '@seawall/inspector';
import { probeSupport } from '@seawall/probe';
import { loadRules } from '@seawall/rules';
import type { Alert } from '../alert/alert.ts';
import { defaultDropPolicy } from '../drops.ts';
import { createLiveWatch } from './watch-live.ts';

const support = probeSupport();
const skip = support.isSupported ? false : support.reason;
const SMALL_RING = 256 * 1024;
/** Milliseconds in which nobody reads the ring. */
const BLOCKED = 1500;
const LONGEST = 30_000;

test('after events were lost, processes that nobody saw start are known again, and until then matches are marked', {
  skip,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'seawall-repair-'));
  const mark = join(folder, 'mark');
  writeFileSync(mark, 'x\n');
  const content = `
- rule: Marked
  desc: x
  condition: evt.type in (open, openat) and fd.name = ${mark}
  output: "%proc.cmdline"
  priority: INFO
`;
  const catalogue = createSyscallCatalogue();
  const { ruleSet } = loadRules([{ name: 'rules.yaml', content }], [catalogue]);
  assert.ok(ruleSet !== undefined);
  const controller = new AbortController();
  const alerts: Alert[] = [];
  const children: ChildProcess[] = [];
  const isKnown = ({ message }: Alert): boolean => message.includes('missed-start');

  const watch = createLiveWatch({
    rules: ruleSet.rules,
    catalogue,
    isFirstOnly: false,
    isIsoTime: true,
    hostname: 'here',
    containers: [],
    drops: { ...defaultDropPolicy, actions: ['ignore'] },
    ringBytes: SMALL_RING,
    signal: controller.signal,
    onAlert(alert) {
      alerts.push(alert);
      if (isKnown(alert) && alert.isIncomplete !== true) controller.abort();
    },
    onStart() {
      setTimeout(() => controller.abort(), LONGEST).unref();
      // Not before the first look through /proc, so that only events could tell of what is started here.
      setTimeout(() => {
        const start = (script: string): number =>
          children.push(spawn('sh', ['-c', script], { stdio: 'ignore' }));
        start('i=0; while [ $i -lt 2000 ]; do (:); i=$((i+1)); done');
        // When the ring is full for certain.
        start(`sleep 0.8; exec sh -c 'while :; do read x < ${mark}; sleep 0.05; done' missed-start`);
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BLOCKED);
      }, 1500);
    },
  });
  try {
    await watch.run();
    assert.ok(watch.report().accounting.dropped > 0);
    assert.ok(alerts.some((alert) => alert.isIncomplete === true));
    const last = alerts.at(-1);
    assert.ok(last !== undefined && isKnown(last) && last.isIncomplete !== true, last?.message);
  } finally {
    for (const child of children) child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  }
});
