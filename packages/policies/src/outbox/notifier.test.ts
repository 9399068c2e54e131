import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { NotificationChannel } from '../channel/channel.ts';
import type { DigestNotice, FindingNotice, SummaryNotice } from '../channel/notice.ts';
import { MEMORY_PREFIX, memoryKeys } from './memory.ts';
import { createWorld, occurrenceOf, plainChannel, type World } from './testing/world.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function world(context: TestContext, ...channels: readonly NotificationChannel[]): World {
  const made = createWorld(channels.length > 0 ? channels : [plainChannel('ops')]);
  context.after(made.close);
  return made;
}

async function kindsOf(made: World): Promise<string[]> {
  return (await made.entries()).map(({ channel, kind }) => `${channel} ${kind}`);
}

test('a new group is told at once, then at most once an hour with how often it occurred', async (context) => {
  const made = world(context);
  const notifier = await made.notifier();
  for (let minute = 0; minute < 150; minute++) {
    await made.occur(notifier, occurrenceOf(made.clock));
    await notifier.tick();
    made.clock.advance(MINUTE);
  }
  made.clock.advance(HOUR);
  await notifier.tick();
  const entries = await made.entries();
  assert.deepEqual(
    entries.map(({ kind }) => kind),
    ['finding', 'summary', 'summary', 'summary'],
  );
  const counts = entries.slice(1).map(({ payload }) => (payload as SummaryNotice).newOccurrences);
  assert.deepEqual(counts, [60, 60, 29]);
  assert.equal(new Set(entries.map(({ key }) => key)).size, 4);
  made.clock.advance(5 * HOUR);
  await notifier.tick();
  assert.equal((await made.entries()).length, 4, 'nothing happened, nothing is told');
});

test('a policy may say how often, and a shadow policy tells nobody', async (context) => {
  const made = world(context);
  const throttle = { summaryEveryMilliseconds: 10 * MINUTE };
  const notifier = await made.notifier({ policy: () => ({ channelNames: ['ops'], throttle }) });
  await made.occur(notifier, occurrenceOf(made.clock));
  await made.occur(notifier, occurrenceOf(made.clock));
  made.clock.advance(10 * MINUTE);
  await made.occur(notifier, occurrenceOf(made.clock, 'shadow', { mode: 'shadow' }));
  await notifier.tick();
  assert.deepEqual(await kindsOf(made), ['ops finding', 'ops summary']);
});

test('a policy tells only its channels, and they take only what their routing says', async (context) => {
  const made = world(
    context,
    plainChannel('high', { routing: { minimumSeverity: 'high' } }),
    plainChannel('etcd', { routing: { podLabels: { component: 'et*' }, namespaces: ['kube-*'] } }),
    plainChannel('labelled', { routing: { containerLabels: { app: '*' } } }),
    plainChannel('policies', { routing: { policies: ['web-?'] } }),
    plainChannel('unnamed'),
  );
  const notifier = await made.notifier({
    policy: (name) => ({
      channelNames: name === 'quiet' ? [] : ['high', 'etcd', 'labelled', 'policies'],
      throttle: { summaryEveryMilliseconds: undefined },
    }),
  });
  await made.occur(
    notifier,
    occurrenceOf(made.clock, 'a'),
    occurrenceOf(made.clock, 'b', { group: { severity: 'low' } }),
    occurrenceOf(made.clock, 'c', { group: { policy: 'quiet' } }),
    occurrenceOf(made.clock, 'd', { group: { policy: 'web-1', severity: 'medium' } }),
  );
  const told = (await made.entries()).map(({ channel, payload }) => [
    channel,
    (payload as SummaryNotice).group.rule,
  ]);
  assert.deepEqual(told.sort(), [
    ['etcd', 'rule a'],
    ['etcd', 'rule b'],
    ['etcd', 'rule d'],
    ['high', 'rule a'],
    ['policies', 'rule d'],
  ]);
});

