import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import { type TestContext, test } from 'node:test';
import { createManualClock } from '@seawall/base';
import { listenWithTest } from '@seawall/base/testing';
import fc from 'fast-check';
import { quorumVerdict, watchEtcdQuorum } from './etcd-quorum.ts';

test('a cluster keeps its quorum without one member exactly where the rest is a majority', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 9 }), (states) => {
      const members = states.map((isHealthy, index) => ({ name: `m${index}`, isHealthy, detail: '' }));
      const left = states.filter(Boolean).length - 1;
      const verdict = quorumVerdict({ members });
      assert.equal(verdict.kind, left > members.length / 2 ? 'keeps' : 'breaks');
    }),
  );
});

test('one member can never be spared, nor can one of three with another down', () => {
  const member = (isHealthy: boolean) => ({ name: 'm', isHealthy, detail: '' });
  assert.equal(quorumVerdict({ members: [member(true)] }).kind, 'breaks');
  assert.equal(quorumVerdict({ members: [member(true), member(true), member(false)] }).kind, 'breaks');
  assert.equal(quorumVerdict({ members: [member(true), member(true), member(true)] }).kind, 'keeps');
  assert.equal(quorumVerdict({ members: [] }).kind, 'unknown');
});

/** A member's HTTP interface, as etcd 3.4 answers. */
async function serve(listener: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listenWithTest(createServer(listener))}`;
}

function watch(context: TestContext, endpoints: readonly string[], options = {}) {
  const quorum = watchEtcdQuorum({ endpoints, timeout: 200, interval: 3_600_000, ...options });
  context.after(() => quorum.close());
  return quorum;
}

const health =
  (isHealthy: boolean): RequestListener =>
  (_, response) => {
    response.writeHead(isHealthy ? 200 : 503).end(JSON.stringify({ health: String(isHealthy) }));
  };

test('members are learned from any endpoint; learners and members that don’t answer count for nothing', async (context) => {
  const second = await serve(health(true));
  const sick = await serve(health(false));
  let members: unknown[] = [];
  const first = await serve((request, response) => {
    if (request.url === '/health') health(true)(request, response);
    else response.end(JSON.stringify({ header: {}, members }));
  });
  members = [
    { ID: '1', name: 'a', clientURLs: [first] },
    { ID: '2', name: 'b', clientURLs: [second] },
    { ID: '3', name: 'c', clientURLs: [sick] },
    { ID: '4', name: 'd', clientURLs: [second], isLearner: true },
  ];
  const quorum = watch(context, ['http://127.0.0.1:1', first]);
  assert.equal(quorum.verdict().kind, 'unknown');
  assert.deepEqual(await quorum.refresh(), { kind: 'breaks', healthy: 2, members: 3 });
  members = members.with(2, { ID: '3', name: 'c', clientURLs: ['http://127.0.0.1:1', second] });
  assert.deepEqual(await quorum.refresh(), { kind: 'keeps', healthy: 3, members: 3 });
  members = [...members, { ID: '5', clientURLs: [] }, { ID: '6', clientURLs: [] }];
  assert.deepEqual(await quorum.refresh(), { kind: 'breaks', healthy: 3, members: 5 });
});

test('endpoints can stand for the members where etcd is not to be asked', async (context) => {
  const endpoints = await Promise.all([true, true, true].map((isHealthy) => serve(health(isHealthy))));
  const quorum = watch(context, endpoints, { memberList: 'endpoints' });
  assert.deepEqual(await quorum.refresh(), { kind: 'keeps', healthy: 3, members: 3 });
});

const strange: Readonly<Record<string, RequestListener>> = {
  'an endpoint that hangs': () => undefined,
  'an endpoint that is not etcd': (_, response) => response.end('<html>'),
  'an endpoint that denies': (_, response) => response.writeHead(401).end('{}'),
  'an endpoint that names nobody': (_, response) => response.end('{}'),
  'an endpoint that breaks off': (_, response) => response.write('{', () => response.destroy()),
};

for (const [name, listener] of Object.entries(strange)) {
  test(`${name} leaves the quorum unknown, with the reason`, async (context) => {
    const endpoint = await serve(listener);
    const verdict = await watch(context, [endpoint]).refresh();
    assert.ok(verdict.kind === 'unknown');
    assert.match(verdict.reason, new RegExp(endpoint));
  });
}

test('what was seen long ago is unknown, and so is what a failed look leaves', async (context) => {
  let isWell = true;
  const endpoint = await serve((request, response) => health(isWell)(request, response));
  const clock = createManualClock(0);
  const endpoints = [endpoint, endpoint, endpoint];
  const quorum = watch(context, endpoints, { memberList: 'endpoints', clock, maximumAge: 1000 });
  assert.equal((await quorum.refresh()).kind, 'keeps');
  clock.advance(1001);
  assert.equal(quorum.verdict().kind, 'unknown');
  isWell = false;
  assert.equal((await quorum.refresh()).kind, 'breaks');
});

test('credentials that can not be read leave the quorum unknown', async (context) => {
  const quorum = watch(context, ['https://127.0.0.1:1'], { keyFile: '/nowhere/client.key' });
  const verdict = await quorum.refresh();
  assert.ok(verdict.kind === 'unknown');
  assert.match(verdict.reason, /\/nowhere\/client\.key/);
});
