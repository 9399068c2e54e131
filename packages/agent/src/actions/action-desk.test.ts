import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { nanosecondsNow, systemClock } from '@seawall/base';
import type { ActionOutcome, ContainerActions, PlannedAction } from '@seawall/policies';
import type { ActionRecord } from '@seawall/store';
import type { CaptureFiles } from '../captures/capture-files.ts';
import type { SightedAction, Sighting } from '../hot-loop/messages.ts';
import { createActionDesk } from './action-desk.ts';
import { createPauseNotes } from './pause-notes.ts';

const folder = mkdtempSync(join(tmpdir(), 'seawall-desk-'));
after(() => rmSync(folder, { recursive: true }));

const planned: PlannedAction = {
  outcome: 'planned',
  key: 'o/capture',
  kind: 'capture',
  target: { kind: 'node', node: 'here' },
  policy: 'shells',
  occurrence: 'o',
  time: 2n,
  eventTime: 1n,
  reason: 'the policy shells says so',
  isImmediate: false,
  parameters: { maximumBytes: 1000 },
};

function sightingOf(decision: SightedAction['decision'], outcome?: ActionOutcome): Sighting {
  const action = { decision, outcome, latencyMilliseconds: undefined, reactionMilliseconds: undefined };
  return { alert: { rule: 'Shell' }, actions: [action] } as unknown as Sighting;
}

function setting(
  context: TestContext,
  captures: Partial<CaptureFiles> = {},
  earlier: readonly ActionRecord[] = [],
  path = join(mkdtempSync(join(folder, 'desk-')), 'pauses'),
) {
  const written = new Map<string, ActionRecord>();
  const problems: string[] = [];
  const notes = createPauseNotes(path, 'main');
  notes.prepare();
  const world = { failures: 0 };
  const runtime = { unpaused: 0, followed: 0 };
  const desk = createActionDesk({
    store: {
      commit: async ({ actions = [] }) => {
        if (world.failures > 0) {
          world.failures -= 1;
          throw new Error('the disk is full');
        }
        for (const record of actions) written.set(record.key, record);
        return { groups: new Map(), known: [] };
      },
      actions: async () => ({ items: earlier, next: undefined }),
      action: async (key) => written.get(key),
    } as Parameters<typeof createActionDesk>[0]['store'],
    followUp: {
      async follow({ kind }, before) {
        runtime.followed += 1;
        const isLeft = before === undefined || (before.result === 'failed' && kind === 'kill-container');
        return isLeft ? { result: 'done', detail: 'done', undo: undefined } : before;
      },
    },
    undo: {
      runtimeOf: async () =>
        ({
          kind: 'containerd',
          actions: new Set(['unpause']),
          unpause: async () => {
            runtime.unpaused += 1;
          },
        }) as unknown as ContainerActions,
      pods: undefined,
      now: () => 3n,
    },
    notes,
    captures: {
      add: async () => undefined,
      finish: async () => ({ path: '/captures/a.scap', events: 3, bytes: 100, isCut: false }),
      retain: () => 0,
      close: async () => undefined,
      ...captures,
    },
    clock: systemClock,
    onError: (message) => problems.push(message),
    onDone() {},
  });
  context.after(() => desk.close(1000));
  return { desk, written, problems, world, runtime, notes, path };
}

const last = { kind: 'capture', key: planned.key, chunks: [], isLast: true } as const;

