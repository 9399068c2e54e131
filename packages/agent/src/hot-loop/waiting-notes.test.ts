import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { encodeEvent, moveTo } from '@seawall/events';
import { createInspector, type EventContext } from '@seawall/inspector';
import { priorities } from '@seawall/rules';
import type { WaitingEvent } from '../waiting/container-waiting.ts';
import { freezeContext } from '../waiting/freeze-context.ts';
import { createWaitingNotes } from './waiting-notes.ts';

const CRITICAL = priorities.indexOf('Critical');
const NOTICE = priorities.indexOf('Notice');

function eventThatWaits(number: number, urgency: number, bytes = 0): WaitingEvent {
  const { context } = createInspector();
  const batch = encodeEvent(
    'SYSCALL_OPENAT_2_X',
    { fd: 3, name: randomBytes(bytes).toString('latin1') },
    { tid: 1, time: BigInt(number), number },
  );
  moveTo(context.view, batch, 0);
  return { frozen: freezeContext(context), urgency, names: ['Opened'], writing: 'not tried' };
}

/** A run of the agent, one beat at a time. */
function createRun(run: string, monotonic = () => 0) {
  const waiting: WaitingEvent[] = [];
  const resumed: EventContext[] = [];
  const notes = createWaitingNotes({
    run,
    clock: { monotonic },
    watch: {
      tables: createInspector().context.tables,
      waiting: {
        *unwritten() {
          for (const event of waiting) if (event.writing === 'not tried') yield event;
        },
        resume: ({ context }) => resumed.push(context),
      },
    },
  });
  return { waiting, resumed, notes };
}

/** What the store has after these changes. */
function keep(
  stored: Map<string, string>,
  changes: ReadonlyMap<string, string | undefined>,
): ReadonlyMap<string, string> {
  for (const [key, value] of changes) {
    if (value === undefined) assert.ok(stored.delete(key), key);
    else stored.set(key, value);
  }
  return stored;
}

test('an event that waits is written down once, and dropped when it is decided and nothing was found', () => {
  const { waiting, notes } = createRun('a');
  const event = eventThatWaits(5, NOTICE);
  waiting.push(event);
  notes.write();
  assert.deepEqual([...notes.takeChanges().keys()], ['waiting/5/a/5']);
  assert.equal(event.writing, 'written');
  notes.write();
  assert.equal(notes.takeChanges().size, 0);
  notes.drop(event.frozen.context);
  assert.deepEqual([...notes.takeChanges()], [['waiting/5/a/5', undefined]]);
  notes.drop(event.frozen.context);
  assert.equal(notes.takeChanges().size, 0);
});

test('what findings take with them is not dropped before they are stored', () => {
  const { waiting, notes } = createRun('a');
  const event = eventThatWaits(5, NOTICE);
  waiting.push(event);
  notes.write();
  notes.takeChanges();
  assert.equal(notes.of(event.frozen.context)?.key, 'waiting/5/a/5');
  notes.handOn(event.frozen.context);
  notes.drop(event.frozen.context);
  assert.equal(notes.takeChanges().size, 0);
});

test('the next run knows the event by its old name, and drops the very same entry', () => {
  const first = createRun('a');
  first.waiting.push(eventThatWaits(5, NOTICE));
  first.notes.write();
  const stored = new Map<string, string>();
  keep(stored, first.notes.takeChanges());
  const { notes, resumed, waiting } = createRun('b');
  // Written since that run began to read: it has these itself.
  waiting.push(eventThatWaits(6, NOTICE));
  notes.write();
  keep(stored, notes.takeChanges());
  assert.deepEqual(notes.recall(stored), []);
  const [context] = resumed as [EventContext];
  assert.equal(resumed.length, 1);
  const { event, isOfEarlierRun } = notes.of(context) ?? {};
  assert.deepEqual([event, isOfEarlierRun], ['a/5', true]);
  notes.drop(context);
  keep(stored, notes.takeChanges());
  assert.deepEqual([...stored.keys()], ['waiting/6/b/6']);
});

test('an entry of which nothing can be made is dropped, and it is said when its event happened', () => {
  const { notes, resumed } = createRun('b');
  const [lost] = notes.recall(new Map([['waiting/7/a/5', 'nonsense']]));
  assert.equal(lost?.time, 7n);
  assert.equal(resumed.length, 0);
  assert.deepEqual([...notes.takeChanges()], [['waiting/7/a/5', undefined]]);
});

test('where more wait than are written down, the least urgent gives way and is left to the gap', () => {
  const { waiting, notes } = createRun('a');
  const stored = new Map<string, string>();
  const beat = (times: number): void => {
    for (let time = 0; time < times; time += 1) {
      notes.write();
      keep(stored, notes.takeChanges());
    }
  };
  for (let number = 1; number <= 1000; number += 1) waiting.push(eventThatWaits(number, NOTICE));
  beat(100);
  assert.equal(stored.size, 512);
  const urgent = [1001, 1002, 1003].map((number) => eventThatWaits(number, CRITICAL));
  waiting.push(...urgent);
  beat(1);
  assert.equal(stored.size, 512);
  for (const { writing } of urgent) assert.equal(writing, 'written');
  assert.equal(waiting.filter(({ writing }) => writing === 'written').length, 512);
  assert.equal(waiting[0]?.writing, 'not written');
  for (const { frozen } of waiting) notes.drop(frozen.context);
  keep(stored, notes.takeChanges());
  assert.equal(stored.size, 0);
});

test('what is too long is left to the gap, and all together take no more than 4 MiB', () => {
  const { waiting, notes } = createRun('a');
  const tooLong = eventThatWaits(1, CRITICAL, 65_500);
  waiting.push(
    tooLong,
    ...Array.from({ length: 200 }, (_, index) => eventThatWaits(index + 2, NOTICE, 40_000)),
  );
  const stored = new Map<string, string>();
  for (let time = 0; time < 10; time += 1) {
    notes.write();
    keep(stored, notes.takeChanges());
  }
  assert.equal(tooLong.writing, 'not written');
  const bytes = [...stored.values()].reduce((sum, { length }) => sum + length, 0);
  assert.ok(bytes > 3 * 1024 * 1024 && bytes <= 4 * 1024 * 1024, String(bytes));
});

test('on a machine that is slow, fewer are written down at a time, but never none', () => {
  let now = 0;
  const { waiting, notes } = createRun('a', () => {
    now += 3;
    return now;
  });
  waiting.push(...[1, 2, 3, 4].map((number) => eventThatWaits(number, NOTICE)));
  notes.write();
  assert.equal(notes.takeChanges().size, 2);
  now += 1000;
  notes.write();
  assert.equal(notes.takeChanges().size, 2);
});
