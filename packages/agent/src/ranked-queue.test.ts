import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRankedQueue, type Queued } from './ranked-queue.ts';

const RANKS = 4;

interface Item {
  readonly number: number;
  readonly rank: number;
}

test('a queue is left as it was entered, and whom it sheds is the newest of the lowest rank', () => {
  const queue = createRankedQueue<string>(RANKS);
  for (const [item, rank] of [
    ['low', 0],
    ['high', 2],
    ['low again', 0],
    ['middle', 1],
  ] as const) {
    queue.push(item, rank);
  }
  assert.equal(queue.sizeBelow(1), 2);
  assert.equal(queue.shedBelow(1), 'low again');
  assert.deepEqual(
    queue.take(2).map(({ item }) => item),
    ['low', 'high'],
  );
  assert.equal(queue.shedBelow(1), undefined);
  assert.equal(queue.shedBelow(2), 'middle');
  assert.equal(queue.size, 0);
});

test('whatever is pushed, taken, put back and shed: everything is somewhere once, in its order, and nothing gives way to what is lower', () => {
  const command = fc.oneof(
    { weight: 6, arbitrary: fc.nat({ max: RANKS - 1 }).map((rank) => ({ kind: 'push', rank }) as const) },
    { weight: 2, arbitrary: fc.nat({ max: 5 }).map((most) => ({ kind: 'take', most }) as const) },
    { weight: 1, arbitrary: fc.constant({ kind: 'put back' } as const) },
    { weight: 2, arbitrary: fc.nat({ max: RANKS }).map((rank) => ({ kind: 'shed', rank }) as const) },
  );
  fc.assert(
    fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
      const queue = createRankedQueue<Item>(RANKS);
      let waiting: Item[] = [];
      let underWay: readonly Queued<Item>[] = [];
      let count = 0;
      for (const command of commands) {
        if (command.kind === 'push') {
          const item = { number: count, rank: command.rank };
          count += 1;
          queue.push(item, command.rank);
          waiting.push(item);
        } else if (command.kind === 'take') {
          underWay = queue.take(command.most);
          assert.deepEqual(
            underWay.map(({ item }) => item),
            waiting.slice(0, command.most),
          );
          waiting = waiting.slice(command.most);
        } else if (command.kind === 'put back') {
          queue.putBack(underWay);
          waiting = [...underWay.map(({ item }) => item), ...waiting];
          underWay = [];
        } else {
          const lower = waiting.filter(({ rank }) => rank < command.rank);
          const lowest = Math.min(...lower.map(({ rank }) => rank));
          const expected = lower.findLast(({ rank }) => rank === lowest);
          assert.equal(queue.sizeBelow(command.rank), lower.length);
          assert.deepEqual(queue.shedBelow(command.rank), expected);
          waiting = waiting.filter((item) => item !== expected);
        }
        assert.equal(queue.size, waiting.length);
      }
      assert.deepEqual(
        queue.take(commands.length).map(({ item }) => item),
        waiting,
      );
    }),
  );
});

test('a long queue gives back the room of what was taken off', () => {
  const queue = createRankedQueue<number>(1);
  for (let number = 0; number < 10_000; number += 1) queue.push(number, 0);
  for (let number = 0; number < 10_000; number += 1) assert.equal(queue.take(1)[0]?.item, number);
  assert.equal(queue.size, 0);
});