test('what people decide reaches those who were told, also when another process wrote it; what comes after resolving is new', async (context) => {
  const made = world(context, plainChannel('ops'), plainChannel('mail', { decisions: false }));
  const notifier = await made.notifier();
  await made.occur(notifier, occurrenceOf(made.clock));
  const [group] = await made.groups();
  const decide = (state: 'acknowledged' | 'resolved') =>
    made.store.decide(group!.id, { state, actor: 'eva', time: BigInt(made.clock.now()) * 1_000_000n });
  await notifier.decided(await decide('acknowledged'));
  made.clock.advance(3 * HOUR);
  await made.occur(notifier, occurrenceOf(made.clock));
  await notifier.tick();
  await decide('resolved');
  await notifier.tick();
  made.clock.advance(MINUTE);
  await made.occur(notifier, occurrenceOf(made.clock));
  const events = (await made.entries()).map(({ channel, event }) => `${channel} ${event}`);
  assert.deepEqual(events, [
    'ops trigger',
    'mail trigger',
    'ops acknowledge',
    'ops resolve',
    'ops trigger',
    'mail trigger',
  ]);
  const last = (await made.entries()).at(-1)!;
  assert.equal((last.payload as { isReopened: boolean }).isReopened, true);
});

test('a flood becomes one digest, the worst first, and after it each alone again', async (context) => {
  const made = world(context, plainChannel('ops', { rateLimit: { messages: 3, per: '10m' } }));
  const notifier = await made.notifier();
  for (let number = 0; number < 50; number++) {
    const severity = number === 30 || number === 40 ? 'high' : 'low';
    await made.occur(notifier, occurrenceOf(made.clock, `flood ${number}`, { group: { severity } }));
  }
  await made.occur(notifier, occurrenceOf(made.clock, 'flood 40'));
  assert.deepEqual(await kindsOf(made), ['ops finding', 'ops finding', 'ops finding']);
  const atOnce = (await made.entries()).map(({ payload }) => (payload as FindingNotice).group.rule);
  assert.deepEqual(atOnce, ['rule flood 0', 'rule flood 1', 'rule flood 30']);
  made.clock.advance(10 * MINUTE);
  await notifier.tick();
  await made.occur(notifier, occurrenceOf(made.clock, 'later'));
  assert.deepEqual((await kindsOf(made)).slice(3), ['ops digest', 'ops finding']);
  const digest = (await made.entries())[3]!.payload as DigestNotice;
  assert.equal(digest.groupCount, 47);
  assert.equal(digest.newOccurrences, 48);
  assert.equal(digest.groups.length, 20);
  assert.equal(digest.groups[0]!.rule, 'rule flood 40');
  assert.equal(digest.severity, 'high');
});

test('quiet hours hold back until they end; what is bad enough passes', async (context) => {
  const night = { from: '22:00', to: '07:00', timeZone: 'Europe/Zurich', passing: 'high' };
  const made = world(context, plainChannel('ops', { quietHours: [night] }));
  const notifier = await made.notifier();
  // 23:30 in Zurich.
  made.clock.advance(10.5 * HOUR);
  await made.occur(notifier, occurrenceOf(made.clock, 'low', { group: { severity: 'low' } }));
  await made.occur(notifier, occurrenceOf(made.clock, 'high'));
  await notifier.tick();
  assert.deepEqual(await kindsOf(made), ['ops finding']);
  made.clock.advance(7.4 * HOUR);
  await notifier.tick();
  assert.equal((await made.entries()).length, 1);
  made.clock.advance(0.2 * HOUR);
  await notifier.tick();
  const last = (await made.entries()).at(-1)!.payload as SummaryNotice;
  assert.equal(last.group.rule, 'rule low');
  assert.equal((await made.entries()).length, 2);
});

