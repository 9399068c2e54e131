import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, systemClock } from '@seawall/base';
import { closeWithTest, until } from '@seawall/base/testing';
import fc from 'fast-check';
import type { Attempt, Send } from '../channel/attempt.ts';
import { createSend } from '../channel/create-send.ts';
import { createSecrets } from '../channel/secrets.ts';
import { startHttpReceiver, startSilentServer, status } from '../channel/testing/receivers.ts';
import { givenUp, retryDelay } from './backoff.ts';
import { type Courier, createCourier } from './courier.ts';
import { groupEntry, testEntry } from './entries.ts';
import type { CourierReport } from './lane.ts';
import { channelOf, createWorld, occurrenceOf, plainChannel, type World } from './testing/world.ts';

const MINUTE = 60_000;

interface Tried {
  readonly made: World;
  readonly reports: CourierReport[];
  courier(changes?: Partial<Parameters<typeof createCourier>[0]>): Courier;
  states(): Promise<string[]>;
}

function tryOut(context: TestContext, channels: World['channels'], environment = {}): Tried {
  const made = createWorld(channels);
  context.after(made.close);
  const reports: CourierReport[] = [];
  const secrets = createSecrets({ environment });
  return {
    made,
    reports,
    courier: (changes = {}) =>
      createCourier({
        ...{ store: made.store, clock: made.clock, random: () => 0.5 },
        channels: () => made.channels,
        createSend: (channel) => createSend(channel, { secrets, clock: made.clock, environment }),
        report: (report) => reports.push(report),
        ...changes,
      }),
    async states() {
      const { items } = await made.store.outbox({}, { limit: 500 });
      return items.toReversed().map(({ channel, event, state }) => `${channel} ${event} ${state}`);
    },
  };
}

async function put({ store, clock }: World, channel: string, count = 1): Promise<void> {
  await store.commit({ outbox: Array.from({ length: count }, () => testEntry(channel, clock.now())) });
}

/** The world's clock, which goes on by itself from here. */
function runningClock({ clock }: World): Clock {
  const start = systemClock.monotonic();
  return {
    now: () => clock.now() + systemClock.monotonic() - start,
    monotonic: () => systemClock.monotonic(),
  };
}

/** Messages about a group, as the notifier makes them; ids in their order. */
async function putGroup({ store, clock }: World, events: readonly ('trigger' | 'resolve')[]): Promise<void> {
  const occurrence = occurrenceOf(clock);
  const { groups } = await store.commit({ occurrences: [occurrence] });
  const [group] = [...groups.values()];
  const item = {
    id: group!.id,
    key: group!.key,
    severity: 'high',
    kind: 'finding',
    fromCount: 0,
    since: 0,
  } as const;
  const entry = groupEntry('ops', item, group!, clock.now());
  await store.commit({
    outbox: events.map((event, index) => ({
      ...entry,
      event,
      deduplicationKey: `${entry.deduplicationKey}${index}`,
    })),
  });
}

test('a channel that hangs or fails holds up no other, and gets its messages when it works', async (context) => {
  const silent = closeWithTest(await startSilentServer());
  let answer = status(500);
  const flaky = closeWithTest(await startHttpReceiver((request, response) => answer(request, response)));
  const good = closeWithTest(await startHttpReceiver(status(200)));
  const retry = { timeout: '50ms', first: '1s' };
  const tried = tryOut(context, [
    channelOf('hanging', { webhook: { url: `http://127.0.0.1:${silent.port}/` }, retry }),
    channelOf('flaky', { webhook: { url: flaky.url }, retry: { ...retry, timeout: '5s' } }),
    channelOf('good', { webhook: { url: good.url }, retry: { ...retry, timeout: '5s' } }),
  ]);
  const courier = tried.courier();
  for (const name of ['hanging', 'flaky', 'good']) await put(tried.made, name, 5);
  await courier.drain();
  assert.equal(good.requests.length, 5);
  assert.equal(courier.statistics().get('good')?.delivered, 5);
  // Where the first ones fail, the rest is spared: four at once at first, then one to see.
  assert.equal(flaky.requests.length, 4);
  assert.match(courier.statistics().get('hanging')!.lastError!, /no answer within 50 ms/);
  answer = status(200);
  for (let round = 0; round < 20; round++) {
    tried.made.clock.advance(10_000);
    await courier.drain();
  }
  const states = await tried.states();
  assert.equal(states.filter((state) => state === 'flaky test delivered').length, 5);
  assert.equal(states.filter((state) => state === 'hanging test waiting').length, 5);
  const keys = new Set(flaky.requests.map(({ headers }) => headers['idempotency-key']));
  assert.equal(keys.size, 5, 'sent again under the same key');
});

