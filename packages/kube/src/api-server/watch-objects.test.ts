import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { until } from '@seawall/base/testing';
import { apiServerMissing, startApiServer } from '../testing/index.ts';
import { readKubeconfig } from './credentials.ts';
import { openApiConnection } from './request.ts';
import { type ObjectWatch, watchObjects } from './watch-objects.ts';

const PATH = '/apis/seawall.dev/v1alpha1/things';
const timing = { firstPause: 10, longestPause: 40 };

function thing(name: string, resourceVersion: string) {
  return { metadata: { name, resourceVersion } };
}

/** An API server as far as one kind of objects goes: a test says what it lists, and what it tells of changes. */
async function scriptedServer(context: TestContext) {
  const requests: string[] = [];
  const watches: ServerResponse[] = [];
  const state = { pages: [[thing('b', '1')], [thing('a', '2')]], status: 200 };
  const server: Server = createServer(({ url = '' }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    requests.push(searchParams.has('watch') ? `watch ${searchParams.get('resourceVersion')}` : 'list');
    if (state.status !== 200 || pathname !== PATH) {
      response.writeHead(state.status).end(JSON.stringify({ message: 'not now' }));
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    if (searchParams.has('watch')) {
      response.flushHeaders();
      watches.push(response);
      return;
    }
    const page = Number(searchParams.get('continue') ?? 0);
    const next = page + 1 < state.pages.length ? { continue: String(page + 1) } : {};
    response.end(JSON.stringify({ items: state.pages[page], metadata: { resourceVersion: '7', ...next } }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const told: string[] = [];
  const failures: (string | undefined)[] = [];
  const watch: ObjectWatch = watchObjects({
    path: PATH,
    timing,
    address: () => ({
      ...{ server: `http://127.0.0.1:${port}`, authority: undefined, serverName: undefined },
      ...{ isUnverified: false, clientCertificate: undefined, clientKey: undefined },
      token: () => undefined,
    }),
    onObjects: (objects) => told.push(objects.map(({ metadata: { name } }) => name).join(' ')),
    onFailure: (reason) => failures.push(reason),
  });
  context.after(watch.close);
  return {
    ...{ requests, watches, state, told, failures, watch },
    tell: (type: string, object: object) => watches.at(-1)?.write(`${JSON.stringify({ type, object })}\n`),
  };
}

test('all pages are listed, and what is added, changed and deleted since is told in order of names', async (context) => {
  const { told, tell, watch, watches } = await scriptedServer(context);
  await watch.firstTry;
  assert.deepEqual(told, ['a b']);
  await until(() => watches.length === 1);
  tell('ADDED', thing('c', '8'));
  tell('MODIFIED', thing('a', '9'));
  tell('DELETED', thing('b', '10'));
  await until(() => told.length === 4);
  assert.deepEqual(told, ['a b', 'a b c', 'a b c', 'a c']);
});

test('a watch that the server ends goes on where it was; nothing is listed or told again', async (context) => {
  const { requests, told, tell, watches } = await scriptedServer(context);
  await until(() => watches.length === 1);
  tell('ADDED', thing('c', '8'));
  tell('BOOKMARK', thing('', '20'));
  await until(() => told.length === 2);
  watches[0]?.end();
  await until(() => watches.length === 2);
  assert.deepEqual(requests, ['list', 'list', 'watch 7', 'watch 20']);
  assert.equal(told.length, 2);
});

test('a server that has forgotten the version is asked for all anew', async (context) => {
  const { state, told, tell, watches, failures } = await scriptedServer(context);
  await until(() => watches.length === 1);
  state.pages = [[thing('d', '30')]];
  tell('ERROR', { code: 410, message: 'too old' });
  await until(() => told.at(-1) === 'd');
  assert.deepEqual(
    failures.filter((reason) => reason !== undefined),
    [],
  );
});

test('a server that can not be asked is tried again; that is told once, and so is that it answers again', async (context) => {
  const { state, told, watches, failures, requests } = await scriptedServer(context);
  await until(() => watches.length === 1);
  state.status = 503;
  watches[0]?.destroy();
  await until(() => requests.length > 8);
  state.status = 200;
  state.pages = [[thing('e', '40')]];
  await until(() => told.at(-1) === 'e');
  const [first, second, ...more] = failures;
  assert.match(first ?? '', /can not be reached|refused GET .* with 503: not now/);
  assert.ok(failures.length <= 3, failures.join('\n'));
  assert.equal([second, ...more].at(-1), undefined);
});

test('objects of a real API server are followed', {
  skip: apiServerMissing(),
  timeout: 120_000,
}, async () => {
  const server = await startApiServer();
  const connection = openApiConnection(readKubeconfig(server.kubeconfig));
  let names: readonly string[] = [];
  const watch = watchObjects({
    address: () => readKubeconfig(server.kubeconfig),
    path: '/api/v1/namespaces',
    timing,
    onObjects: (objects) => {
      names = objects.map(({ metadata }) => metadata.name);
    },
    onFailure: () => undefined,
  });
  try {
    await until(() => names.includes('kube-system'));
    const value = { metadata: { name: 'shop' } };
    await connection.ask('POST', '/api/v1/namespaces', { type: 'application/json', value });
    await until(() => names.includes('shop'));
  } finally {
    await watch.close();
    connection.close();
    await server.stop();
  }
});
