import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createManualClock } from '@seawall/base';
import { type Notifier, type ResolvedPolicy, type RuleFacts, severityOfPriority } from '@seawall/policies';
import { type Priority, priorities } from '@seawall/rules';
import type { Activity, Store } from '@seawall/store';
import type { Alert } from '../alert/alert.ts';
import type { FindingsMessage, SightedAction, Sighting } from '../hot-loop/messages.ts';
import { MOST_AT_ONCE } from './finding-queue.ts';
import { createLedger } from './ledger.ts';

const facts = { name: 'Shell', source: 'syscall', priority: 'Warning', tags: [] } as unknown as RuleFacts;

function policyOf(name: string, mode: ResolvedPolicy['mode'] = 'alert'): ResolvedPolicy {
  return {
    name,
    mode,
    severity: undefined,
    runbook: undefined,
    ruleFacts: new Map([['Shell', facts]]),
  } as unknown as ResolvedPolicy;
}

const alertOf = (priority: Priority = 'Warning'): Alert =>
  ({
    rule: 'Shell',
    priority,
    source: 'syscall',
    timestamp: 5n,
    message: 'shell',
    fields: new Map(),
  }) as unknown as Alert;

function sightingOf(event: string, policy = 'a', alert = alertOf()): Sighting {
  const workload = {
    ...{ node: 'here', cluster: undefined, namespace: undefined, pod: undefined },
    ...{ podLabels: {}, container: undefined },
  };
  return {
    ...{
      alert,
      severity: severityOfPriority(alert.priority),
      policy,
      generation: 1,
      event,
      workload,
      ancestry: [],
    },
    ...{ isStateComplete: true, isUndecided: false, actions: [] },
  };
}

function messageOf(time: bigint, ...sightings: Sighting[]): FindingsMessage {
  const nothing = { position: undefined, lost: undefined, memory: new Map(), activity: [] };
  return { kind: 'findings', time, sightings, ...nothing };
}

function setting(capacity = 100) {
  const commits: Parameters<Store['commit']>[0][] = [];
  const keys = new Set<string>();
  const told: Alert[] = [];
  const acted: string[] = [];
  const unstored: string[] = [];
  const shed: Priority[] = [];
  const failures: (string | undefined)[] = [];
  const problems: string[] = [];
  const world = { isBroken: false, isDeaf: false, taken: 0, forgotten: 'gone' };
  const ledger = createLedger({
    store: {
      async commit(commit) {
        await new Promise(setImmediate);
        if (world.isBroken) throw new Error('the disk is full');
        commits.push(commit);
        const known = (commit.occurrences ?? []).map(({ key }) => key).filter((key) => keys.has(key));
        for (const { key } of commit.occurrences ?? []) keys.add(key);
        return { known, groups: new Map() };
      },
    },
    notifier: {
      announce: () => ({ memory: new Map(), follow: async () => undefined }),
    } as unknown as Notifier,
    clock: createManualClock(0),
    capacity,
    source: 'here',
    policy: (name) =>
      name === world.forgotten ? undefined : policyOf(name, name === 'shadow' ? 'shadow' : 'alert'),
    actionRecords: () => [],
    onAlert(alert) {
      if (world.isDeaf) throw new Error('nobody listens');
      told.push(alert);
    },
    onActions: (sightings) => acted.push(...sightings.map(({ event }) => event)),
    onUnstored: (sightings) => unstored.push(...sightings.map(({ event }) => event)),
    onTaken: (findings) => {
      for (const count of findings) world.taken += count;
    },
    onShed: (priority) => shed.push(priority),
    onCommit() {},
    onFailure: (reason) => failures.push(reason),
    onError: (message) => problems.push(message),
  });
  return {
    ledger,
    commits,
    told,
    acted,
    unstored,
    shed,
    failures,
    problems,
    world,
    flush: () => ledger.flush(new AbortController().signal),
  };
}

test('an alert that several policies count is told once, and one that is only watched is not', async () => {
  const { ledger, told, flush } = setting();
  const both = alertOf();
  ledger.take(
    messageOf(1n, sightingOf('x', 'a', both), sightingOf('x', 'b', both), sightingOf('y', 'shadow')),
  );
  await flush();
  assert.deepEqual(told, [both]);
  assert.equal(ledger.status().stored, 3);
});

test('what the store has already is neither told nor acted on again', async () => {
  const { ledger, told, acted, flush } = setting();
  ledger.take(messageOf(1n, sightingOf('x')));
  await flush();
  ledger.take(messageOf(2n, sightingOf('x'), sightingOf('y')));
  await flush();
  assert.equal(told.length, 2);
  assert.deepEqual(acted, ['x', 'y']);
  assert.equal(ledger.status().stored, 2);
});

