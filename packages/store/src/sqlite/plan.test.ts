import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sqlite } from '../dialect.ts';
import { openStore } from '../open.ts';
import { groupsQuery } from '../query/groups.ts';
import { feedQuery } from '../query/occurrences.ts';
import { etcd, host, START, sampleGroup, sampleOccurrence, scratchFolder } from '../testing/samples.ts';
import type { Severity } from '../types/finding.ts';
import { createWordTest } from '../words.ts';
import { openConnection } from './connection.ts';
import { chooseOccurrencePlan } from './plan.ts';

const severities: readonly Severity[] = ['high', 'medium', 'low', 'info'];
const words = ['red', 'green', 'blue', 'grey'];

test('however a question is answered, the answer is the same: what fits, newest first', async (context) => {
  const path = `${scratchFolder(context)}/store.db`;
  const store = openStore({ path });
  const occurrences = Array.from({ length: 600 }, (_, index) =>
    sampleOccurrence(String(index), {
      time: START + BigInt((index * 7919) % 600),
      group: sampleGroup(String(index % 12), severities[index % 4]),
      workload: index % 5 === 0 ? host : etcd,
      output: `${words[index % 4]} ${words[(index >> 2) % 4]} in group ${index % 12}, file /etc/${words[index % 3]}`,
    }),
  );
  await store.commit({ occurrences });
  await store.close();
  const connection = openConnection({ path, access: 'read', durability: 'process' });
  context.after(() => connection.close());
  const newestFirst = occurrences.toSorted((a, b) => Number(b.time - a.time));

  const filters = fc.record(
    {
      severities: fc.subarray([...severities], { minLength: 1 }),
      policies: fc.subarray(['policy 1', 'policy 2', 'policy 11']),
      namespaces: fc.constant<readonly string[]>(['kube-system']),
      nodes: fc.constant<readonly string[]>(['worker-2']),
      text: fc.constantFrom('red', 'blue red', '/etc/green', 'grey nowhere', 'group', '11'),
      from: fc.constant(START + 100n),
      to: fc.constant(START + 400n),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(filters, fc.constantFrom(1, 60, 1000), (filter, few) => {
      const fits = newestFirst.filter(
        ({ group, workload, output, time }) =>
          (filter.severities?.includes(group.severity) ?? true) &&
          (filter.policies?.includes(group.policy) ?? true) &&
          (filter.namespaces?.includes(workload.namespace!) ?? true) &&
          (filter.nodes?.includes(workload.node) ?? true) &&
          (filter.text === undefined || createWordTest(filter.text)(output)) &&
          time >= (filter.from ?? START) &&
          time < (filter.to ?? START + 600n),
      );
      const chosen = chooseOccurrencePlan(connection, sqlite, filter, few);
      const found = connection.rows(feedQuery(sqlite, chosen.filter, { limit: 1000 }, chosen.plan));
      assert.deepEqual(
        found.map(({ key }) => key),
        fits.map(({ key }) => key),
        chosen.plan,
      );
      const [byHits, byRows] = (['by hits', 'by rows'] as const).map((plan) =>
        connection.rows(groupsQuery(sqlite, filter, { limit: 1000 }, plan)).map(({ key }) => key),
      );
      assert.deepEqual(byRows, byHits);
    }),
    { numRuns: 60 },
  );
});