test('a flood just before quiet hours is told after them', async (context) => {
  const quiet = { from: '12:05', to: '13:00', timeZone: 'UTC' };
  const limits = { rateLimit: { messages: 1, per: '10m' }, quietHours: [quiet] };
  const made = world(context, plainChannel('ops', limits));
  const notifier = await made.notifier();
  for (const group of ['a', 'b', 'c', 'd']) await made.occur(notifier, occurrenceOf(made.clock, group));
  for (let minute = 0; minute < 60; minute++) {
    await notifier.tick();
    made.clock.advance(MINUTE);
  }
  assert.deepEqual(await kindsOf(made), ['ops finding']);
  await notifier.tick();
  assert.deepEqual(await kindsOf(made), ['ops finding', 'ops digest']);
});

test('after a digest the hour begins anew for what was in it', async (context) => {
  const made = world(context, plainChannel('ops', { rateLimit: { messages: 1, per: '1h' } }));
  const notifier = await made.notifier();
  for (const group of ['a', 'b', 'c']) await made.occur(notifier, occurrenceOf(made.clock, group));
  const sent: number[] = [];
  for (let minute = 0; minute < 150; minute++) {
    await made.occur(notifier, occurrenceOf(made.clock, 'b'));
    await notifier.tick();
    if ((await made.entries()).length > sent.length) sent.push(minute);
    made.clock.advance(MINUTE);
  }
  const kinds = await kindsOf(made);
  assert.deepEqual(kinds.slice(0, 3), ['ops finding', 'ops digest', 'ops summary']);
  assert.ok(sent[2]! - sent[1]! >= 60, `minutes ${sent}`);
});

test('what was resolved while it was held back is not told any more', async (context) => {
  const night = { from: '00:00', to: '24:00', timeZone: 'UTC', days: ['tuesday'] };
  const made = world(context, plainChannel('ops', { quietHours: [night] }));
  const notifier = await made.notifier();
  await made.occur(notifier, occurrenceOf(made.clock, 'a'));
  const [group] = await made.groups();
  const time = BigInt(made.clock.now()) * 1_000_000n + 5_000_000n;
  await notifier.decided(await made.store.decide(group!.id, { state: 'resolved', actor: 'eva', time }));
  made.clock.advance(13 * HOUR);
  await notifier.tick();
  assert.deepEqual(await made.entries(), []);
});

test('a restart forgets nothing: neither what was told, nor what waits, nor what is held back', async (context) => {
  const made = world(context, plainChannel('ops', { rateLimit: { messages: 2, per: '10m' } }));
  for (const group of ['a', 'b', 'c', 'd', 'e', 'a']) {
    await made.occur(await made.notifier(), occurrenceOf(made.clock, group));
  }
  made.clock.advance(10 * MINUTE);
  await (await made.notifier()).tick();
  assert.deepEqual(await kindsOf(made), ['ops finding', 'ops finding', 'ops digest']);
  made.clock.advance(50 * MINUTE);
  await (await made.notifier()).tick();
  assert.deepEqual((await kindsOf(made)).slice(3), ['ops summary']);
});

test('a crash between storing and deciding loses no message and makes none twice', async (context) => {
  const made = world(context);
  const before = await made.notifier();
  const occurrences = [occurrenceOf(made.clock, 'a'), occurrenceOf(made.clock, 'b')];
  // The process ended before it followed.
  await made.store.commit({ occurrences, memory: before.announce(occurrences).memory });
  await (await made.notifier()).tick();
  assert.deepEqual(await kindsOf(made), ['ops finding', 'ops finding']);
  await (await made.notifier()).tick();
  assert.equal((await made.entries()).length, 2);
  assert.deepEqual([...(await made.store.memory('notifier/pending/')).keys()], []);
});

test('what the store did not take is decided again', async (context) => {
  const made = world(context);
  let isFull = false;
  const store = {
    ...made.store,
    commit: async (batch: Parameters<World['store']['commit']>[0]) => {
      if (isFull) throw new Error('full');
      return made.store.commit(batch);
    },
  };
  const notifier = await made.notifier({ store });
  const occurrences = [occurrenceOf(made.clock)];
  const { memory, follow } = notifier.announce(occurrences);
  const report = await made.store.commit({ occurrences, memory });
  isFull = true;
  await assert.rejects(follow(report), /full/);
  await assert.rejects(notifier.tick(), /full/);
  isFull = false;
  await notifier.tick();
  await notifier.tick();
  assert.deepEqual(await kindsOf(made), ['ops finding']);
});