test('while the store fails findings wait in their order, and the failure is told once and its end', async () => {
  const { ledger, commits, failures, world, flush } = setting();
  world.isBroken = true;
  ledger.take({ ...messageOf(1n, sightingOf('x')), position: 7 });
  ledger.take({ ...messageOf(2n, sightingOf('y')), position: 9 });
  while (ledger.status().failures < 2) await new Promise(setImmediate);
  assert.equal(ledger.status().waiting, 2);
  assert.equal(ledger.status().committed, 0n);
  world.isBroken = false;
  await flush();
  assert.deepEqual(failures, ['the disk is full', undefined]);
  assert.deepEqual(commits.flatMap(({ positions }) => [...(positions ?? [])]).at(-1), ['here', '9']);
  assert.equal(commits.flatMap(({ occurrences }) => occurrences ?? []).length, 2);
  assert.equal(world.taken, 2);
});

test('what comes besides findings while the store fails is stored with them, each thing once', async () => {
  const { ledger, commits, world, flush } = setting();
  const activity: Activity = {
    ...{ workload: 'shop/web/app', kind: 'program', value: '/bin/sh', example: 'sh', count: 1, starts: 0 },
    ...{ first: 1n, last: 1n },
  };
  world.isBroken = true;
  ledger.take(messageOf(1n, sightingOf('x')));
  for (let time = 2n; time < 1000n; time += 1n) {
    ledger.take({ ...messageOf(time), activity: [activity], memory: new Map([['guard', String(time)]]) });
  }
  ledger.take({ ...messageOf(1000n, sightingOf('y')), lost: { from: 7n, to: 9n, events: 1 } });
  while (ledger.status().failures < 2) await new Promise(setImmediate);
  world.isBroken = false;
  await flush();
  assert.equal(ledger.status().committed, 1000n);
  assert.equal(commits.flatMap(({ occurrences = [] }) => occurrences).length, 2);
  assert.deepEqual(
    commits.flatMap(({ activity = [] }) => activity),
    [{ ...activity, count: 998 }],
  );
  assert.deepEqual(
    commits.flatMap(({ memory = [] }) => [...memory]),
    [['guard', '999']],
  );
  assert.deepEqual(
    commits.flatMap(({ gaps = [] }) => gaps.map(({ reason }) => reason)),
    ['1 event was lost'],
  );
});

/** What the store's memory has after these commits, and how often a key was put. */
function memoryAfter(commits: readonly Parameters<Store['commit']>[0][]): readonly string[] {
  const memory = new Map<string, string>();
  for (const commit of commits) {
    for (const [key, value] of commit.memory ?? []) {
      if (value === undefined) memory.delete(key);
      else memory.set(key, value);
    }
  }
  return [...memory.keys()];
}

test('what is written down of an event that waits is dropped by the commit that stores its findings, and no sooner', async () => {
  const { ledger, commits, flush } = setting(10_000);
  const note = 'waiting/1/x';
  ledger.take({ ...messageOf(1n), memory: new Map([[note, 'text']]) });
  await flush();
  assert.deepEqual(memoryAfter(commits), [note]);
  // They fill more than one commit, and what comes besides with any of them goes with the first.
  for (let part = 0; part < 4; part += 1) {
    const others = Array.from({ length: 1000 }, (_, index) => sightingOf(`${part}/${index}`));
    ledger.take(messageOf(BigInt(part + 2), ...others));
  }
  ledger.take(messageOf(9n, { ...sightingOf('x', 'a'), note }, { ...sightingOf('x', 'b'), note }));
  await flush();
  const keysOf = (commit: (typeof commits)[number]): number => commit.occurrences?.length ?? 0;
  const dropping = commits.filter(({ memory = new Map() }) => memory.has(note));
  assert.equal(dropping.length, 2);
  assert.equal(dropping.at(-1), commits.at(-1));
  assert.equal(keysOf(commits.at(-1) ?? {}), 2);
  assert.deepEqual(memoryAfter(commits), []);
});

