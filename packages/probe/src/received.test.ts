import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  byteStringAt,
  DESCRIPTOR_TOLD,
  eventTypeOfSymbol,
  readString,
  readToldDescriptor,
} from '@seawall/events';
import fc from 'fast-check';
import { receivingTypes } from './calls.ts';
import { openProbe } from './probe.ts';
import { probeSupport } from './support.ts';
import { viewEvents } from './testing/collect-events.ts';
import { compileProgram, createScratch, runProgram } from './testing/run-program.ts';

const support = probeSupport();
const skip = support.isSupported ? false : support.reason;
const ASYNCHRONOUS = eventTypeOfSymbol('ASYNCEVENT_E').id;

/** As in native/received.h. */
const RIGHTS = 1;
const PIDFD = 4;
const SOL_SOCKET = 1;
const HEADER = 16;
const LOOKED_AT = 8;
const MOST_OF_ONE = 254;
const MOST_OF_MANY = 1024;
/** As in native/testing/lie.c: the program's own descriptors end here. */
const OWN = 64;
const MOST_PASSED = 60;
const CASES = 300;

interface Told {
  readonly fd: number;
  readonly path: string;
}

/** What happens in a run of lie.c: what is told of descriptors, in its order. */
async function toldOf(cases: readonly Lie[]): Promise<readonly Told[]> {
  const scratch = createScratch();
  const probe = openProbe();
  try {
    const lie = compileProgram('lie', scratch.folder);
    const lines = cases.map(({ passed, control }) => `${passed} ${Buffer.from(control).toString('hex')}\n`);
    const told: (Told & { readonly thread: number })[] = [];
    let pid = 0;
    probe.want({ types: [] });
    await viewEvents(
      probe,
      async () => {
        const run = await runProgram(lie, [], lines.join(''));
        assert.equal(run.status, 0);
        pid = run.pid;
      },
      (view) => {
        assert.ok(!receivingTypes.includes(view.type), 'nobody asks for the calls themselves');
        if (view.type !== ASYNCHRONOUS) return;
        assert.equal(readString(view, 1), DESCRIPTOR_TOLD);
        const { thread, fd, start, length } = readToldDescriptor(view) ?? assert.fail('too short');
        told.push({ thread, fd, path: byteStringAt(view.bytes, start, start + length) });
      },
    );
    assert.equal(probe.ring.lost, 0);
    return told.filter(({ thread }) => thread === pid).map(({ fd, path }) => ({ fd, path }));
  } finally {
    probe.close();
    scratch.remove();
  }
}

/** Control data that are not the kernel's, of which so much counts as the kernel wrote for what was passed. */
interface Lie {
  readonly passed: number;
  readonly control: Uint8Array;
}

/** The numbers that control data of that length name, as a careful reader would find them. */
function numbersIn(control: Uint8Array, length: number): readonly number[] {
  const bytes = Buffer.alloc(Math.max(length, control.length));
  bytes.set(control);
  const numbers: number[] = [];
  let at = 0;
  for (let piece = 0; piece < LOOKED_AT && length - at > HEADER; piece += 1) {
    const told = bytes.readBigUInt64LE(at);
    if (told < BigInt(HEADER) || told > BigInt(length - at)) break;
    const size = Number(told);
    const isOfDescriptors = [RIGHTS, PIDFD].includes(bytes.readInt32LE(at + 12));
    if (bytes.readInt32LE(at + 8) === SOL_SOCKET && isOfDescriptors) {
      for (let place = at + HEADER; place + 4 <= at + size; place += 4)
        numbers.push(bytes.readInt32LE(place));
    }
    at += Math.ceil(size / 8) * 8;
  }
  return numbers.slice(0, MOST_OF_ONE);
}

const number = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 3, max: OWN + MOST_PASSED + 4 }) },
  { weight: 1, arbitrary: fc.integer() },
);
/** A piece whose length is told rightly, too short, too long, or as anything. */
const piece = fc
  .record({
    numbers: fc.array(number, { maxLength: 20 }),
    level: fc.constantFrom(SOL_SOCKET, SOL_SOCKET, SOL_SOCKET, 41),
    type: fc.constantFrom(RIGHTS, RIGHTS, RIGHTS, 2, PIDFD),
    lie: fc.oneof(
      { weight: 6, arbitrary: fc.constant(0n) },
      { weight: 2, arbitrary: fc.bigInt(-40n, 40n) },
      { weight: 1, arbitrary: fc.bigInt(-(1n << 63n), 1n << 63n) },
    ),
  })
  .map(({ numbers, level, type, lie }) => {
    const bytes = Buffer.alloc(Math.ceil((HEADER + 4 * numbers.length) / 8) * 8);
    bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(HEADER + 4 * numbers.length) + lie));
    bytes.writeInt32LE(level, 8);
    bytes.writeInt32LE(type, 12);
    numbers.forEach((value, index) => {
      bytes.writeInt32LE(value, HEADER + 4 * index);
    });
    return bytes;
  });
const control = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.array(piece, { minLength: 1, maxLength: 12 }).map((pieces) => Buffer.concat(pieces)),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }) },
);
const lies = fc.record({ passed: fc.integer({ min: 0, max: MOST_PASSED }), control });

test('whatever control data say, what is told of a descriptor is what the process really has under that number', {
  skip,
}, async () => {
  const seed = Date.now();
  const cases = fc.sample(lies, { numRuns: CASES, seed });
  const expected = cases.flatMap(({ passed, control: bytes }) => {
    const length = passed === 0 ? 0 : HEADER + Math.ceil((4 * passed) / 8) * 8;
    const isOpen = (fd: number): boolean => fd >= 3 && fd < OWN + passed;
    return numbersIn(bytes, length)
      .filter(isOpen)
      .map((fd) => ({ fd, path: fd < OWN && fd % 2 === 1 ? '/dev/zero\0' : '/dev/null\0' }));
  });
  const told = (await toldOf(cases)).filter(({ fd }) => fd >= 3);
  const ofLies = told.slice(0, -MOST_OF_MANY);
  assert.deepEqual(ofLies, expected, `seed ${seed}`);
  assert.ok(ofLies.length > CASES, `${ofLies.length} told`);
});

test('of descriptors that come with many messages at once so many are told as the kernel should spend time on', {
  skip,
}, async () => {
  const told = await toldOf([]);
  assert.deepEqual(
    told.map(({ fd }) => fd),
    Array.from({ length: MOST_OF_MANY }, (_, index) => OWN + index),
  );
});
