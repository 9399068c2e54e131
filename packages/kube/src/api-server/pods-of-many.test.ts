import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { type TestContext, test } from 'node:test';
import { listenWithTest } from '@seawall/base/testing';
import { openPods, QUARANTINE_LABEL, QUARANTINE_POLICY } from './pods.ts';

/** An API server as far as isolating goes, where a test may do something right before a request is looked at. */
async function startCluster(context: TestContext) {
  const labels = new Map<string, Record<string, string>>([
    ['web-1', {}],
    ['web-2', {}],
  ]);
  const policies = new Set<string>();
  const cluster = { labels, policies, before: (_method: string, _path: string): void => undefined };
  const podOf = (name: string) => ({
    metadata: { name, namespace: 'shop', uid: name, labels: labels.get(name) },
    spec: {},
  });

  function answerTo(method: string, url: URL, body: string): readonly [number, unknown] {
    const [kind = '', name] = url.pathname.split('/').slice(-2);
    if (kind === 'networkpolicies') {
      if (method === 'DELETE') return policies.delete(name as string) ? [200, {}] : [404, {}];
      return policies.has(name as string) ? [200, {}] : [404, {}];
    }
    if (name === 'networkpolicies') {
      if (method === 'GET') {
        const items = [...policies].map((each) => ({ metadata: { name: each }, spec: { podSelector: {} } }));
        return [200, { items, metadata: {} }];
      }
      if (policies.has(QUARANTINE_POLICY)) return [409, {}];
      policies.add(QUARANTINE_POLICY);
      return [201, {}];
    }
    if (name === 'pods') {
      const names = [...labels.keys()].filter((each) => QUARANTINE_LABEL in (labels.get(each) ?? {}));
      return [200, { items: names.map(podOf), metadata: {} }];
    }
    if (method === 'PATCH') {
      const { metadata } = JSON.parse(body) as { metadata: { labels: Record<string, string | null> } };
      const all = Object.entries({ ...labels.get(name as string), ...metadata.labels });
      const kept = all.filter((entry): entry is [string, string] => entry[1] !== null);
      labels.set(name as string, Object.fromEntries(kept));
    }
    return [200, podOf(name as string)];
  }

  const server = createServer(async (request, response) => {
    const body = await request.toArray();
    const { method = '', url = '' } = request;
    cluster.before(method, url);
    const [status, value] = answerTo(method, new URL(url, 'http://localhost'), body.join(''));
    response.writeHead(status).end(JSON.stringify(value));
  });
  const port = await listenWithTest(server);
  const pods = openPods({
    ...{ server: `http://127.0.0.1:${port}`, authority: undefined, serverName: undefined },
    ...{ isUnverified: false, clientCertificate: undefined, clientKey: undefined },
    token: () => undefined,
  });
  context.after(pods.close);
  return { cluster, pods };
}

test('a pod that another node isolates while the last one is released stays isolated', async (context) => {
  const { cluster, pods } = await startCluster(context);
  await pods.isolate('shop', 'web-1');
  // The other node has found the policy there, and labels its pod right before it is taken away.
  cluster.before = (method) => {
    if (method === 'DELETE') cluster.labels.set('web-2', { [QUARANTINE_LABEL]: 'true' });
  };
  await pods.release('shop', 'web-1');
  assert.ok(cluster.policies.has(QUARANTINE_POLICY));
});

test('a policy that another node takes away while a pod is isolated is put back', async (context) => {
  const { cluster, pods } = await startCluster(context);
  cluster.before = (method) => {
    if (method === 'PATCH') cluster.policies.clear();
  };
  await pods.isolate('shop', 'web-1');
  assert.ok(cluster.policies.has(QUARANTINE_POLICY));
});

test('the policy goes with the last pod', async (context) => {
  const { cluster, pods } = await startCluster(context);
  await pods.isolate('shop', 'web-1');
  await pods.isolate('shop', 'web-2');
  await pods.release('shop', 'web-1');
  assert.ok(cluster.policies.has(QUARANTINE_POLICY));
  await pods.release('shop', 'web-2');
  assert.equal(cluster.policies.size, 0);
});
