import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sharedCaptures, withoutShared } from '../../../../test/shared-captures.ts';
import { EVENT_TYPE_COUNT } from '../table/event-type.ts';
import { createEventView, type EventView, moveTo } from '../view.ts';
import { leastCountByType, plainCountByType } from './event-block.ts';
import { readCapture, visitCapture } from './read.ts';
import { type EventVisitor, Outcome, Step } from './visit-events.ts';

const skip = withoutShared;

/** Everything that a view says of its event. */
function describe({ bytes, offset, length, ...view }: EventView): string {
  const { type, parameterCount, tid, timestampLow, timestampHigh, cpu, number } = view;
  const hex = Buffer.from(bytes.subarray(offset, offset + length)).toString('hex');
  return [type, parameterCount, tid, timestampLow, timestampHigh, cpu, number, hex].join(' ');
}

async function describeBatches(path: string): Promise<string[]> {
  const view = createEventView();
  const described: string[] = [];
  for await (const section of readCapture(path)) {
    if (section.kind !== 'events') continue;
    for (let index = 0; index < section.batch.count; index++) {
      moveTo(view, section.batch, index);
      described.push(describe(view));
    }
  }
  return described;
}

function createVisitor(visit: (view: EventView) => boolean): EventVisitor {
  const view = createEventView();
  return {
    steps: new Uint8Array(EVENT_TYPE_COUNT),
    counts: new Float64Array(EVENT_TYPE_COUNT),
    leastCounts: plainCountByType,
    view,
    isQuiet: () => false,
    pass(_data, _limit, place) {
      place.passed = 0;
      place.isBarred = true;
    },
    visit: () => (visit(view) ? Outcome.done : Outcome.enough),
    visitConverted: () => assert.fail('nobody asked for it'),
  };
}

async function visitAll(path: string, visitor: EventVisitor): Promise<number> {
  let count = 0;
  for await (const section of visitCapture(path, visitor))
    if (section.kind === 'visited') count += section.count;
  return count;
}

test('a visitor is shown just the events that batches hold', { skip }, async () => {
  for (const path of sharedCaptures()) {
    const shown: string[] = [];
    const visitor = createVisitor((view) => shown.push(describe(view)) > 0);
    const count = await visitAll(path, visitor);
    assert.deepEqual(shown, await describeBatches(path), path);
    assert.equal(count, shown.length);
  }
});

test('events that are not shown are counted and keep their numbers', { skip }, async () => {
  for (const path of sharedCaptures()) {
    const shown: string[] = [];
    const visitor = createVisitor((view) => {
      shown.push(describe(view));
      // Whatever a visitor wants next holds from the next event on.
      visitor.steps.fill(view.number % 3);
      return true;
    });
    const isQuiet = (data: DataView, event: number, type: number): boolean => {
      assert.equal(data.getUint16(event + 20, true), type);
      if (type % 2 === 1) visitor.steps.fill(Step.visit);
      return type % 2 === 0;
    };
    const count = await visitAll(path, { ...visitor, isQuiet });
    const all = await describeBatches(path);
    const unseen = visitor.counts.reduce((sum, times) => sum + times, 0);
    assert.equal(count, all.length);
    assert.equal(unseen + shown.length, all.length);
    const known = new Set(all);
    assert.ok(shown.every((event) => known.has(event)));
  }
});

test('a visitor that has seen enough ends the reading', { skip }, async () => {
  const [path] = sharedCaptures() as [string];
  let left = 5;
  const visitor = createVisitor(() => --left > 0);
  assert.equal(await visitAll(path, visitor), 5);
});

test('who is shown an event as it is and asks for what it lacks is shown it as the batches hold it', {
  skip,
}, async () => {
  let asked = 0;
  for (const path of sharedCaptures()) {
    const shown: string[] = [];
    const visitor = createVisitor(() => true);
    const { view } = visitor;
    await visitAll(path, {
      ...visitor,
      leastCounts: leastCountByType,
      visit(_flags, isWhole) {
        if (!isWhole) return Outcome.lacking;
        shown.push(describe(view));
        return Outcome.done;
      },
      visitConverted() {
        asked += 1;
        shown.push(describe(view));
        return Outcome.done;
      },
    });
    assert.deepEqual(shown, await describeBatches(path), path);
  }
  assert.ok(asked > 0);
});