test('what is bad leaves before what is not, also when that waits already', async (context) => {
  const arrived: string[] = [];
  const tried = tryOut(context, [plainChannel('ops')]);
  const severities = ['low', 'info', 'low', 'medium', 'low', 'high'] as const;
  const outbox = Array.from({ length: 120 }, (_, index) => ({
    ...testEntry('ops', tried.made.clock.now()),
    severity: severities[index % 6],
    payload: { kind: 'test', time: severities[index % 6], channel: 'ops' },
  }));
  await tried.made.store.commit({ outbox });
  const courier = tried.courier({
    concurrency: 1,
    createSend:
      () =>
      async ({ notice }) => {
        arrived.push(notice.time);
        return { kind: 'delivered' };
      },
  });
  await courier.drain();
  assert.deepEqual(
    arrived,
    ['high', 'medium', 'low', 'info'].flatMap((severity) =>
      outbox.filter((entry) => entry.severity === severity).map((entry) => entry.severity),
    ),
  );
});

test('a message that a clock put off that was set back before this run is sent, and one that is to wait still waits', async (context) => {
  const tried = tryOut(context, [plainChannel('ops', { retry: { longest: '2h' } })]);
  const { clock, store } = tried.made;
  const now = clock.now();
  await store.commit({ outbox: [testEntry('ops', now + 365 * 24 * 60 * MINUTE)] });
  await store.commit({ outbox: [testEntry('ops', now + 119 * MINUTE)] });
  const courier = tried.courier({ createSend: () => async () => ({ kind: 'delivered' }) });
  await courier.drain();
  assert.deepEqual(await tried.states(), ['ops test delivered', 'ops test waiting']);
});

test('a resolve does not overtake its trigger that a clock put off, however much else is due before that', async (context) => {
  const tried = tryOut(context, [plainChannel('ops')]);
  const { clock, store } = tried.made;
  const entryOf = (event: 'trigger' | 'resolve', due: number) => ({
    ...testEntry('ops', due),
    ...{ event, group: 'one' },
  });
  const now = clock.now();
  await store.commit({ outbox: [entryOf('trigger', now + 365 * 24 * 60 * MINUTE)] });
  await store.commit({ outbox: [entryOf('resolve', now - 2 * MINUTE)] });
  const others = Array.from({ length: 60 }, () => testEntry('ops', now - MINUTE));
  await store.commit({ outbox: others });
  const sent: string[] = [];
  const courier = tried.courier({
    createSend: () => async (message) => {
      if (message.event !== 'test') sent.push(message.event);
      return { kind: 'delivered' };
    },
  });
  await courier.drain();
  assert.deepEqual(sent, ['trigger', 'resolve']);
});

test('patience of months is patience, longer than timers of JavaScript have it', async (context) => {
  const good = closeWithTest(await startHttpReceiver(status(200)));
  context.after(good.close);
  const tried = tryOut(
    context,
    ['30d', '60d'].map((timeout) => channelOf(timeout, { webhook: { url: good.url }, retry: { timeout } })),
  );
  const courier = tried.courier();
  for (const name of ['30d', '60d']) await put(tried.made, name, 1);
  await courier.drain();
  assert.deepEqual(await tried.states(), ['30d test delivered', '60d test delivered']);
});

test('at the end a channel that fails now and then is tried again until all has arrived', async (context) => {
  let failures = 3;
  const flaky = closeWithTest(
    await startHttpReceiver((request, response) => status(failures-- > 0 ? 503 : 200)(request, response)),
  );
  context.after(flaky.close);
  const retry = { timeout: '5s', first: '1ms' };
  const tried = tryOut(context, [channelOf('flaky', { webhook: { url: flaky.url }, retry })]);
  await put(tried.made, 'flaky', 2);
  const courier = tried.courier({ clock: runningClock(tried.made), random: () => 0 });
  assert.equal(await courier.finish(30_000), 0);
  assert.deepEqual(await tried.states(), ['flaky test delivered', 'flaky test delivered']);
});

