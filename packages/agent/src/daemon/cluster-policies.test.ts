import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { listenWithTest, until } from '@seawall/base/testing';
import { probeSupport } from '@seawall/probe';
import { readConfiguration } from '../configuration/read-configuration.ts';
import { startAgent } from './agent.ts';
import { clusterPoliciesOf } from './cluster-policies.ts';
import type { Agent } from './options.ts';

const root = mkdtempSync(join(tmpdir(), 'seawall-cluster-policies-'));
after(() => rmSync(root, { recursive: true, force: true }));

const recording = join(import.meta.dirname, '../../../../examples/control-plane/attack');

const rules = `
- rule: Shell
  desc: d
  condition: evt.type = execve and container.id != host and proc.name in (sh, bash, dash)
  output: "shell %proc.cmdline"
  priority: WARNING
`;

function policy(name: string, rule = 'Shell') {
  return {
    ...{ apiVersion: 'seawall.dev/v1alpha1', kind: 'RuntimePolicy' },
    metadata: { name, resourceVersion: '5', annotations: { a: 'b' }, managedFields: [] },
    spec: { description: '', rules: [{ name: rule }] },
  };
}

type ClusterObject = ReturnType<typeof policy>;

/** An API server that keeps policies and rule sets, as far as following them goes. */
async function startCluster() {
  const objects = new Map<string, { readonly metadata: { readonly name: string } }>();
  const watches: ServerResponse[] = [];
  const server = createServer(({ url = '' }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    const isPolicies = pathname === '/apis/seawall.dev/v1alpha1/runtimepolicies';
    response.writeHead(isPolicies || pathname.endsWith('/rulesets') ? 200 : 404);
    if (!searchParams.has('watch')) {
      const items = isPolicies ? [...objects.values()] : [];
      response.end(JSON.stringify({ items, metadata: { resourceVersion: '7' } }));
      return;
    }
    response.flushHeaders();
    if (isPolicies) watches.push(response);
  });
  const port = await listenWithTest(server);
  const stop = (): void => {
    server.closeAllConnections();
    server.close();
  };
  const kubeconfig = join(root, 'kubeconfig');
  const url = `http://127.0.0.1:${port}`;
  const config = {
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'x' },
    clusters: [{ name: 'c', cluster: { server: url } }],
    users: [{ name: 'u', user: {} }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
  };
  writeFileSync(kubeconfig, JSON.stringify(config));
  return {
    stop,
    watches,
    put(object: ClusterObject) {
      objects.set(object.metadata.name, object);
      for (const watch of watches) watch.write(`${JSON.stringify({ type: 'MODIFIED', object })}\n`);
    },
  };
}

function settings(name: string, lines: readonly string[]): string {
  const path = join(root, `${name}.yaml`);
  writeFileSync(join(root, 'rules.yaml'), rules);
  const common = [
    ...['rules: [rules.yaml]', `store: { path: ${name}/store.db }`, "http: { listen: '127.0.0.1:0' }"],
    ...[
      `captures: { directory: ${name}/captures }`,
      'kubernetes: { kubeconfig: kubeconfig, policies: true }',
    ],
  ];
  writeFileSync(path, [...common, ...lines].join('\n'));
  return path;
}

async function start(path: string, logged: string[] = []): Promise<Agent> {
  return startAgent({
    configuration: readConfiguration(path),
    environment: {},
    log: (level, message) => logged.push(`${level} ${message}`),
  });
}

const policiesOf = async (agent: Agent): Promise<number> => (await agent.status()).reload.policies;

test('an agent runs the policies of its cluster; while the API server is away, those that it had last', async () => {
  const cluster = await startCluster();
  cluster.put(policy('one'));
  cluster.put(policy('two'));
  const path = settings('recorded', [
    `source: { capture: ${recording}.scap.gz, containers: ${recording}.containers.json.gz }`,
  ]);
  const first = await start(path);
  assert.equal(await policiesOf(first), 2);
  await first.done;
  const { findings } = (await first.status()).hotLoop;
  assert.ok(findings > 0 && findings % 2 === 0, `${findings} findings, of each policy as many`);
  await first.stop();

  cluster.put(policy('broken', 'No such rule'));
  const logged: string[] = [];
  const second = await start(path, logged);
  assert.equal(await policiesOf(second), 2);
  assert.match(
    logged.join('\n'),
    /error what the cluster has is refused[\s\S]*kubernetes:RuntimePolicy\/broken:/,
  );
  await second.stop();

  cluster.stop();
  const third = await start(path);
  assert.equal(await policiesOf(third), 2);
  await third.stop();
});

