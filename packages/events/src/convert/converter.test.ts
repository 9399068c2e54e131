import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSeawallError } from '@seawall/base';
import { eventType, eventTypeOfSymbol } from '../table/event-type.ts';
import { encodeEvent } from '../testing.ts';
import { createConverter, MAXIMUM_CONVERTED_LENGTH } from './converter.ts';
import { eligibilityOf } from './eligibility.ts';
import type { EventSpan } from './event-span.ts';

const closeEnter = eventTypeOfSymbol('SYSCALL_CLOSE_E').id;
const closeExit = eventTypeOfSymbol('SYSCALL_CLOSE_X').id;
const readEnter = eventTypeOfSymbol('SYSCALL_READ_E').id;

test('an exit event takes over what its enter event said', () => {
  const converter = createConverter();
  assert.equal(converted(converter, event(closeEnter, [int64(9)])), undefined);
  assert.deepEqual(
    converted(converter, event(closeExit, [int64(0)])),
    event(closeExit, [int64(0), int64(9)]),
  );
});

test("another call's enter event, left by a lost one, is not taken for the exit event's own", () => {
  const converter = createConverter();
  converted(converter, event(readEnter, [int64(9), Buffer.alloc(4)]));
  assert.deepEqual(
    converted(converter, event(closeExit, [int64(0)])),
    event(closeExit, [int64(0), int64(0)]),
  );
});

test('an enter event serves one exit event only', () => {
  const converter = createConverter();
  converted(converter, event(closeEnter, [int64(9)]));
  converted(converter, event(closeExit, [int64(0)]));
  assert.deepEqual(
    converted(converter, event(closeExit, [int64(0)])),
    event(closeExit, [int64(0), int64(0)]),
  );
});

test('enter events are kept for a bounded number of threads, the longest untouched go first', () => {
  const converter = createConverter({ threads: 3, bytes: 1024 * 1024 });
  for (const tid of [1n, 2n, 3n, 1n, 4n]) converted(converter, event(closeEnter, [int64(9)], tid));
  assert.equal(converter.enterEvents.size, 3);
  assert.equal(converter.enterEvents.find(2), undefined);
  for (const tid of [1, 3, 4]) assert.ok(converter.enterEvents.find(tid) !== undefined);
});

test('enter events are kept in a bounded number of bytes', () => {
  const converter = createConverter({ threads: 1000, bytes: 100_000 });
  const execEnter = eventTypeOfSymbol('SYSCALL_EXECVE_19_E').id;
  for (let tid = 1n; tid <= 50n; tid++) converted(converter, event(execEnter, [Buffer.alloc(30_000)], tid));
  assert.equal(converter.enterEvents.size, 3);
});

test('an old event of which no step is known is refused by name', () => {
  const old = event(eventTypeOfSymbol('SYSCALL_EXECVE_8_X').id, [int64(0)]);
  assert.throws(
    () => converted(createConverter(), old),
    (error) =>
      isSeawallError(error, 'events/EVENT_UNCONVERTIBLE') &&
      /PPME_SYSCALL_EXECVE_8_X with 1 /.test(error.message),
  );
});

test('what an old event says of a container, parameter by parameter, becomes its description', () => {
  const old = eventTypeOfSymbol('CONTAINER_E').id;
  const kind = Buffer.of(7, 0, 0, 0);
  const texts = ['a1b2', 'web', 'nginx:1'].map((text) => Buffer.from(`${text}\0`));
  const [id, name, image] = texts as [Buffer, Buffer, Buffer];
  const today = eventTypeOfSymbol('CONTAINER_JSON_2_E').id;
  const json = '{"id":"a1b2","type":7,"name":"web","image":"nginx:1"}\0';
  assert.deepEqual(
    converted(createConverter(), event(old, [id, kind, name, image])),
    event(today, [Buffer.from(json)]),
  );
  assert.deepEqual(
    converted(createConverter(), event(old, [id, Buffer.of(7), name, image])),
    event(today, [Buffer.alloc(0)]),
  );
});

test('types no longer in use are dropped, more parameters than the table has refused', () => {
  assert.equal(eligibilityOf(eventTypeOfSymbol('SCHEDSWITCH_1_X').id, 0), 'drop');
  assert.equal(eligibilityOf(closeExit, eventType(closeExit)!.parameters.length), 'pass');
  assert.equal(eligibilityOf(closeExit, eventType(closeExit)!.parameters.length + 1), 'refuse');
  assert.throws(() => eligibilityOf(9999, 0), RangeError);
});

/** The event's bytes after all steps; undefined where it is dropped. */
function converted(converter: ReturnType<typeof createConverter>, bytes: Buffer): Buffer | undefined {
  const target = spanOf(Buffer.alloc(MAXIMUM_CONVERTED_LENGTH));
  const length = converter.convert(spanOf(bytes), target);
  return length === 0 ? undefined : Buffer.from(target.bytes.subarray(0, length));
}

function spanOf(bytes: Buffer): EventSpan {
  return { bytes, data: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), offset: 0 };
}

function event(type: number, parameters: readonly Uint8Array[], tid = 7n): Buffer {
  return encodeEvent(type, parameters, { tid });
}

function int64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(value));
  return bytes;
}