test('at the end what nobody takes is counted, and waits for the next run', async (context) => {
  const failing = closeWithTest(await startHttpReceiver(status(503)));
  context.after(failing.close);
  const quick = { timeout: '5s', first: '1ms' };
  const slow = { timeout: '5s', first: '1h', longest: '1h' };
  const tried = tryOut(context, [
    channelOf('quick', { webhook: { url: failing.url }, retry: quick }),
    channelOf('slow', { webhook: { url: failing.url }, retry: slow }),
  ]);
  await put(tried.made, 'slow');
  // Due in half an hour: there is nothing to wait for.
  assert.equal(await tried.courier({ clock: runningClock(tried.made) }).finish(60_000), 1);
  await put(tried.made, 'quick');
  assert.equal(await tried.courier({ clock: runningClock(tried.made), random: () => 0 }).finish(300), 2);
  assert.deepEqual(await tried.states(), ['slow test waiting', 'quick test waiting']);
});

test('who waits for the end of a channel that fails is let go when all is to stop', async (context) => {
  const failing = closeWithTest(await startHttpReceiver(status(503)));
  context.after(failing.close);
  const retry = { timeout: '5s', first: '1ms' };
  const tried = tryOut(context, [channelOf('failing', { webhook: { url: failing.url }, retry })]);
  await put(tried.made, 'failing');
  const courier = tried.courier({ clock: runningClock(tried.made), random: () => 0 });
  const finishing = courier.finish(10 * MINUTE);
  await courier.stop(1000);
  assert.equal(await finishing, 1);
});

test('429 leaves the whole channel alone for as long as it says', async (context) => {
  let answer = status(429, { 'retry-after': '120' });
  const receiver = closeWithTest(await startHttpReceiver((request, response) => answer(request, response)));
  const tried = tryOut(context, [channelOf('ops', { webhook: { url: receiver.url } })]);
  const courier = tried.courier({ concurrency: 1 });
  await put(tried.made, 'ops', 3);
  await courier.drain();
  tried.made.clock.advance(119_000);
  await courier.drain();
  assert.equal(receiver.requests.length, 1);
  answer = status(200);
  tried.made.clock.advance(2000);
  await courier.drain();
  assert.equal(receiver.requests.length, 4);
});

test('what is refused for good, or failed too often or too long, is a dead letter that can be sent again', async (context) => {
  let answer = status(404);
  const receiver = closeWithTest(await startHttpReceiver((request, response) => answer(request, response)));
  const retry = { attempts: 3, first: '1s' };
  const tried = tryOut(context, [channelOf('ops', { webhook: { url: receiver.url }, retry })]);
  const { made } = tried;
  const courier = tried.courier();
  await put(made, 'ops');
  await courier.drain();
  answer = status(500);
  await put(made, 'ops');
  for (let round = 0; round < 5; round++) {
    await courier.drain();
    made.clock.advance(MINUTE);
  }
  assert.equal(receiver.requests.length, 1 + 3);
  const { items } = await made.store.outbox({ states: ['dead'] }, { limit: 10 });
  assert.match(items[1]!.lastError!, /refused for good: .* answered 404/);
  assert.match(items[0]!.lastError!, /given up after 3 attempts: .* answered 500/);
  assert.equal(tried.reports.filter(({ kind }) => kind === 'dead').length, 2);
  answer = status(200);
  const ids = items.map(({ id }) => id);
  assert.equal(await made.store.resend(ids, BigInt(made.clock.now()) * 1_000_000n), 2);
  await courier.drain();
  assert.deepEqual(await tried.states(), ['ops test delivered', 'ops test delivered']);
});

