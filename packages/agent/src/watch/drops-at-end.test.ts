import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { type CaptureSection, readCapture } from '@seawall/events';
import { createSyscallCatalogue } from '@seawall/inspector';
import type { Alert } from '../alert/alert.ts';
import { type DropAction, type DropNotice, defaultDropPolicy } from '../drops.ts';
import { createSectionsWatch } from './watch-sections.ts';

const capture = join(import.meta.dirname, '../../../../examples/control-plane/attack.scap.gz');
const catalogue = createSyscallCatalogue();

/** Watches a source that loses events when it has handed out all others. */
async function watchLosing(lost: number, actions: readonly DropAction[]) {
  const notices: DropNotice[] = [];
  const alerts: Alert[] = [];
  let lostSoFar = 0;
  async function* losing(): AsyncGenerator<CaptureSection> {
    yield* readCapture(capture);
    lostSoFar = lost;
  }
  const watch = createSectionsWatch({
    ...{ catalogue, rules: [], containers: [], isFirstOnly: false, isIsoTime: false, hostname: 'node' },
    drops: { ...defaultDropPolicy, threshold: 0, actions },
    onAlert: (alert) => alerts.push(alert),
    onDrops: (notice) => notices.push(notice),
  });
  await watch.run(losing(), () => lostSoFar);
  return { notices, alerts, report: watch.dropReport() };
}

test('events that a source loses right before it ends are told', async () => {
  const { notices, alerts, report } = await watchLosing(7, ['log', 'alert']);
  assert.deepEqual(
    notices.map(({ lost }) => lost),
    [7],
  );
  assert.match(alerts[0]?.message ?? '', /7 system calls dropped/);
  assert.deepEqual(report, { occurrences: 1, actionsTaken: 1 });
});

test('what has ended by itself is not stopped for what it lost at its end', async () => {
  assert.equal((await watchLosing(7, ['exit'])).notices.length, 1);
});

test('nothing lost, nothing told', async () => {
  assert.deepEqual((await watchLosing(0, ['alert'])).notices, []);
});
