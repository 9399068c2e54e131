import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createManualClock } from '@seawall/base';
import { openStore } from './open.ts';
import type { Store } from './store.ts';
import { etcd, host, START, sampleGroup, sampleOccurrence, scratchFolder } from './testing/samples.ts';
import type { ActionRecord } from './types/action.ts';
import { OTHER_ACTIVITY } from './types/activity.ts';
import type { NewOutboxEntry } from './types/outbox.ts';

const PAGE = { limit: 100 };

function open(context: TestContext, options: { readonly activityLimit?: number } = {}): Store {
  const store = openStore({ path: `${scratchFolder(context)}/store.db`, ...options });
  context.after(() => store.close());
  return store;
}

function keysOf(list: { readonly items: readonly { readonly key: string }[] }): readonly string[] {
  return list.items.map(({ key }) => key);
}

test('an occurrence comes back as it was stored, all of it', async (context) => {
  const store = open(context);
  const odd = sampleOccurrence('odd', {
    workload: host,
    group: { ...sampleGroup('b', 'info'), runbook: undefined, tags: [] },
    output: 'Zeichen: \u0000 \u{1f433} \\ " \u2028',
    fields: { big: 2n ** 64n - 1n, nested: { list: [1, null, 'x'], yes: true } },
    isStateComplete: false,
    mode: 'shadow',
    ancestry: [],
  });
  await store.commit({ occurrences: [sampleOccurrence('plain'), odd] });
  const { items } = await store.feed({}, PAGE);
  assert.deepEqual(items, [
    { ...odd, id: 2, groupId: 2 },
    { ...sampleOccurrence('plain'), id: 1, groupId: 1 },
  ]);
});

test('a commit tells how the groups stand now, and which occurrences were known', async (context) => {
  const store = open(context);
  await store.commit({ occurrences: [sampleOccurrence('1')] });
  const { known, groups } = await store.commit({
    occurrences: [
      sampleOccurrence('1'),
      sampleOccurrence('2', { time: START + 9n }),
      sampleOccurrence('2'),
      sampleOccurrence('3', { time: START - 5n, output: sampleOccurrence('1').output, workload: host }),
    ],
  });
  assert.deepEqual(known, ['1', '2']);
  assert.deepEqual(groups.get('group a'), {
    ...sampleGroup('a'),
    id: 1,
    state: 'open',
    count: 3,
    first: START - 5n,
    last: START + 9n,
    uniqueOutputs: 2,
    output: sampleOccurrence('2').output,
    workload: etcd,
    decision: undefined,
  });
  assert.deepEqual(groups.get('group a'), await store.group(1));
  const again = await store.commit({ occurrences: [sampleOccurrence('3')] });
  assert.deepEqual(again, { known: ['3'], groups });
});

test('after a clock was set back, a group keeps its true last occurrence and its output', async (context) => {
  const store = open(context);
  await store.commit({ occurrences: [sampleOccurrence('late', { time: START + 100n })] });
  const { groups } = await store.commit({ occurrences: [sampleOccurrence('early', { workload: host })] });
  const group = groups.get('group a');
  assert.deepEqual(
    [group?.first, group?.last, group?.output, group?.workload],
    [START, START + 100n, sampleOccurrence('late').output, etcd],
  );
});

test('decisions are kept; what happens after a group was resolved opens it again', async (context) => {
  const store = open(context);
  await store.commit({ occurrences: [sampleOccurrence('1')] });
  await assert.rejects(store.decide(9, { state: 'resolved', actor: 'user x', time: START }), {
    code: 'store/NO_SUCH_FINDING',
  });
  const decision = { actor: 'user x', time: START + 10n, comment: 'was me' };
  const resolved = await store.decide(1, { state: 'resolved', ...decision });
  assert.deepEqual([resolved.state, resolved.decision], ['resolved', decision]);
  const late = await store.commit({ occurrences: [sampleOccurrence('2', { time: START + 5n })] });
  assert.equal(late.groups.get('group a')?.state, 'resolved', 'it happened before the decision');
  const fresh = await store.commit({ occurrences: [sampleOccurrence('3', { time: START + 11n })] });
  assert.equal(fresh.groups.get('group a')?.state, 'open');
  assert.deepEqual(fresh.groups.get('group a')?.decision, decision);
});