test('a capture is pending when its finding is stored, and done when its file is whole', async (context) => {
  const { desk, written } = setting(context);
  const sighting = sightingOf(planned);
  desk.expect([sighting]);
  assert.equal(desk.records(sighting)[0]?.result, 'pending');
  desk.follow([sighting]);
  desk.takeEvents(last);
  await desk.close(1000);
  assert.equal(written.get(planned.key)?.result, 'done');
  assert.match(written.get(planned.key)?.detail ?? '', /a\.scap \(3 events/);
  assert.deepEqual(desk.status().counts, [{ kind: 'capture', result: 'done', count: 1 }]);
});

test('a capture that ended before its finding was stored is not pending again', async (context) => {
  const { desk } = setting(context);
  const sighting = sightingOf(planned);
  desk.expect([sighting]);
  desk.takeEvents(last);
  await new Promise(setImmediate);
  assert.equal(desk.records(sighting)[0]?.result, 'done');
});

test('a capture whose file can not be made has failed, and says why', async (context) => {
  const { desk, written, problems } = setting(context, {
    add: async () => {
      throw new Error('no space left');
    },
    finish: async () => {
      throw new Error('it was never begun');
    },
  });
  const sighting = sightingOf(planned);
  desk.expect([sighting]);
  desk.follow([sighting]);
  desk.takeEvents({ ...last, isLast: false });
  desk.takeEvents(last);
  await desk.close(1000);
  assert.equal(written.get(planned.key)?.result, 'failed');
  assert.match(written.get(planned.key)?.detail ?? '', /no space left/);
  assert.deepEqual(problems, []);
});

test('a capture that the hot loop could not begin is told as failed, and no events are waited for', async (context) => {
  const { desk, written } = setting(context);
  const sighting = sightingOf(planned, { result: 'failed', detail: 'too many at once', undo: undefined });
  desk.expect([sighting]);
  assert.equal(desk.records(sighting)[0]?.result, 'failed');
  desk.follow([sighting]);
  await desk.close(1000);
  assert.equal(written.get(planned.key)?.result, 'failed');
  assert.deepEqual(desk.status().counts, [{ kind: 'capture', result: 'failed', count: 1 }]);
});

test('what was pending when the last run ended is told as failed', async (context) => {
  const pending: ActionRecord = {
    ...{ key: 'x', occurrence: 'o', kind: 'stop-container', actor: 'policy shells', target: 'c' },
    ...{ time: 1n, result: 'pending', detail: 'the policy says so' },
    ...{ latencyMilliseconds: undefined, undo: undefined, undone: undefined },
  };
  const { desk, written } = setting(context, {}, [pending]);
  await desk.start();
  assert.equal(written.get('x')?.result, 'failed');
  assert.match(written.get('x')?.detail ?? '', /the agent ended before it was done/);
});

test('how an action ended is written down when the store takes it again', async (context) => {
  const { desk, written, problems, world } = setting(context);
  const sighting = sightingOf({ ...planned, key: 'o/kill', kind: 'kill-process', isImmediate: true });
  world.failures = 2;
  desk.follow([sighting]);
  while (!written.has('o/kill')) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(written.get('o/kill')?.result, 'done');
  assert.deepEqual(problems, ['kill-process o/kill waits to be written down: the disk is full']);
});

test('what takes a runtime is done once while the store takes nothing, and stored with its finding as it ended', async (context) => {
  const { desk, written, problems, runtime } = setting(context);
  const stop = { ...planned, key: 'o/stop', kind: 'stop-container' } as const;
  const sightings = [stop, planned].map((decision) => sightingOf(decision));
  desk.expect(sightings);
  desk.followUnstored(sightings);
  await new Promise(setImmediate);
  assert.deepEqual([runtime.followed, written.size, problems.length], [1, 0, 0]);
  assert.deepEqual(
    sightings.flatMap((sighting) => desk.records(sighting)).map(({ kind, result }) => `${kind} ${result}`),
    ['stop-container done', 'capture pending'],
  );
  desk.follow(sightings);
  await desk.close(1000);
  assert.equal(runtime.followed, 1);
  assert.equal(written.get('o/stop')?.result, 'done');
  assert.deepEqual(desk.status().counts, [{ kind: 'stop-container', result: 'done', count: 1 }]);
});

test('what the kernel would not do a runtime does while the store takes nothing, and what is done it is not asked for', async (context) => {
  const { desk, written, runtime } = setting(context);
  const kill = (key: string, outcome: ActionOutcome['result']) =>
    sightingOf({ ...planned, key, kind: 'kill-container' }, { result: outcome, detail: '', undo: undefined });
  const sightings = [kill('o/failed', 'failed'), kill('o/done', 'done'), kill('o/refused', 'refused')];
  desk.followUnstored(sightings);
  await new Promise(setImmediate);
  assert.equal(runtime.followed, 1);
  assert.deepEqual(
    sightings.flatMap((sighting) => desk.records(sighting)).map(({ key, result }) => [key, result]),
    [
      ['o/failed', 'done'],
      ['o/done', 'done'],
      ['o/refused', 'refused'],
    ],
  );
  desk.follow(sightings);
  await desk.close(1000);
  assert.equal(runtime.followed, 3);
  assert.equal(written.get('o/failed')?.result, 'done');
});

test('a pause by a runtime waits until its finding is stored', async (context) => {
  const { desk, runtime } = setting(context);
  const sightings = [sightingOf({ ...planned, key: 'o/pause', kind: 'pause-container' })];
  desk.expect(sightings);
  desk.followUnstored(sightings);
  await new Promise(setImmediate);
  assert.equal(runtime.followed, 0);
  desk.follow(sightings);
  await desk.close(1000);
  assert.equal(runtime.followed, 1);
});

test('what is not done yet when its finding is stored is pending until it is', async (context) => {
  const { desk, written, runtime } = setting(context);
  const sighting = sightingOf({ ...planned, key: 'o/stop', kind: 'stop-container' });
  desk.followUnstored([sighting]);
  assert.equal(desk.records(sighting)[0]?.result, 'pending');
  desk.follow([sighting]);
  await desk.close(1000);
  assert.equal(runtime.followed, 1);
  assert.equal(written.get('o/stop')?.result, 'done');
});

/** A sighting whose container the hot loop has paused, until that time. */
function pausedUntil(until: bigint): Sighting {
  const unpause = { kind: 'unpause', containerId: 'c', unified: undefined, freezer: undefined } as const;
  const undo = { ...unpause, until: until.toString() };
  const decision = { ...planned, key: 'o/pause', kind: 'pause-container', isImmediate: true } as const;
  return sightingOf(decision, { result: 'done', detail: 'paused by the freezer', undo });
}

test('a pause ends in time while the store takes nothing, and the runtime is not told to pause after it', async (context) => {
  const { desk, written, problems, runtime } = setting(context);
  const sighting = pausedUntil(nanosecondsNow(systemClock) + 20_000_000n);
  desk.expect([sighting]);
  while (runtime.unpaused === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await new Promise(setImmediate);
  // This is what is stored with the finding, when the store takes it.
  assert.ok(desk.records(sighting)[0]?.undone !== undefined);
  desk.follow([sighting]);
  await desk.close(1000);
  assert.deepEqual(runtime, { unpaused: 1, followed: 0 });
  assert.ok(written.get('o/pause')?.undone !== undefined);
  assert.deepEqual(problems, []);
});

test('a pause that is stored in time goes on, and one that never is ends with the agent', async (context) => {
  const inTime = setting(context);
  const later = pausedUntil(nanosecondsNow(systemClock) + 60_000_000_000n);
  inTime.desk.expect([later]);
  inTime.desk.follow([later]);
  await inTime.desk.close(1000);
  assert.deepEqual(inTime.runtime, { unpaused: 0, followed: 1 });
  assert.equal(inTime.written.get('o/pause')?.undone, undefined);
  const never = setting(context);
  never.desk.expect([later]);
  await never.desk.close(1000);
  assert.deepEqual(never.runtime, { unpaused: 1, followed: 0 });
});

test('an agent that ends does not wait for a store that takes nothing', async (context) => {
  const { desk, written, problems, world } = setting(context);
  world.failures = Number.POSITIVE_INFINITY;
  desk.follow([sightingOf({ ...planned, key: 'o/kill', kind: 'kill-process', isImmediate: true })]);
  await new Promise(setImmediate);
  await desk.close(60_000);
  assert.equal(written.size, 0);
  assert.match(problems.at(-1) ?? '', /could not be written down: the disk is full/);
});

const undo = { kind: 'unpause', containerId: 'c', unified: undefined, freezer: undefined } as const;

function notedUntil(until: bigint): ActionRecord {
  return {
    ...{ key: 'o/pause', occurrence: 'o', kind: 'pause-container', actor: 'policy p', target: 'c' },
    ...{ time: 1n, result: 'done', detail: 'paused', latencyMilliseconds: 1, undone: undefined },
    undo: { ...undo, until: until.toString() },
  };
}

test('a pause that an earlier run only noted ends at its time, is then in the audit trail, and is noted no more', async (context) => {
  const { desk, written, problems, runtime, notes } = setting(context);
  notes.add(notedUntil(nanosecondsNow(systemClock) + 20_000_000n));
  desk.takeUpPauses();
  await desk.start();
  assert.equal(written.get('o/pause')?.result, 'done');
  while (written.get('o/pause')?.undone === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.match(
    written.get('o/pause')?.detail ?? '',
    /the agent ended before it was stored; undone by seawall/,
  );
  assert.equal(runtime.unpaused, 1);
  assert.deepEqual(notes.read(), { records: [], damaged: 0 });
  assert.deepEqual(problems, []);
});

test('a noted pause ends also while there is no store, and is stored as ended when there is one', async (context) => {
  const { desk, written, world, runtime, notes } = setting(context);
  notes.add(notedUntil(0n));
  world.failures = 1;
  desk.takeUpPauses();
  while (runtime.unpaused === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await assert.rejects(desk.start(), /the disk is full/);
  await desk.start();
  assert.ok(written.get('o/pause')?.undone !== undefined);
  assert.equal(runtime.unpaused, 1);
});

test('what the store knows of a noted pause counts, but for what it has as pending', async (context) => {
  const undone = { ...notedUntil(0n), undone: 7n };
  const first = setting(context);
  first.written.set(undone.key, undone);
  first.notes.add(notedUntil(nanosecondsNow(systemClock) + 60_000_000_000n));
  first.desk.takeUpPauses();
  await first.desk.start();
  await first.desk.close(1000);
  assert.deepEqual([first.runtime.unpaused, first.written.get(undone.key)], [0, undone]);
  const second = setting(context);
  second.written.set(undone.key, { ...undone, undone: undefined, result: 'pending', undo: undefined });
  second.notes.add(notedUntil(0n));
  second.desk.takeUpPauses();
  await second.desk.start();
  while (second.written.get(undone.key)?.undone === undefined) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.equal(second.runtime.unpaused, 1);
});

test('a pause by the runtime alone is noted until the store knows how it ended', async (context) => {
  const { desk, written, world, notes } = setting(context);
  const target = { kind: 'container', id: 'c', cgroups: { unified: undefined, freezer: undefined } } as const;
  world.failures = 2;
  desk.follow([sightingOf({ ...planned, key: 'o/pause', kind: 'pause-container', target })]);
  await new Promise(setImmediate);
  assert.deepEqual(
    notes.read().records.map(({ key }) => key),
    ['o/pause'],
  );
  while (!written.has('o/pause')) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.deepEqual(notes.read().records, []);
});

test('a pause whose end the store did not take is ended once, and written down as ended', async (context) => {
  const { desk, written, world, runtime } = setting(context);
  const sighting = pausedUntil(nanosecondsNow(systemClock) + 150_000_000n);
  desk.expect([sighting]);
  world.failures = 3;
  desk.follow([sighting]);
  while (written.get('o/pause')?.undone === undefined)
    await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(runtime.unpaused, 1);
});
