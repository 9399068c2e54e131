import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createManualClock } from '@seawall/base';
import { openStore } from '../open.ts';
import type { Store } from '../store.ts';
import { START, sampleGroup, sampleOccurrence, scratchFolder } from '../testing/samples.ts';
import type { ActionRecord } from '../types/action.ts';
import type { Occurrence, Severity } from '../types/finding.ts';
import type { NewOutboxEntry } from '../types/outbox.ts';

const PAGE = { limit: 100_000 };
const SECOND = 1_000_000_000n;

/** Half a thousand seconds after the start. */
const NOW = Number(START / 1_000_000n) + 500_000;

function open(context: TestContext): Store {
  const store = openStore({ path: `${scratchFolder(context)}/store.db`, clock: createManualClock(NOW) });
  context.after(() => store.close());
  return store;
}

/** So many of one finding, a second apart, from so many seconds after the start on. */
function manyOf(severity: Severity, count: number, from: number): Occurrence[] {
  return Array.from({ length: count }, (_, index) =>
    sampleOccurrence(`${severity} ${from + index}`, {
      group: sampleGroup(severity, severity),
      time: START + BigInt(from + index) * SECOND,
    }),
  );
}

/** What it takes of its disk when nothing is wasted. */
async function bytesOf(store: Store): Promise<number> {
  await store.retain({ olderThan: 0n });
  return (await store.statistics()).bytes;
}

async function countsOf(store: Store): Promise<Partial<Record<Severity, number>>> {
  const counts: Partial<Record<Severity, number>> = {};
  for (const { group } of (await store.feed({}, PAGE)).items) {
    counts[group.severity] = (counts[group.severity] ?? 0) + 1;
  }
  return counts;
}

test('where there is no room for all, what is not urgent goes before older findings that are', async (context) => {
  const store = open(context);
  await store.commit({ occurrences: manyOf('high', 50, 0) });
  const [group] = (await store.groups({}, PAGE)).items;
  await store.decide(group!.id, { state: 'acknowledged', actor: 'user x', time: START });
  await store.commit({ occurrences: manyOf('low', 5000, 1000) });
  const maximumBytes = (await bytesOf(store)) / 2;
  await store.retain({ maximumBytes });
  const { high = 0, low = 0 } = await countsOf(store);
  assert.equal(high, 50);
  assert.ok(low > 1000 && low < 3500, `${low} are left`);
  assert.ok((await bytesOf(store)) <= maximumBytes);
  // Of these the oldest went.
  assert.equal((await store.feed({ severities: ['low'] }, { limit: 1 })).items[0]?.key, 'low 5999');
});

test('a flood of what is urgent leaves some room for the rest', async (context) => {
  const store = open(context);
  await store.commit({ occurrences: [...manyOf('medium', 100, 0), ...manyOf('info', 50, 0)] });
  await store.commit({ occurrences: manyOf('high', 5000, 1000) });
  await store.retain({ maximumBytes: (await bytesOf(store)) / 2 });
  const { high = 0, ...others } = await countsOf(store);
  assert.ok(high > 1000 && high < 3500, `${high} are left`);
  assert.deepEqual(others, { medium: 100, info: 50 });
});

test('one of a severity takes as much room as two of the next worse', async (context) => {
  const store = open(context);
  await store.commit({ occurrences: [...manyOf('low', 3000, 1000), ...manyOf('medium', 2000, 0)] });
  await store.retain({ maximumBytes: 0.8 * (await bytesOf(store)) });
  const { medium = 0, low = 0 } = await countsOf(store);
  assert.equal(medium, 2000);
  assert.ok(low > 1000 && low < 2500, `${low} are left`);
});

test('where there is no room for anything, the last of each open finding stays', {
  timeout: 60_000,
}, async (context) => {
  const store = open(context);
  await store.commit({
    occurrences: [...manyOf('high', 250, 0), ...manyOf('low', 250, 1000), ...manyOf('info', 1, 2000)],
  });
  await store.retain({ maximumBytes: 0 });
  assert.deepEqual(await countsOf(store), { high: 1, low: 1, info: 1 });
});

test('all that is too old goes, however much it is', async (context) => {
  const store = open(context);
  await store.commit({ occurrences: manyOf('low', 3000, 0) });
  await store.retain({ olderThan: START + 2900n * SECOND });
  assert.deepEqual(await countsOf(store), { low: 100 });
});

test('actions, messages and gaps go with the findings that they belong to', async (context) => {
  const store = open(context);
  await store.commit({ occurrences: [...manyOf('high', 2, 0), ...manyOf('low', 5000, 1000)] });
  const done = { kind: 'kill-process', actor: 'policy a', target: 'pid 7', result: 'done' } as const;
  const action = (occurrence: string): ActionRecord => ({
    ...{ ...done, key: `${occurrence}/kill`, occurrence, time: START, detail: 'killed' },
    ...{ latencyMilliseconds: 1, undo: undefined, undone: undefined },
  });
  const message = (severity: Severity): NewOutboxEntry => ({
    ...{ channel: 'slack', deduplicationKey: severity, event: 'trigger', group: undefined },
    ...{ severity, payload: {}, due: 0n },
  });
  await store.commit({
    actions: [action('high 0'), action('low 1000')],
    outbox: [message('high'), message('low')],
    gaps: [{ source: 'syscall', from: START, to: START + 1n, reason: 'lost', lostEvents: 1 }],
  });
  for (const { id } of (await store.outbox({}, PAGE)).items) {
    await store.settle(id, { kind: 'dead', error: 'status 404' });
  }
  await store.retain({ maximumBytes: (await bytesOf(store)) / 2 });
  assert.deepEqual(
    (await store.actions({}, PAGE)).items.map(({ occurrence }) => occurrence),
    ['high 0'],
  );
  assert.equal((await store.gaps(PAGE)).items.length, 1);
  assert.deepEqual(
    (await store.outbox({}, PAGE)).items.map(({ severity }) => severity),
    ['high'],
  );
});