test('what nobody has a channel for any more is a dead letter after a day', async (context) => {
  const tried = tryOut(context, [plainChannel('ops')]);
  const courier = tried.courier();
  await put(tried.made, 'gone');
  await courier.drain();
  assert.deepEqual(await tried.states(), ['gone test waiting']);
  tried.made.clock.advance(25 * 60 * MINUTE);
  await courier.drain();
  assert.deepEqual(await tried.states(), ['gone test dead']);
});

test('a resolve never overtakes the trigger it is about, nor a new trigger the resolve before it', async (context) => {
  const seen: string[] = [];
  let refuses = 1;
  const tried = tryOut(context, [plainChannel('ops', { retry: { first: '1s' } })]);
  const send: Send = async ({ event }) => {
    if (refuses-- > 0) return { kind: 'retry', error: 'not now' };
    seen.push(event);
    return { kind: 'delivered' };
  };
  await putGroup(tried.made, ['trigger', 'resolve', 'trigger']);
  const courier = tried.courier({ createSend: () => send });
  await courier.drain();
  // Another run of the agent: the order holds there as well.
  const next = tried.courier({ createSend: () => send });
  await next.drain();
  assert.deepEqual(seen, []);
  for (let round = 0; round < 3; round++) {
    tried.made.clock.advance(MINUTE);
    await next.drain();
  }
  assert.deepEqual(seen, ['trigger', 'resolve', 'trigger']);
});

test('a store that can’t write down a delivery does not make it happen again and again', async (context) => {
  const tried = tryOut(context, [plainChannel('ops')]);
  const { made } = tried;
  let sent = 0;
  let isFull = true;
  const courier = tried.courier({
    createSend: () => async () => {
      sent++;
      return { kind: 'delivered' };
    },
    store: {
      dueOutbox: made.store.dueOutbox,
      outbox: made.store.outbox,
      settle: async (id, outcome) => {
        if (isFull) throw new Error('disk full');
        await made.store.settle(id, outcome);
      },
    },
  });
  await put(made, 'ops');
  for (let round = 0; round < 5; round++) {
    await courier.drain();
    made.clock.advance(MINUTE);
  }
  assert.equal(sent, 1);
  assert.ok(tried.reports.some(({ kind }) => kind === 'store-failed'));
  isFull = false;
  await courier.drain();
  assert.deepEqual([sent, ...(await tried.states())], [1, 'ops test delivered']);
});

test('a clock that is set back does not keep messages waiting', async (context) => {
  const tried = tryOut(context, [plainChannel('ops')]);
  const { made } = tried;
  const delivered: Attempt = { kind: 'delivered' };
  let isWorking = false;
  let wall = 0;
  const clock = { now: () => made.clock.now() + wall, monotonic: made.clock.monotonic };
  const courier = tried.courier({
    clock,
    createSend: () => async () => (isWorking ? delivered : { kind: 'retry', error: 'no' }),
  });
  await put(made, 'ops');
  await courier.drain();
  isWorking = true;
  wall = -72 * 60 * MINUTE;
  made.clock.advance(20 * MINUTE);
  await courier.drain();
  assert.deepEqual(await tried.states(), ['ops test delivered']);
});

test('stopping lets what is on its way arrive, and leaves what hangs for the next run', async (context) => {
  const tried = tryOut(context, [plainChannel('slow'), plainChannel('hanging'), plainChannel('late')]);
  const { made } = tried;
  for (const { name } of made.channels) await put(made, name, 6);
  const begun: string[] = [];
  const stopping = Promise.withResolvers<void>();
  const createSendOf = ({ name }: { name: string }): Send => {
    return async (_, signal) => {
      begun.push(name);
      if (name === 'hanging') await new Promise((resolve) => signal.addEventListener('abort', resolve));
      else await stopping.promise;
      return name === 'hanging' ? { kind: 'retry', error: 'aborted' } : { kind: 'delivered' };
    };
  };
  const courier = tried.courier({ createSend: createSendOf });
  courier.start();
  await until(() => begun.length === 12);
  const stopped = courier.stop(1000);
  stopping.resolve();
  await stopped;
  const states = await tried.states();
  assert.equal(states.filter((state) => state === 'slow test delivered').length, 4);
  assert.equal(states.filter((state) => state === 'hanging test waiting').length, 6);
  const { items } = await made.store.outbox({ channel: 'hanging' }, { limit: 10 });
  assert.ok(
    items.every(({ attempts }) => attempts === 0),
    'being cut short is no failed attempt',
  );
  assert.equal(begun.filter((name) => name === 'hanging').length, 4);
  courier.wake();
  await sleep(20);
  assert.equal(begun.length, 12);
});