test('an event that is read again is not told again', async (context) => {
  const made = world(context);
  const notifier = await made.notifier();
  const occurrence = occurrenceOf(made.clock);
  await made.occur(notifier, occurrence);
  made.clock.advance(2 * HOUR);
  await made.occur(notifier, occurrence);
  await notifier.tick();
  assert.equal((await made.entries()).length, 1);
});

test('a clock that is set back does not silence anything', async (context) => {
  const made = world(context, plainChannel('ops', { rateLimit: { messages: 1, per: '10m' } }));
  const notifier = await made.notifier();
  await made.occur(notifier, occurrenceOf(made.clock, 'a'));
  made.clock.advance(-48 * HOUR);
  await made.occur(notifier, occurrenceOf(made.clock, 'b'));
  made.clock.advance(10 * MINUTE);
  await made.occur(notifier, occurrenceOf(made.clock, 'a'));
  await notifier.tick();
  made.clock.advance(10 * MINUTE);
  await notifier.tick();
  assert.deepEqual(await kindsOf(made), ['ops finding', 'ops digest']);
});

test('what was held back by a clock that is set back since does not wait for the time that it showed', async (context) => {
  for (const back of [HOUR, 24 * HOUR]) {
    const made = world(context, plainChannel('ops', { rateLimit: { messages: 1, per: '10m' } }));
    const notifier = await made.notifier();
    await made.occur(notifier, occurrenceOf(made.clock, 'a'), occurrenceOf(made.clock, 'b'));
    made.clock.advance(-back);
    await notifier.tick();
    made.clock.advance(10 * MINUTE);
    await notifier.tick();
    assert.deepEqual(await kindsOf(made), ['ops finding', 'ops digest']);
  }
});

test('what a channel held back is not lost when the channel is taken out, but waits in the outbox', async (context) => {
  const made = world(context, plainChannel('ops', { rateLimit: { messages: 1, per: '10m' } }));
  const notifier = await made.notifier();
  for (const group of ['a', 'b', 'c']) await made.occur(notifier, occurrenceOf(made.clock, group));
  const { channels } = made;
  made.channels = [];
  await notifier.tick();
  made.channels = channels;
  await notifier.tick();
  assert.deepEqual(await kindsOf(made), ['ops finding']);
  made.channels = [];
  made.clock.advance(10 * MINUTE);
  await notifier.tick();
  await notifier.tick();
  assert.deepEqual(await kindsOf(made), ['ops finding', 'ops digest']);
  const digest = (await made.entries())[1]?.payload as DigestNotice;
  assert.deepEqual(
    digest.groups.map(({ rule }) => rule),
    ['rule b', 'rule c'],
  );
});

test('a crowd that a digest told of makes nobody forget what was told by itself', async (context) => {
  const made = world(context, plainChannel('ops'));
  const now = made.clock.now();
  const told = { policy: 'p', state: 'open', isWaiting: false } as const;
  const crowd = Array.from({ length: 20_000 }, (_, id) => {
    const channels = { ops: { at: now, count: 1, hasMessage: false } };
    return [memoryKeys.group(`crowd ${id}`), JSON.stringify({ ...told, id: 1000 + id, channels })] as const;
  });
  await made.store.commit({ memory: new Map(crowd) });
  made.clock.advance(-HOUR);
  await made.occur(await made.notifier(), occurrenceOf(made.clock));
  made.clock.advance(HOUR);
  const notifier = await made.notifier();
  await notifier.tick();
  const kept = [...(await made.store.memory(MEMORY_PREFIX)).keys()];
  assert.deepEqual([kept.length, kept.includes(memoryKeys.group('group a'))], [20_001, true]);
});
