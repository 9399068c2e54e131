import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { documentPath, metricsDocument } from '../../scripts/generate-metrics-doc.ts';
import type { DaemonStatus } from '../daemon/status.ts';
import { createMetrics } from './metrics.ts';
import { createStatusServer } from './status-server.ts';

const counts = { seen: 10, evaluated: 6, filtered: 3, dropped: 1 };

const status: DaemonStatus = {
  hotLoop: {
    state: 'running',
    accounting: { ...counts, byType: new Map([[5, counts]]) },
    findings: 4,
    outOfScope: 2,
    shed: [0, 0, 1, 0, 0, 30, 0, 0],
    lastEvent: 0n,
    generation: 3,
  },
  reload: {
    generation: 3,
    rules: 7,
    policies: 2,
    channels: 1,
    loadedAt: 0,
    refused: undefined,
    keptSince: undefined,
    accepted: 2,
    refusals: 1,
  },
  ledger: {
    ...{ stored: 4, waiting: 0, owed: 0, failure: undefined, failures: 0, committed: 0n },
    shed: [0, 0, 0, 0, 0, 12, 0, 0],
  },
  store: {
    schemaVersion: 1,
    bytes: 4096,
    groups: 1,
    occurrences: 4,
    waiting: 1,
    dead: 0,
    lastOccurrence: 4,
  },
  actions: { counts: [{ kind: 'kill-process', result: 'done', count: 2 }] },
  enforcement: { wanted: 2, set: 1, expected: 1, told: 5, shed: 0, lost: 0 },
  audit: { events: 3, faults: 1, posts: new Map([['unauthorized', 2]]) },
  outputs: [
    { name: 'file', written: 4, failed: 0, shed: [0, 0, 0, 0, 0, 2, 1, 0], waiting: 5, isFailing: true },
  ],
};

test('docs/metrics.md is what the table says (else run packages/agent/scripts/generate-metrics-doc.ts)', () => {
  assert.equal(readFileSync(documentPath, 'utf8'), metricsDocument());
});

test('metrics tell the status as it is, however often they are asked for', async () => {
  const metrics = createMetrics();
  metrics.observeAction('kill-process', 12, 0.3);
  await metrics.render(status);
  const text = await metrics.render(status);
  for (const line of [
    'seawall_events_total{type="close",fate="evaluated"} 6',
    'seawall_events_total{type="close",fate="dropped"} 1',
    'seawall_findings_total 4',
    'seawall_findings_shed_total{priority="Critical"} 1',
    'seawall_findings_shed_total{priority="Notice"} 42',
    'seawall_findings_shed_total{priority="Error"} 0',
    'seawall_output_lines_total{output="file",fate="shed"} 3',
    'seawall_output_shed_total{output="file",priority="Informational"} 1',
    'seawall_output_waiting{output="file"} 5',
    'seawall_output_failing{output="file"} 1',
    'seawall_audit_events_total{fate="fault"} 1',
    'seawall_audit_posts_total{result="unauthorized"} 2',
    'seawall_reloads_total{result="refused"} 1',
    'seawall_actions_total{kind="kill-process",result="done"} 2',
    'seawall_output_lines_total{output="file",fate="written"} 4',
    'seawall_action_latency_seconds_bucket{le="0.02",kind="kill-process"} 1',
    'seawall_action_latency_seconds_bucket{le="0.01",kind="kill-process"} 0',
    'seawall_action_reaction_seconds_bucket{le="0.0005",kind="kill-process"} 1',
  ]) {
    assert.ok(text.split('\n').includes(line), `${line} is missing in\n${text}`);
  }
});

test('health tells whether the agent works, readiness whether it does all it is there for', async () => {
  let now = status;
  const server = await createStatusServer({
    listen: '127.0.0.1:0',
    metrics: createMetrics(),
    status: async () => now,
  });
  const codeOf = async (path: string): Promise<number> =>
    (await fetch(`http://${server.address}${path}`)).status;
  assert.deepEqual([await codeOf('/healthz'), await codeOf('/readyz')], [200, 200]);
  now = { ...status, ledger: { ...status.ledger, failure: 'the disk is full' } };
  assert.deepEqual([await codeOf('/healthz'), await codeOf('/readyz')], [200, 503]);
  assert.match(await (await fetch(`http://${server.address}/readyz`)).text(), /the disk is full/);
  now = { ...status, hotLoop: { ...status.hotLoop, state: 'failed' } };
  assert.deepEqual([await codeOf('/healthz'), await codeOf('/readyz')], [503, 503]);
  assert.equal(await codeOf('/other'), 404);
  const posted = await fetch(`http://${server.address}/metrics`, { method: 'POST' });
  assert.equal(posted.status, 405);
  await server.close();
});