test('filters choose groups and occurrences by each of their properties, and by all together', async (context) => {
  const store = open(context);
  await store.commit({
    occurrences: [
      sampleOccurrence('a'),
      sampleOccurrence('b', { group: sampleGroup('b', 'low'), workload: host, time: START + 10n }),
    ],
  });
  await store.decide(2, { state: 'acknowledged', actor: 'user x', time: START });
  const onlyA = [
    { states: ['open'] },
    { severities: ['high'] },
    { policies: ['policy a'] },
    { rules: ['rule a', 'rule c'] },
    { namespaces: ['kube-system'] },
    { pods: ['etcd-control-1'] },
    { containers: ['etcd'] },
    { containers: ['f1600721a783'] },
    { containers: [etcd.container!.id] },
    { images: [etcd.container!.image!] },
    { images: ['registry.example:5000/google_containers/etcd'] },
    { nodes: ['control-1'] },
    { to: START + 10n },
    { text: '(ls a)' },
    { states: ['open'], namespaces: ['kube-system'], text: 'shadow', from: START },
  ] as const;
  for (const filter of onlyA) {
    const told = JSON.stringify(filter, (_, value) => (typeof value === 'bigint' ? String(value) : value));
    assert.deepEqual(keysOf(await store.groups(filter, PAGE)), ['group a'], told);
    assert.deepEqual(keysOf(await store.feed(filter, PAGE)), ['a'], told);
    const newer = await store.newer(filter, 0, 10);
    assert.deepEqual(
      newer.map(({ key }) => key),
      ['a'],
      told,
    );
    const [slice] = await store.timeline(filter, { from: START, to: START + 60n, slices: 1 });
    assert.deepEqual([slice.count, slice.bySeverity.high], [1, 1], told);
  }
  for (const filter of [{ states: [] }, { pods: [] }, { text: '//' }, { text: 'nowhere' }]) {
    assert.deepEqual(keysOf(await store.groups(filter, PAGE)), [], JSON.stringify(filter));
    assert.deepEqual(keysOf(await store.feed(filter, PAGE)), [], JSON.stringify(filter));
  }
  assert.deepEqual(keysOf(await store.groups({ from: START + 1n }, PAGE)), ['group b']);
});

test('pages follow each other without a gap, also among equal times; a bad cursor is refused', async (context) => {
  const store = open(context);
  const occurrences = Array.from({ length: 23 }, (_, index) =>
    sampleOccurrence(String(index), {
      time: START + BigInt(index >> 2),
      group: sampleGroup(String(index % 7)),
    }),
  );
  await store.commit({ occurrences });
  const lists = {
    feed: (page: typeof PAGE) => store.feed({}, page),
    groups: (page: typeof PAGE) => store.groups({}, page),
    occurrences: (page: typeof PAGE) => store.occurrences(1, page),
    outputs: (page: typeof PAGE) => store.outputs(1, page),
  };
  for (const [name, list] of Object.entries<
    (page: { limit: number; after?: string }) => ReturnType<Store['outputs']>
  >(lists as never)) {
    const whole = await list(PAGE);
    assert.equal(whole.next, undefined);
    const pieces: unknown[] = [];
    let after: string | undefined;
    do {
      const piece = await list({ limit: 2, after });
      pieces.push(...piece.items);
      after = piece.next;
    } while (after !== undefined);
    assert.deepEqual(pieces, whole.items, name);
  }
  for (const after of ['x', '', '1_x', '99999999999999999999999_1']) {
    await assert.rejects(store.feed({}, { limit: 2, after }), { code: 'store/BAD_CURSOR' }, after);
  }
});

test('newer occurrences come in the order they were stored', async (context) => {
  const store = open(context);
  await store.commit({ occurrences: [sampleOccurrence('1', { time: START + 5n })] });
  const { lastOccurrence } = await store.statistics();
  await store.commit({ occurrences: ['2', '3', '4'].map((key) => sampleOccurrence(key)) });
  const keys = (await store.newer({}, lastOccurrence, 2)).map(({ key }) => key);
  assert.deepEqual(keys, ['2', '3']);
});