test('more than an agent may read is refused by it, and keeps it from starting as little as anything that is wrong', async (context) => {
  const cluster = await startCluster();
  cluster.put(policy('one'));
  const path = settings('too-much', [
    `source: { capture: ${recording}.scap.gz, containers: ${recording}.containers.json.gz }`,
  ]);
  await (await start(path)).stop();

  const long = policy('two');
  cluster.put({ ...long, spec: { ...long.spec, description: 'x'.repeat(5 * 1024 * 1024) } });
  const logged: string[] = [];
  const second = await start(path, logged);
  context.after(second.stop);
  assert.equal(await policiesOf(second), 1);
  assert.match(logged.join('\n'), /error what the cluster has is refused.*\n.*kubernetes:RuntimePolicy\/two/);
});

/** Of a cluster, changes that are told, from one of which on another object changes five times a second. */
async function changesBeside(context: TestContext, name: string, change: (round: number) => ClusterObject) {
  const cluster = await startCluster();
  const configuration = readConfiguration(settings(name, []));
  const policies = clusterPoliciesOf(configuration, { environment: {}, log: () => undefined });
  assert.ok(policies);
  context.after(policies.close);
  cluster.put(change(0));
  await policies.start();
  const changes: (readonly string[])[] = [];
  policies.follow(policies.current(), () => changes.push(policies.current().map(({ path }) => path)));
  // A change is told to who watches.
  await until(() => cluster.watches.length > 0);
  cluster.put(policy('one'));
  let round = 0;
  const timer = setInterval(() => cluster.put(change(++round)), 200);
  context.after(() => clearInterval(timer));
  const since = performance.now();
  await until(() => changes.length > 0);
  assert.ok(changes[0]?.includes('kubernetes:RuntimePolicy/one'));
  return performance.now() - since;
}

test('what changes of an object without its meaning anything does not put off what does', async (context) => {
  const milliseconds = await changesBeside(context, 'meaningless', (round) => {
    const object = policy('busy');
    return { ...object, metadata: { ...object.metadata, resourceVersion: String(round) } };
  });
  assert.ok(milliseconds < 4000, `${milliseconds} ms`);
});

test('changes that do not come to rest are taken over after some seconds', async (context) => {
  await changesBeside(context, 'busy', (round) => policy('busy', `Rule ${round}`));
});

const support = probeSupport();

test('what changes in the cluster is taken over or refused while the agent runs', {
  skip: support.isSupported ? false : `SKIPPED: ${support.reason}`,
  timeout: 120_000,
}, async (context) => {
  const cluster = await startCluster();
  const logged: string[] = [];
  const agent = await start(settings('live', []), logged);
  context.after(agent.stop);
  await until(() => logged.some((line) => line.includes('watching this machine')));
  cluster.put(policy('one'));
  cluster.put(policy('two'));
  await until(async () => (await policiesOf(agent)) === 2);
  cluster.put(policy('two', 'No such rule'));
  await until(async () => (await agent.status()).reload.refused !== undefined);
  assert.equal((await fetch(`http://${agent.address}/readyz`)).status, 503);
  assert.equal(await policiesOf(agent), 2);
  cluster.put(policy('two'));
  await until(async () => (await agent.status()).reload.refused === undefined);
  await agent.stop();
  const kept = readFileSync(join(root, 'live/store.db.cluster-policies'), 'utf8');
  assert.match(kept, /kubernetes:RuntimePolicy\/two/);
  // What the API server adds changes without meaning anything.
  assert.doesNotMatch(kept, /resourceVersion|annotations/);
});
