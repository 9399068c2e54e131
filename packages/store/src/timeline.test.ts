import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sqlite } from './dialect.ts';
import { openStore } from './open.ts';
import { coarseGrid } from './query/timeline.ts';
import { secondOf, seriesLevels, severityLevels, sumSlices } from './slices.ts';
import { openConnection } from './sqlite/connection.ts';
import { readTimeline } from './sqlite/timeline.ts';
import type { GroupFilter } from './store.ts';
import { etcd, host, START, sampleGroup, sampleOccurrence, scratchFolder } from './testing/samples.ts';
import type { FindingState } from './types/finding.ts';

const DAY = 86_400_000_000_000n;

test('levels of slices divide each other, so that sums of fine ones are coarse ones', () => {
  for (const levels of [severityLevels, seriesLevels]) {
    for (const [index, level] of levels.slice(1).entries()) assert.equal(level % levels[index], 0);
  }
  assert.equal(secondOf(-1n), -1);
  assert.deepEqual(
    [
      ...sumSlices(
        new Map([
          [59, 2],
          [60, 1],
          [-1, 4],
        ]),
        [1, 60],
      ),
    ],
    [
      { level: 1, start: 59, count: 2 },
      { level: 1, start: 60, count: 1 },
      { level: 1, start: -1, count: 4 },
      { level: 60, start: 0, count: 2 },
      { level: 60, start: 60, count: 1 },
      { level: 60, start: -60, count: 4 },
    ],
  );
});

test('an empty span, and one that ends before it begins, has no slices', async (context) => {
  const store = openStore({ path: `${scratchFolder(context)}/store.db` });
  context.after(() => store.close());
  assert.deepEqual(await store.timeline({}, { from: START, to: START, slices: 5 }), []);
  assert.deepEqual(await store.timeline({}, { from: START, to: START - 1n, slices: 5 }), []);
  const slices = await store.timeline({}, { from: START, to: START + 10n, slices: 3 });
  assert.deepEqual(
    slices.map(({ from, count }) => [from, count]),
    [
      [START, 0],
      [START + 4n, 0],
      [START + 8n, 0],
    ],
  );
});

test('counts that were kept give what counting one by one gives, for any span, filter and number of slices', async (context) => {
  const path = `${scratchFolder(context)}/store.db`;
  const store = openStore({ path });
  const times = Array.from(
    { length: 3000 },
    (_, index) => START + (BigInt(index) ** 2n * 30n * DAY) / 9_000_000n,
  );
  await store.commit({
    occurrences: times.map((time, index) =>
      sampleOccurrence(String(index), {
        time,
        output: 'x',
        group: sampleGroup(String(index % 3), index % 3 === 0 ? 'high' : 'low'),
        workload: index % 2 === 0 ? host : etcd,
      }),
    ),
  });
  // Of three groups one is resolved, one acknowledged, and one was resolved until something happened again.
  const states = new Map<string, FindingState>();
  for (const { id, key } of (await store.groups({}, { limit: 3 })).items) {
    const state = key === sampleGroup('1').key ? 'acknowledged' : 'resolved';
    await store.decide(id, { state, actor: 'user x', time: START + 30n * DAY });
    states.set(key, state);
  }
  const again = sampleOccurrence('again', { time: START + 30n * DAY + 1n, group: sampleGroup('2', 'low') });
  await store.commit({ occurrences: [{ ...again, workload: host }] });
  states.set(again.group.key, 'open');
  await store.retain({ olderThan: START + DAY });
  const kept = (await store.feed({}, { limit: 5000 })).items;
  await store.close();
  const connection = openConnection({ path, access: 'read', durability: 'process' });
  context.after(() => connection.close());

  const moment = fc.bigInt({ min: START - DAY, max: START + 31n * DAY });
  const filters = fc.constantFrom<GroupFilter[]>(
    {},
    { severities: ['high' as const] },
    { namespaces: ['kube-system'] },
    { severities: ['high' as const], states: ['resolved' as const], namespaces: ['kube-system'] },
    { states: ['open' as const] },
    { states: ['acknowledged' as const, 'resolved' as const] },
    { states: ['resolved' as const], severities: ['high' as const] },
    { from: START + 3n * DAY, to: START + 20n * DAY + 7n },
  );
  fc.assert(
    fc.property(moment, moment, fc.integer({ min: 1, max: 120 }), filters, (one, other, slices, filter) => {
      const [from, to] = one < other ? [one, other] : [other, one];
      // So few are countable that the kept counts are used wherever they can be.
      const counted = readTimeline(connection, sqlite, filter, { from, to, slices }, 1);
      if (to > from) assert.ok(counted.length <= slices + 1 && counted[0].from === from);
      for (const [index, slice] of counted.entries()) {
        const end = counted[index + 1]?.from ?? to;
        const members = kept.filter(
          ({ time, group, workload }) =>
            time >= slice.from &&
            time < end &&
            (filter.states?.includes(states.get(group.key)!) ?? true) &&
            (filter.severities === undefined || group.severity === 'high') &&
            (filter.namespaces === undefined || workload.namespace === 'kube-system') &&
            (filter.from === undefined || (time >= filter.from && time < filter.to!)),
        );
        const high = members.filter(({ group }) => group.severity === 'high').length;
        assert.deepEqual(
          [slice.count, slice.bySeverity],
          [members.length, { high, medium: 0, low: members.length - high, info: 0 }],
        );
      }
    }),
    { numRuns: 60 },
  );
});

test('slices of kept counts are as wide as asked for, or at most twice as wide', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 1n, max: 1000n * DAY }),
      fc.integer({ min: 1, max: 500 }),
      fc.constantFrom(severityLevels, seriesLevels),
      (span, slices, levels) => {
        const grid = coarseGrid(START, START + span, slices, levels);
        if (grid === undefined) return;
        const wanted = Number(span) / slices;
        assert.ok(Number(grid.width) >= wanted && Number(grid.width) <= wanted * 2 + 1);
      },
    ),
  );
});