test('while the store fails, what is written down of events that waited takes no memory when these are decided', async () => {
  const { ledger, commits, world, flush } = setting(100);
  world.isBroken = true;
  ledger.take(messageOf(1n, sightingOf('first')));
  for (let number = 0; number < 500; number += 1) {
    const note = `waiting/1/${number}`;
    ledger.take({ ...messageOf(2n), memory: new Map([[note, 'text']]) });
    if (number % 200 === 0) {
      const { failures } = ledger.status();
      while (ledger.status().failures === failures) await new Promise(setImmediate);
    }
    const isFound = number % 2 === 0;
    if (isFound) ledger.take(messageOf(3n, { ...sightingOf(`${number}`), note }));
    else ledger.take({ ...messageOf(3n), memory: new Map([[note, undefined]]) });
  }
  world.isBroken = false;
  await flush();
  assert.deepEqual(memoryAfter(commits), []);
  const texts = commits.flatMap(({ memory = [] }) => [...memory]).filter(([, value]) => value !== undefined);
  assert.ok(texts.length <= 1, String(texts.length));
});

test('what is written down of an event goes as well when its findings gave way', async () => {
  const { ledger, commits, shed, world, flush } = setting(1);
  const note = 'waiting/1/x';
  ledger.take({ ...messageOf(1n), memory: new Map([[note, 'text']]) });
  await flush();
  world.isBroken = true;
  ledger.take(messageOf(2n, { ...sightingOf('x'), note }));
  while (ledger.status().failures < 1) await new Promise(setImmediate);
  for (let number = 0; number < 200; number += 1) {
    ledger.take(messageOf(3n, sightingOf(`${number}`, 'a', alertOf('Critical'))));
  }
  world.isBroken = false;
  await flush();
  assert.ok(shed.includes('Warning'));
  assert.deepEqual(memoryAfter(commits), []);
});

test('the time up to which all is stored never goes back', async () => {
  const { ledger, flush } = setting();
  ledger.take(messageOf(10n));
  ledger.take(messageOf(4n, sightingOf('x')));
  await flush();
  assert.equal(ledger.status().committed, 10n);
});

test('whoever asked is told when it is stored, and the hot loop only of its own', async () => {
  const { ledger, world } = setting();
  await new Promise<void>((resolve) => ledger.add([sightingOf('x')], resolve));
  assert.equal(ledger.status().stored, 1);
  assert.equal(world.taken, 0);
});

test('when there is no more time, a store that fails is not tried again, and what is lost with that is told', async () => {
  const { ledger, problems, world } = setting();
  world.isBroken = true;
  ledger.take(messageOf(1n, sightingOf('x'), sightingOf('y')));
  ledger.add([sightingOf('z')], () => undefined);
  await ledger.flush(AbortSignal.timeout(20));
  assert.deepEqual(problems, ['2 findings could not be stored by the end: the disk is full']);
  const { failures } = ledger.status();
  world.isBroken = false;
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
  assert.equal(ledger.status().stored, 0);
  assert.equal(ledger.status().failures, failures);
});

test('findings of a policy that is long gone do not hold up the others, and what it decided is brought to its end', async () => {
  const { ledger, acted, world, flush } = setting();
  ledger.take(messageOf(1n, sightingOf('x', 'gone'), sightingOf('y')));
  await flush();
  assert.equal(ledger.status().stored, 1);
  assert.deepEqual(acted.toSorted(), ['x', 'y']);
  assert.equal(world.taken, 2);
});

test('findings that wait for the store are kept, however often policies were replaced meanwhile', async () => {
  const { ledger, world, flush } = setting();
  world.isBroken = true;
  ledger.take(messageOf(1n, sightingOf('x', 'former')));
  while (ledger.status().failures < 1) await new Promise(setImmediate);
  world.forgotten = 'former';
  world.isBroken = false;
  await flush();
  assert.equal(ledger.status().stored, 1);
});

test('while the store fails alerts go out and actions go on, each once, and what is sent again waits', async () => {
  const { ledger, told, acted, unstored, world, flush } = setting();
  const [first, second, owed] = [alertOf(), alertOf('Critical'), alertOf()];
  world.isBroken = true;
  ledger.take(
    messageOf(1n, sightingOf('x', 'a', first), sightingOf('x', 'b', first), sightingOf('w', 'shadow')),
  );
  while (ledger.status().failures < 1) await new Promise(setImmediate);
  ledger.take(messageOf(2n, sightingOf('y', 'a', second)));
  ledger.add([sightingOf('z', 'a', owed)], () => undefined);
  while (ledger.status().failures < 3) await new Promise(setImmediate);
  assert.deepEqual(told, [first, second]);
  assert.deepEqual(unstored, ['x', 'x', 'w', 'y']);
  world.isBroken = false;
  await flush();
  assert.deepEqual(told, [first, second, owed]);
  assert.deepEqual(acted, ['x', 'x', 'w', 'y', 'z']);
});