test('unique outputs are told with their counts and times', async (context) => {
  const store = open(context);
  const output = 'the same';
  await store.commit({
    occurrences: [
      sampleOccurrence('1', { output }),
      sampleOccurrence('2', { output, time: START + 7n }),
      sampleOccurrence('3', { output: 'another' }),
    ],
  });
  await store.commit({ occurrences: [sampleOccurrence('4', { output, time: START - 7n })] });
  assert.deepEqual((await store.outputs(1, PAGE)).items, [
    { text: 'another', count: 1, first: START, last: START },
    { text: output, count: 3, first: START - 7n, last: START + 7n },
  ]);
  assert.equal((await store.group(1))?.uniqueOutputs, 2);
});

const action: ActionRecord = {
  key: 'action 1',
  occurrence: '1',
  kind: 'pause-container',
  actor: 'policy a',
  target: 'f1600721a783',
  time: START,
  result: 'pending',
  detail: 'asked the runtime',
  latencyMilliseconds: undefined,
  undo: undefined,
  undone: undefined,
};

test('an action is replaced by its later form, and found by its finding even when it came first', async (context) => {
  const store = open(context);
  await store.commit({ actions: [action] });
  await store.commit({ occurrences: [sampleOccurrence('1')] });
  const done = { ...action, result: 'done', latencyMilliseconds: 3.25, undo: { task: 7 } } as const;
  const asked = { ...action, key: 'action 2', occurrence: undefined, actor: 'user x' } as const;
  await store.commit({ actions: [done, asked] });
  assert.deepEqual(await store.action('action 1'), done);
  assert.equal(await store.action('none'), undefined);
  assert.deepEqual((await store.actions({ groupId: 1 }, PAGE)).items, [done]);
  assert.deepEqual((await store.actions({ undoable: true }, PAGE)).items, [done]);
  assert.deepEqual((await store.actions({ undoable: false }, PAGE)).items, [asked]);
  assert.deepEqual((await store.actions({}, PAGE)).items, [asked, done]);
  await store.commit({ actions: [{ ...done, undone: START + 5n }] });
  assert.deepEqual((await store.actions({ undoable: true }, PAGE)).items, []);
});

test('an action that has ended is not pending again when its event is decided about once more', async (context) => {
  const store = open(context);
  const failed = { ...action, result: 'failed', detail: 'the agent ended before it was done' } as const;
  await store.commit({ actions: [failed] });
  await store.commit({ actions: [action] });
  assert.deepEqual(await store.action('action 1'), failed);
  await store.commit({ actions: [{ ...action, result: 'refused' }] });
  assert.deepEqual(await store.action('action 1'), failed);
});

test('a message is due, is tried again, dies, is sent again and is delivered', async (context) => {
  const clock = createManualClock(1000);
  const store = openStore({ path: `${scratchFolder(context)}/store.db`, clock });
  context.after(() => store.close());
  const message: NewOutboxEntry = {
    channel: 'slack',
    deduplicationKey: 'key 1',
    event: 'trigger',
    group: 'group a',
    severity: 'high',
    payload: { text: 'a shell', count: 2n ** 60n },
    due: 50n,
  };
  await store.commit({
    outbox: [message, { ...message, channel: 'mail' }, { ...message, event: 'resolve', due: 60n }],
  });
  await store.commit({ outbox: [message] });
  assert.deepEqual(await store.dueOutbox('slack', 49n, 10), []);
  const [due, ...more] = await store.dueOutbox('slack', 50n, 10);
  assert.deepEqual(more, []);
  assert.deepEqual(due, {
    ...message,
    id: 1,
    state: 'waiting',
    attempts: 0,
    lastError: undefined,
    created: 1_000_000_000n,
    delivered: undefined,
  });
  await store.settle(1, { kind: 'retry', due: 70n, error: 'status 500' });
  const next = await store.dueOutbox('slack', 70n, 10);
  assert.deepEqual(
    next.map(({ id, attempts, lastError }) => [id, attempts, lastError]),
    [
      [3, 0, undefined],
      [1, 1, 'status 500'],
    ],
  );
  await store.settle(1, { kind: 'dead', error: 'gone' });
  const dead = await store.outbox({ channel: 'slack', states: ['dead'] }, PAGE);
  assert.deepEqual(
    dead.items.map(({ id, attempts, lastError }) => [id, attempts, lastError]),
    [[1, 2, 'gone']],
  );
  assert.equal(await store.resend([1, 2, 77], 80n), 1);
  assert.equal(await store.resend([], 80n), 0);
  await store.settle(1, { kind: 'delivered', time: 90n });
  const [delivered] = (await store.outbox({ states: ['delivered'] }, PAGE)).items;
  assert.deepEqual([delivered.id, delivered.attempts, delivered.delivered], [1, 1, 90n]);
  await assert.rejects(store.settle(77, { kind: 'dead', error: '' }), { code: 'store/NO_SUCH_MESSAGE' });
  const { waiting, dead: deadCount } = await store.statistics();
  assert.deepEqual([waiting, deadCount], [2, 0]);
});

