import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { openStore } from './open.ts';
import type { Store } from './store.ts';
import { etcd, host, START, sampleGroup, sampleOccurrence, scratchFolder } from './testing/samples.ts';
import type { Occurrence, Severity, StoredOccurrence } from './types/finding.ts';

const DAY = 86_400_000_000_000n;
const severities: readonly Severity[] = ['high', 'medium', 'low', 'info'];
const everything = { limit: 10_000 };

/** Occurrences of few groups, workloads and outputs over a month, so that much coincides; equal keys are equal findings. */
const arbitraryOccurrence = fc
  .record({ number: fc.nat(60), minute: fc.nat(30 * 1440) })
  .map(({ number, minute }): Occurrence => {
    const group = number % 5;
    return sampleOccurrence(`${number} ${minute}`, {
      group: sampleGroup(String(group), severities[group % 4]),
      workload: number % 3 === 0 ? host : etcd,
      output: `output ${number % 8}`,
      time: START + BigInt(minute) * 60_000_000_000n + BigInt(number),
    });
  });

const arbitraryBatches = fc.array(fc.array(arbitraryOccurrence, { maxLength: 12 }), { maxLength: 6 });

function inOrder(occurrences: readonly Occurrence[]): readonly Occurrence[] {
  return occurrences.toSorted((a, b) => Number(a.time - b.time));
}

/** What a store must hold after any occurrences: counted from scratch. */
function expectedGroups(occurrences: readonly Occurrence[]) {
  const groups = Map.groupBy(occurrences, ({ group }) => group.key);
  return [...groups].map(([key, members]) => ({
    key,
    count: members.length,
    first: inOrder(members)[0].time,
    last: inOrder(members).at(-1)!.time,
    uniqueOutputs: new Set(members.map(({ output }) => output)).size,
  }));
}

async function storedGroups(store: Store) {
  const { items } = await store.groups({}, everything);
  return items.map(({ key, count, first, last, uniqueOutputs }) => ({
    key,
    count,
    first,
    last,
    uniqueOutputs,
  }));
}

const byKey = (a: { readonly key: string }, b: { readonly key: string }) => (a.key < b.key ? -1 : 1);

test('whatever is sent, however often: every occurrence is stored once, and every count is right', async (context) => {
  const folder = scratchFolder(context);
  let run = 0;
  await fc.assert(
    fc.asyncProperty(arbitraryBatches, fc.array(fc.nat(5), { maxLength: 4 }), async (batches, again) => {
      const store = openStore({ path: `${folder}/${run++}.db` });
      const resent = again.flatMap((index) => batches.slice(index, index + 1));
      for (const occurrences of [...batches, ...resent]) await store.commit({ occurrences });
      const unique = [...new Map(batches.flat().map((each) => [each.key, each])).values()];
      const { items } = await store.feed({}, everything);
      assert.deepEqual(items.map(({ key }) => key).sort(), unique.map(({ key }) => key).sort());
      assert.deepEqual((await storedGroups(store)).sort(byKey), expectedGroups(unique).sort(byKey));
      for (const { id, key, uniqueOutputs, count } of (await store.groups({}, everything)).items) {
        const outputs = (await store.outputs(id, everything)).items;
        assert.equal(outputs.length, uniqueOutputs, key);
        assert.equal(
          outputs.reduce((sum, output) => sum + output.count, 0),
          count,
        );
      }
      await store.close();
    }),
    { numRuns: 25 },
  );
});

test('after retention, what is left is what is new enough and the last of each open group', async (context) => {
  const folder = scratchFolder(context);
  let run = 0;
  await fc.assert(
    fc.asyncProperty(arbitraryBatches, fc.nat(30), fc.nat(4), async (batches, days, resolved) => {
      const store = openStore({ path: `${folder}/retain-${run++}.db` });
      for (const occurrences of batches) await store.commit({ occurrences });
      const groups = (await store.groups({}, everything)).items;
      const done = groups.find(({ key }) => key === `group ${resolved}`);
      if (done !== undefined) {
        await store.decide(done.id, { state: 'resolved', actor: 'user x', time: START + 40n * DAY });
      }
      const olderThan = START + BigInt(days) * DAY;
      const before = (await store.feed({}, everything)).items;
      await store.retain({ olderThan });
      const after: readonly StoredOccurrence[] = (await store.feed({}, everything)).items;
      const isLast = (occurrence: (typeof before)[number]) =>
        before.find(({ groupId }) => groupId === occurrence.groupId)?.id === occurrence.id;
      assert.deepEqual(
        after,
        before.filter(
          (occurrence) =>
            occurrence.time >= olderThan || (isLast(occurrence) && occurrence.groupId !== done?.id),
        ),
      );
      assert.deepEqual(await store.check(), []);
      // Search and counts know of nothing that is gone.
      const found = (await store.feed({ text: 'output' }, everything)).items;
      assert.deepEqual(found, after);
      assert.equal((await store.statistics()).occurrences, after.length);
      for (const { id } of (await store.groups({}, everything)).items) {
        const outputs = (await store.outputs(id, everything)).items;
        const kept: readonly StoredOccurrence[] = after.filter(({ groupId }) => groupId === id);
        assert.deepEqual(new Set(outputs.map(({ text }) => text)), new Set(kept.map(({ output }) => output)));
      }
      await store.close();
    }),
    { numRuns: 20 },
  );
});
