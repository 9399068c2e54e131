import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type TestContext, test } from 'node:test';
import { listenWithTest, until } from '@seawall/base/testing';
import { apiServerMissing, startApiServer } from '../testing/index.ts';
import { type ApiServerAddress, readKubeconfig } from './credentials.ts';
import { openApiConnection } from './request.ts';
import { type ObjectWatch, watchObjects } from './watch-objects.ts';

const PATH = '/apis/seawall.dev/v1alpha1/things';
const timing = { firstPause: 10, longestPause: 40 };

function thing(name: string, resourceVersion: string, spec = '') {
  return { metadata: { name, resourceVersion }, spec };
}

/** Lets the server listen until the test is over, and says how to reach it. */
async function addressOf(server: Server): Promise<ApiServerAddress> {
  const port = await listenWithTest(server);
  return {
    ...{ server: `http://127.0.0.1:${port}`, authority: undefined, serverName: undefined },
    ...{ isUnverified: false, clientCertificate: undefined, clientKey: undefined },
    token: () => undefined,
  };
}

/** An API server as far as one kind of objects goes: a test says what it lists, and what it tells of changes. */
async function scriptedServer(context: TestContext) {
  const requests: string[] = [];
  const watches: ServerResponse[] = [];
  const state = {
    pages: [[thing('b', '1')], [thing('a', '2')]],
    status: 200,
    refusals: 0,
    /** Objects that lists asked for at once. */
    limits: [] as number[],
    /** Objects asked for at once, above which the answer is too long. */
    bulkyAbove: 1000,
    /** How many lists are forgotten before their second page. */
    forgets: 0,
  };
  const server: Server = createServer(({ url = '' }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    requests.push(searchParams.has('watch') ? `watch ${searchParams.get('resourceVersion')}` : 'list');
    if (state.status !== 200 || pathname !== PATH) {
      state.refusals += 1;
      response.writeHead(state.status).end(JSON.stringify({ message: 'not now' }));
      return;
    }
    if (searchParams.has('watch')) {
      response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
      watches.push(response);
      return;
    }
    const page = Number(searchParams.get('continue') ?? 0);
    if (page > 0 && state.forgets > 0) {
      state.forgets -= 1;
      response.writeHead(410).end(JSON.stringify({ message: 'the provided continue parameter is too old' }));
      return;
    }
    const next = page + 1 < state.pages.length ? { continue: String(page + 1) } : {};
    const limit = Number(searchParams.get('limit'));
    state.limits.push(limit);
    const isBulky = limit > state.bulkyAbove;
    const items = state.pages[page]?.map((item) => (isBulky ? item : { ...item, status: undefined }));
    response.end(JSON.stringify({ items, metadata: { resourceVersion: '7', ...next } }));
  });
  const address = await addressOf(server);
  const told: string[] = [];
  const failures: (string | undefined)[] = [];
  const watch: ObjectWatch = watchObjects({
    path: PATH,
    timing,
    address: () => address,
    textOf: ({ spec }) => spec as string,
    longest: 100,
    onChange: () => told.push((watch.objects() ?? []).map(({ name, text }) => name + text).join(' ')),
    onFailure: (reason) => failures.push(reason?.message),
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
  tell('MODIFIED', thing('a', '9', '!'));
  tell('DELETED', thing('b', '10'));
  await until(() => told.length === 4);
  assert.deepEqual(told, ['a b', 'a b c', 'a! b c', 'a! c']);
});

test('what changes of an object besides what is wanted of it is told to nobody', async (context) => {
  const { told, tell, state, watches } = await scriptedServer(context);
  await until(() => watches.length === 1);
  tell('MODIFIED', thing('a', '8'));
  state.pages = [[thing('b', '9'), thing('a', '8')]];
  tell('ERROR', { code: 410, message: 'too old' });
  await until(() => watches.length === 2);
  tell('MODIFIED', thing('b', '10', '!'));
  await until(() => told.length > 1);
  assert.deepEqual(told, ['a b', 'a b!']);
});

test('of more than can be of use no more is kept than shows that; it is looked again whether it has become less', async (context) => {
  const { told, tell, state, watches, watch, requests } = await scriptedServer(context);
  await until(() => watches.length === 1);
  const long = 'x'.repeat(40);
  state.pages = ['d', 'e', 'f', 'g', 'h'].map((name) => [thing(name, '8', long)]);
  tell('MODIFIED', thing('a', '8', long.repeat(3)));
  await until(() => told.length === 3);
  assert.equal(watch.objects()?.length, 3);
  await until(() => requests.length > 12);
  assert.equal(watches.length, 1);
  assert.equal(told.length, 3);
  state.pages = [[thing('d', '9')]];
  await until(() => watches.length === 2);
  assert.equal(told.at(-1), 'd');
});

test('a page that is too long is asked for anew with fewer objects', async (context) => {
  const { told, tell, state, watches, requests } = await scriptedServer(context);
  await until(() => watches.length === 1);
  const { length } = requests;
  // What is kept of it is little; the answer has all of it.
  const bulky = { ...thing('d', '8'), status: 'x'.repeat(17 * 1024 * 1024) };
  state.pages = [[bulky], [thing('e', '8')]];
  state.bulkyAbove = 10;
  tell('ERROR', { code: 410, message: 'too old' });
  await until(() => watches.length === 2);
  assert.equal(told.at(-1), 'd e');
  assert.deepEqual(requests.slice(length), ['list', 'list', 'list', 'list', 'watch 7']);
  state.bulkyAbove = 1000;
  const limits = state.limits.length;
  tell('ERROR', { code: 410, message: 'too old' });
  await until(() => watches.length === 3);
  tell('ERROR', { code: 410, message: 'too old' });
  await until(() => watches.length === 4);
  assert.deepEqual(state.limits.slice(limits), [64, 64, 500, 500], 'it asks for more again');
});

test('a list that the server has forgotten on the way is asked for anew, and that is no failure', async (context) => {
  const { told, tell, state, watches, failures } = await scriptedServer(context);
  await until(() => watches.length === 1);
  state.pages = [[thing('d', '8')], [thing('e', '8')]];
  state.forgets = 1;
  tell('ERROR', { code: 410, message: 'too old' });
  await until(() => told.at(-1) === 'd e');
  assert.deepEqual(failures, []);
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

test('what is refused alike when it is followed and when it is listed is told once', async (context) => {
  const { state, watches, failures } = await scriptedServer(context);
  await until(() => watches.length === 1);
  state.status = 404;
  // In order: the same is asked for once more.
  watches[0]?.end();
  await until(() => state.refusals > 3);
  assert.equal(failures.length, 1);
  assert.match(failures[0] ?? '', /has no \/apis\/seawall.dev\/v1alpha1\/things$/);
});

test('objects of a real API server are followed', {
  skip: apiServerMissing(),
  timeout: 120_000,
}, async () => {
  const server = await startApiServer();
  const connection = openApiConnection(readKubeconfig(server.kubeconfig));
  const names = (): readonly string[] => watch.objects()?.map(({ name }) => name) ?? [];
  const watch = watchObjects({
    address: () => readKubeconfig(server.kubeconfig),
    path: '/api/v1/namespaces',
    timing,
    textOf: () => '',
    longest: 1000,
    onChange: () => undefined,
    onFailure: () => undefined,
  });
  try {
    await until(() => names().includes('kube-system'));
    const value = { metadata: { name: 'shop' } };
    await connection.ask('POST', '/api/v1/namespaces', { type: 'application/json', value });
    await until(() => names().includes('shop'));
  } finally {
    await watch.close();
    connection.close();
    await server.stop();
  }
});

test('closing waits for no answer that does not come', async () => {
  const server = createServer(() => {
    // Nobody is ever answered.
  });
  const address = await addressOf(server);
  const failures: (string | undefined)[] = [];
  const watch = watchObjects({
    path: PATH,
    timing,
    address: () => address,
    textOf: () => '',
    longest: 1000,
    onChange: () => undefined,
    onFailure: (reason) => failures.push(reason?.message),
  });
  await once(server, 'request');
  const begun = performance.now();
  await watch.close();
  await watch.firstTry;
  assert.ok(performance.now() - begun < 5000);
  assert.deepEqual(failures, []);
});
