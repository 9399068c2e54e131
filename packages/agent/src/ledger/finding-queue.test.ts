import assert from 'node:assert/strict';
import { test } from 'node:test';
import { severityOfPriority } from '@seawall/policies';
import { type Priority, priorities } from '@seawall/rules';
import fc from 'fast-check';
import { createAdmission } from '../hot-loop/admission.ts';
import type { FindingsMessage, Sighting } from '../hot-loop/messages.ts';
import { createFindingQueue, type Portion, type WaitingFinding } from './finding-queue.ts';
import { RANKS, rankOf, sumOf } from './rank.ts';

const CAPACITY = 6;

function sightingOf(priority: Priority): Sighting {
  return {
    alert: { priority },
    severity: severityOfPriority(priority),
    actions: [],
  } as unknown as Sighting;
}

/** Hot loop and ledger as the agent joins them, one step at a time. */
function createWay() {
  const admission = createAdmission(CAPACITY);
  const stored: Sighting[] = [];
  const shed: Sighting[] = [];
  const queue = createFindingQueue(CAPACITY, (finding) => {
    assert.ok(lowestWaiting() >= finding.rank);
    shed.push(finding.sighting);
    note(finding);
  });
  const inQueue = new Set<Sighting>();
  let underWay: Portion | undefined;
  let unsent: Sighting[] = [];
  let answer: number[] = Array<number>(RANKS).fill(0);

  function lowestWaiting(): number {
    const busy = new Set(underWay?.findings.map(({ sighting }) => sighting));
    const ranks = [...inQueue].filter((sighting) => !busy.has(sighting)).map(rankOf);
    return Math.min(RANKS, ...ranks);
  }

  function note({ rank, sighting }: WaitingFinding): void {
    inQueue.delete(sighting);
    answer[rank] += 1;
  }

  return {
    find(priority: Priority) {
      const sighting = sightingOf(priority);
      const rank = rankOf(sighting);
      if (admission.admit(rank, priority)) unsent.push(sighting);
    },
    send() {
      for (const sighting of unsent) inQueue.add(sighting);
      const nothing = { position: undefined, lost: undefined, activity: [], memory: new Map() };
      const message: FindingsMessage = { kind: 'findings', sightings: unsent, time: 1n, ...nothing };
      unsent = [];
      const entry = { message, isOfHotLoop: true, onKept: undefined };
      queue.push(
        entry,
        message.sightings.map(() => undefined),
      );
    },
    begin() {
      underWay ??= queue.begin();
    },
    end(isStored: boolean) {
      if (underWay === undefined) return;
      const portion = underWay;
      underWay = undefined;
      if (!isStored) return queue.fail(portion);
      queue.done(portion);
      for (const finding of portion.findings) {
        stored.push(finding.sighting);
        note(finding);
      }
    },
    hear() {
      admission.release(answer);
      answer = Array<number>(RANKS).fill(0);
    },
    left: () => [...inQueue],
    counts: () => ({
      stored: stored.length,
      waiting: queue.findings,
      unsent: unsent.length,
      shed: shed.length + sumOf(admission.shed()),
    }),
    outstanding: admission.outstanding,
  };
}

test('while the store takes nothing, messages without a finding take no room, whatever else comes with them', () => {
  const queue = createFindingQueue(CAPACITY, () => undefined);
  const push = (time: bigint, sightings: readonly Sighting[], more: Partial<FindingsMessage> = {}): void => {
    const nothing = { position: undefined, lost: undefined, activity: [], memory: new Map() };
    const message: FindingsMessage = { kind: 'findings', sightings, time, ...nothing, ...more };
    queue.push(
      { message, isOfHotLoop: true, onKept: undefined },
      sightings.map(() => undefined),
    );
  };
  push(1n, [sightingOf('Notice')]);
  const portion = queue.begin();
  for (let time = 2n; time < 1000n; time += 1n) push(time, []);
  push(1000n, [sightingOf('Notice')]);
  for (let time = 1001n; time <= 2000n; time += 1n) {
    push(time, [], { lost: { from: time, to: time, events: 1 }, memory: new Map([['guard', 'on']]) });
  }
  queue.fail(portion);
  assert.equal(queue.length, 4);
  const { entries, findings, besides } = queue.begin();
  assert.deepEqual([entries.at(-1)?.time, findings.length], [2000n, 2]);
  assert.deepEqual([besides.lost.length, besides.memory.size], [1000, 1]);
});

const priority = fc.constantFrom(...priorities);

test('while the store takes nothing, what waits is the most urgent of all that was found', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(priority, fc.boolean()), { maxLength: 80 }), (found) => {
      const way = createWay();
      for (const [each, isSent] of found) {
        way.find(each);
        if (!isSent) continue;
        way.send();
        way.hear();
      }
      way.send();
      const urgencies = (names: readonly Priority[]): number[] =>
        names.map((name) => priorities.indexOf(name)).toSorted((left, right) => left - right);
      const best = urgencies(found.map(([each]) => each)).slice(0, CAPACITY);
      assert.deepEqual(urgencies(way.left().map(({ alert }) => alert.priority)), best);
    }),
  );
});

test('whatever the store does, what was found is stored, waits or is counted as left out, and the lowest gives way', () => {
  const step = fc.oneof(
    { weight: 8, arbitrary: priority.map((each) => ({ kind: 'find', priority: each }) as const) },
    { weight: 3, arbitrary: fc.constant({ kind: 'send' } as const) },
    { weight: 2, arbitrary: fc.constant({ kind: 'begin' } as const) },
    { weight: 2, arbitrary: fc.boolean().map((isStored) => ({ kind: 'end', isStored }) as const) },
    { weight: 2, arbitrary: fc.constant({ kind: 'hear' } as const) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const way = createWay();
      let found = 0;
      for (const each of steps) {
        if (each.kind === 'find') {
          found += 1;
          way.find(each.priority);
        } else if (each.kind === 'end') way.end(each.isStored);
        else way[each.kind]();
        const { stored, waiting, unsent, shed } = way.counts();
        assert.equal(stored + waiting + unsent + shed, found);
      }
      way.send();
      way.hear();
      way.end(true);
      way.begin();
      way.end(true);
      way.hear();
      assert.equal(way.outstanding(), way.counts().waiting);
      assert.equal(way.counts().stored + way.counts().waiting + way.counts().shed, found);
    }),
  );
});