test('when the store begins to fail, nothing that is behind what it fails with waits for it: neither alerts nor actions', async () => {
  const { ledger, told, unstored, world, flush } = setting(2 * MOST_AT_ONCE);
  world.isBroken = true;
  ledger.take(messageOf(1n, sightingOf('first')));
  // They come before it is known that the store fails, and are more than a transaction takes.
  ledger.take(messageOf(2n, ...Array.from({ length: MOST_AT_ONCE }, (_, index) => noticeOf(String(index)))));
  ledger.add([sightingOf('owed')], () => undefined);
  const last = sightingOf('last', 'a', alertOf('Critical'));
  ledger.take(messageOf(3n, last));
  while (ledger.status().failures < 2) await new Promise(setImmediate);
  assert.equal(told.at(-1), last.alert);
  assert.equal(told.length, MOST_AT_ONCE + 2);
  assert.deepEqual(
    unstored.filter((event) => Number.isNaN(Number(event))),
    ['first', 'last'],
  );
  world.isBroken = false;
  await flush();
  assert.equal(told.length, MOST_AT_ONCE + 3);
  assert.equal(ledger.status().stored, MOST_AT_ONCE + 3);
});

test('an output that fails keeps nothing from being stored once, and acted on', async () => {
  const { ledger, commits, acted, failures, problems, world, flush } = setting();
  world.isDeaf = true;
  ledger.take(messageOf(1n, sightingOf('x'), sightingOf('y')));
  await flush();
  assert.equal(commits.length, 1);
  assert.deepEqual(acted, ['x', 'y']);
  assert.deepEqual(failures, []);
  assert.deepEqual(problems, Array(2).fill('an alert could not be handed on: nobody listens'));
});

test('while the store fails the lowest gives way to what is more urgent, and all is stored or counted', async () => {
  const { ledger, acted, shed, world, flush } = setting(4);
  world.isBroken = true;
  ledger.take(messageOf(1n, ...['a', 'b', 'c'].map((event) => noticeOf(event))));
  ledger.take(messageOf(2n, noticeOf('d'), sightingOf('e', 'a', alertOf('Critical'))));
  ledger.add([sightingOf('f', 'a', alertOf('Warning'))]);
  ledger.take(messageOf(3n, noticeOf('g')));
  while (ledger.status().failures < 2) await new Promise(setImmediate);
  assert.deepEqual(countsOf(ledger.status().shed), { Notice: 3 });
  assert.deepEqual(shed, ['Notice', 'Notice', 'Notice']);
  assert.equal(ledger.status().waiting, 4);
  assert.equal(world.taken, 3);
  world.isBroken = false;
  await flush();
  assert.deepEqual(acted, ['a', 'b', 'e', 'f']);
  // What was not of the hot loop it does not hear of.
  assert.equal(world.taken, 6);
  assert.equal(ledger.status().committed, 3n);
});

test('what was acted on gives way to nothing, and neither does what somebody waits for', async () => {
  const { ledger, commits, world, flush } = setting(2);
  world.isBroken = true;
  const acted = { ...noticeOf('acted'), actions: [planned] };
  let isKept = false;
  ledger.add([noticeOf('owed'), noticeOf('owed too')], () => {
    isKept = true;
  });
  ledger.take(messageOf(1n, acted, acted, acted, sightingOf('urgent', 'a', alertOf('Emergency'))));
  assert.deepEqual(countsOf(ledger.status().shed), { Emergency: 1 });
  assert.equal(ledger.hasRoomFor(0), false);
  world.isBroken = false;
  await flush();
  assert.equal(commits.flatMap(({ occurrences = [] }) => occurrences).length, 5);
  assert.equal(isKept, true);
});

test('messages whose findings all gave way take no room', async () => {
  const { ledger, commits, world, flush } = setting(1);
  world.isBroken = true;
  for (let time = 1n; time <= 1000n; time += 1n) {
    ledger.take(messageOf(time, noticeOf('low')));
    ledger.take(messageOf(time, sightingOf('high', 'a', alertOf('Error'))));
  }
  world.isBroken = false;
  await flush();
  const { stored, shed } = ledger.status();
  assert.equal(commits.flatMap(({ occurrences = [] }) => occurrences).length, stored);
  assert.deepEqual([stored + sum(shed), sum(shed)], [2000, 2000 - stored]);
});

const planned = { decision: { outcome: 'planned', kind: 'kill-process' } } as unknown as SightedAction;

function noticeOf(event: string): Sighting {
  return sightingOf(event, 'a', alertOf('Notice'));
}

function countsOf(counts: readonly number[]): Readonly<Record<string, number>> {
  return Object.fromEntries(
    priorities.flatMap((priority, index) => (counts[index] > 0 ? [[priority, counts[index]]] : [])),
  );
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