test('a fault in a sender, or an entry of another version, stops nothing', async (context) => {
  const tried = tryOut(context, [plainChannel('ops')]);
  const { made } = tried;
  const [entry] = [testEntry('ops', made.clock.now())];
  await made.store.commit({ outbox: [{ ...entry!, payload: { kind: 'of tomorrow' } }] });
  await put(made, 'ops');
  const send: Send = async () => {
    throw new TypeError('oops');
  };
  await tried.courier({ createSend: () => send }).drain();
  assert.deepEqual(await tried.states(), ['ops test dead', 'ops test waiting']);
});

test('no secret reaches the store or reports, whatever goes wrong', async (context) => {
  const secret = 'k9-very-secret-key';
  const receiver = closeWithTest(
    await startHttpReceiver((request, response) => {
      response.statusCode = [400, 401, 429, 500, 302][receiver.requests.length % 5]!;
      response.end(`${request.path} ${JSON.stringify(request.headers)} ${request.body}`);
    }),
  );
  const silent = closeWithTest(await startSilentServer());
  const key = { fromEnvironment: 'KEY' };
  const url = { fromEnvironment: 'URL' };
  const retry = { timeout: '100ms', attempts: 4, first: '1s' };
  const environment = { KEY: secret, URL: `${receiver.url}/${secret}`, DEAD: `http://127.0.0.1:1/${secret}` };
  const hanging = { host: '127.0.0.1', port: silent.port, from: 'a@example.org', to: ['b@example.org'] };
  const tried = tryOut(
    context,
    [
      channelOf('slack', { slack: { url }, retry }),
      channelOf('webhook', { webhook: { url, headers: { authorization: key }, signingSecret: key }, retry }),
      channelOf('victor', { victorOps: { apiKey: key, routingKey: 'x', endpoint: receiver.url }, retry }),
      channelOf('pager', { pagerDuty: { routingKey: key, endpoint: receiver.url }, retry }),
      channelOf('nobody', { slack: { url: { fromEnvironment: 'DEAD' } }, retry }),
      channelOf('mail', { email: { ...hanging, user: 'u', password: key }, retry }),
    ],
    environment,
  );
  const { made } = tried;
  const courier = tried.courier();
  for (const { name } of made.channels) await put(made, name, 2);
  for (let round = 0; round < 12; round++) {
    await courier.drain();
    made.clock.advance(2 * MINUTE);
  }
  assert.equal((await made.store.statistics()).dead, 12);
  const folder = dirname(made.path);
  const told = [
    JSON.stringify(tried.reports, (_, value) => (typeof value === 'bigint' ? String(value) : value)),
    JSON.stringify([...courier.statistics()]),
    ...readdirSync(folder).map((file) => readFileSync(join(folder, file), 'latin1')),
  ].join('\n');
  for (const form of [secret, Buffer.from(secret).toString('base64'), encodeURIComponent(secret)]) {
    assert.ok(!told.includes(form));
  }
});

test('waiting times grow, are never longer than allowed, and are spread', () => {
  const retry = { timeout: '10s', first: '2s', longest: '10m', attempts: 100, maximumAge: '24h' };
  fc.assert(
    fc.property(fc.nat(200), fc.double({ min: 0, max: 1, noNaN: true }), (attempts, random) => {
      const delay = retryDelay(attempts, retry, random);
      assert.ok(delay >= 100 && delay <= 600_000);
      assert.ok(delay <= Math.max(100, 2000 * 2 ** attempts));
    }),
  );
  assert.equal(retryDelay(3, retry, 0.5), 8000);
  assert.equal(givenUp(4, 1e12, retry), undefined, 'old, but hardly tried');
  assert.match(givenUp(5, 86_400_000, retry)!, /after 24h and 5 attempts/);
  assert.match(givenUp(100, 0, retry)!, /after 100 attempts/);
});