test('activity adds up, and beyond its limit goes into one line for all others', async (context) => {
  const store = open(context, { activityLimit: 2 });
  const seen = (value: string, last: bigint) => ({
    workload: 'kube-system/etcd/etcd',
    kind: 'program' as const,
    value,
    count: 3,
    first: last - 1n,
    last,
    example: `${value} --flag`,
    starts: 1,
  });
  await store.commit({ activity: [seen('/bin/a', 5n), seen('/bin/b', 6n), seen('/bin/a', 9n)] });
  await store.commit({ activity: [seen('/bin/c', 7n), seen('/bin/d', 8n)] });
  await store.commit({ activity: [{ ...seen('80/tcp', 7n), kind: 'listening-port' }] });
  const programs = await store.activity({ workload: 'kube-system/etcd/etcd', kinds: ['program'] });
  assert.deepEqual(
    programs.map(({ value, count, first, last, starts }) => [value, count, first, last, starts]),
    [
      [OTHER_ACTIVITY, 6, 6n, 8n, 2],
      ['/bin/a', 6, 4n, 9n, 2],
      ['/bin/b', 3, 5n, 6n, 1],
    ],
  );
  assert.equal((await store.activity({})).length, 4);
  assert.deepEqual(await store.workloads(), ['kube-system/etcd/etcd']);
});

test('gaps are told once, the latest first; positions and memory hold their last value', async (context) => {
  const store = open(context);
  const gap = {
    source: 'live',
    from: 10n,
    to: 20n,
    reason: 'agent ended without notice',
    lostEvents: undefined,
  };
  const loss = { source: 'live', from: 30n, to: 30n, reason: '4,811 events lost', lostEvents: 4811 };
  await store.commit({ gaps: [gap, loss, gap], positions: new Map([['capture', '1']]) });
  assert.deepEqual((await store.gaps(PAGE)).items, [loss, gap]);
  await store.commit({
    positions: new Map([['capture', '2']]),
    memory: new Map([
      ['throttle/1', 'a'],
      ['throttle/ü%_', 'b'],
      ['throttled', 'c'],
    ]),
  });
  await store.commit({ memory: new Map([['throttle/1', undefined]]) });
  assert.equal(await store.position('capture'), '2');
  assert.equal(await store.position('live'), undefined);
  assert.deepEqual(await store.memory('throttle/'), new Map([['throttle/ü%_', 'b']]));
});

test('a batch that fails in its last part leaves nothing behind, and can be sent again', async (context) => {
  const store = open(context);
  const occurrences = [sampleOccurrence('1', { workload: host })];
  // A circle can't be JSON: it fails when the occurrence was written already.
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  const outbox = [
    {
      channel: 'c',
      deduplicationKey: 'k',
      event: 'test',
      group: undefined,
      severity: 'high',
      due: 0n,
    } as const,
  ];
  await assert.rejects(
    store.commit({
      occurrences,
      outbox: [{ ...outbox[0], payload: circle }],
      positions: new Map([['s', '1']]),
    }),
  );
  assert.deepEqual((await store.feed({}, PAGE)).items, []);
  assert.equal(await store.position('s'), undefined);
  const { known } = await store.commit({ occurrences, outbox: [{ ...outbox[0], payload: 1 }] });
  assert.deepEqual(known, []);
  assert.deepEqual((await store.feed({}, PAGE)).items[0].workload, host);
  assert.deepEqual(await store.check(), []);
});

test('a closed store says so', async (context) => {
  const store = open(context);
  await store.close();
  await store.close();
  await assert.rejects(store.commit({}), { code: 'store/CLOSED' });
  await assert.rejects(store.groups({}, PAGE), { code: 'store/CLOSED' });
});
