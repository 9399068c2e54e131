import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type EventBatch, HEADER_LENGTH } from '@seawall/events';
import type { Process, Tables } from '@seawall/inspector';
import type { ActionParameters, PlannedAction } from '@seawall/policies';
import { createCapturing } from './capturing.ts';
import type { CaptureMessage } from './messages.ts';

const MILLISECOND = 1_000_000n;

/** Events of one header each: at these milliseconds, by threads of these ids. */
function batchOf(events: readonly (readonly [milliseconds: number, tid: number])[]): EventBatch {
  const bytes = new Uint8Array(events.length * HEADER_LENGTH);
  const data = new DataView(bytes.buffer);
  events.forEach(([milliseconds, tid], index) => {
    data.setBigUint64(index * HEADER_LENGTH, BigInt(milliseconds) * MILLISECOND, true);
    data.setBigInt64(index * HEADER_LENGTH + 8, BigInt(tid), true);
    data.setUint32(index * HEADER_LENGTH + 16, HEADER_LENGTH, true);
  });
  return {
    bytes,
    data,
    count: events.length,
    offsets: Uint32Array.from(events, (_, index) => index * HEADER_LENGTH),
    cpus: new Uint16Array(events.length),
    numbers: Float64Array.from(events, ([milliseconds]) => milliseconds),
  };
}

function planned(key: string, milliseconds: number, parameters: ActionParameters): PlannedAction {
  return { key, kind: 'capture', eventTime: BigInt(milliseconds) * MILLISECOND, parameters } as PlannedAction;
}

/** Threads with an even id are of the container `even`, those with an odd one of `odd`; from 100 on they have ended. */
const tables = {
  process: (tid: number) =>
    tid >= 100 ? undefined : ({ containerId: tid % 2 === 0 ? 'even' : 'odd' } as Process),
} as Tables;

function setting(recentBytes = 4096) {
  const posted: CaptureMessage[] = [];
  const capturing = createCapturing(recentBytes, 1000, (message) => posted.push(message));
  return {
    capturing,
    /** When the events of a capture happened, milliseconds. */
    timesOf: (key: string) =>
      posted
        .filter((message) => message.key === key)
        .flatMap(({ chunks }) => chunks.flatMap(({ numbers }) => [...numbers])),
    hasEnded: (key: string) => posted.some((message) => message.key === key && message.isLast),
    posted,
  };
}

test('a capture has what was before, back to where the policy says, and what comes until its time is over', () => {
  const { capturing, timesOf, hasEnded } = setting();
  capturing.add(
    batchOf([
      [10, 1],
      [20, 1],
      [30, 1],
    ]),
    tables,
  );
  capturing.begin(
    planned('a', 40, { beforeMilliseconds: 20, afterMilliseconds: 30, extent: 'all' }),
    undefined,
  );
  capturing.add(
    batchOf([
      [40, 1],
      [50, 1],
    ]),
    tables,
  );
  capturing.expire(69n * MILLISECOND);
  assert.equal(hasEnded('a'), false);
  capturing.add(batchOf([[60, 1]]), tables);
  capturing.expire(70n * MILLISECOND);
  capturing.add(batchOf([[80, 1]]), tables);
  assert.deepEqual(timesOf('a'), [20, 30, 40, 50, 60]);
  assert.equal(hasEnded('a'), true);
});

test('a capture that ends before anything else happens has what was before', () => {
  const { capturing, timesOf, hasEnded } = setting();
  capturing.add(
    batchOf([
      [10, 1],
      [20, 1],
    ]),
    tables,
  );
  capturing.begin(planned('a', 20, { afterMilliseconds: 0, extent: 'all' }), undefined);
  capturing.expire(30n * MILLISECOND);
  assert.deepEqual(timesOf('a'), [10, 20]);
  assert.equal(hasEnded('a'), true);
});

test('limited to a container it has the events of its threads and of those that have ended, and their bytes alone', () => {
  const { capturing, timesOf, posted } = setting();
  capturing.begin(planned('a', 10, { extent: 'container' }), 'even');
  capturing.add(
    batchOf([
      [10, 2],
      [11, 3],
      [12, 101],
      [13, 5],
      [14, 4],
    ]),
    tables,
  );
  assert.deepEqual(timesOf('a'), [10, 12, 14]);
  assert.deepEqual(
    posted.flatMap(({ chunks }) => chunks.map(({ bytes }) => bytes.length)),
    [3 * HEADER_LENGTH],
  );
});

test('a capture ends when it is as big as it may be; events of others do not count', () => {
  const { capturing, hasEnded } = setting();
  const maximumBytes = 2 * HEADER_LENGTH;
  capturing.begin(planned('a', 10, { extent: 'container', afterMilliseconds: 1000, maximumBytes }), 'even');
  capturing.add(
    batchOf([
      [10, 2],
      [11, 3],
      [12, 5],
    ]),
    tables,
  );
  assert.equal(hasEnded('a'), false);
  capturing.add(batchOf([[13, 2]]), tables);
  assert.equal(hasEnded('a'), true);
});

test('what is too many at once fails, is said at once, and has no events', () => {
  const { capturing, posted } = setting();
  const begin = (key: string) => capturing.begin(planned(key, 10, { afterMilliseconds: 1000 }), undefined);
  const outcomes = Array.from({ length: 9 }, (_, index) => begin(`capture ${index}`)?.result);
  assert.deepEqual(outcomes, [...Array(8).fill(undefined), 'failed']);
  capturing.add(batchOf([[10, 1]]), tables);
  capturing.end();
  assert.equal(
    posted.some(({ key }) => key === 'capture 8'),
    false,
  );
  assert.equal(posted.filter(({ isLast }) => isLast).length, 8);
});
