import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { createSyscallCatalogue } from '@seawall/inspector';
import { probeSupport } from '@seawall/probe';
import { defaultDropPolicy } from '../drops.ts';
import { createLiveWatch } from '../live/watch-live.ts';

const support = probeSupport();
const skip = support.isSupported ? false : support.reason;
const SMALL_RING = 256 * 1024;

test('what the kernel had no room for right before the end is told, though no event comes behind it', {
  skip,
  timeout: 60_000,
}, async () => {
  const controller = new AbortController();
  let told = 0;
  const watch = createLiveWatch({
    ...{ rules: [], catalogue: createSyscallCatalogue(), containers: [] },
    ...{ isFirstOnly: false, isIsoTime: false, hostname: 'here' },
    drops: { ...defaultDropPolicy, threshold: 0, rate: 1, actions: ['log'] },
    onDrops({ lost }) {
      told += lost;
    },
    ringBytes: SMALL_RING,
    signal: controller.signal,
    onAlert() {},
    onSection({ kind }) {
      if (kind !== 'events' || controller.signal.aborted) return;
      // Nobody reads the ring meanwhile; of the end nothing fits in.
      spawnSync('sh', ['-c', 'i=0; while [ $i -lt 1000 ]; do (:); i=$((i+1)); done']);
      controller.abort();
    },
  });
  await watch.run();
  const { dropped } = watch.report().accounting;
  assert.ok(dropped > 0);
  assert.equal(told, dropped);
});
