import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  EVENT_TYPE_COUNT,
  type EventBatch,
  eventTypeOfSymbol,
  type PassingPlace,
  PLAIN_BLOCK,
} from '@seawall/events';
import fc from 'fast-check';
import type { EventContext } from '../context.ts';
import type { Process } from '../process/process.ts';
import { encodeEvent, type ParameterValue, tuple } from '../testing/encode-event.ts';
import { createTestSource, INIT, type TestSource } from '../testing/source.ts';

type Values = Readonly<Record<string, ParameterValue>>;
type Happening = readonly [tid: number, symbol: string, values: Values];

const TRAILER = 4;
/** PPM_CL_CLONE_THREAD. */
const THREAD = 1 << 13;
const UNKNOWN_TID = 999;
const TIDS = [10, 11, UNKNOWN_TID];
/** PPM_AF_INET and SOCK_STREAM, SOCK_DGRAM. */
const STREAM = { domain: 2, type: 1, proto: 0 };
const DATAGRAM = { domain: 2, type: 2, proto: 0 };

const thread = fc.constantFrom(...TIDS);
const number = fc.oneof(fc.integer({ min: 2, max: 6 }), fc.constantFrom(-1, 2000, 0x1_0000_0003, undefined));
const result = fc.constantFrom(0, 1, 5, -11, undefined);
const data = fc.constantFrom('', 'GET /', 'x'.repeat(80), undefined);
const ends = fc.constantFrom(
  undefined,
  undefined,
  tuple('10.0.0.1:40000', '10.0.0.2:80'),
  tuple('10.0.0.2:80', '10.0.0.1:40000'),
  tuple('[fd00::1]:5', '[fd00::2]:6'),
);
const made = fc.integer({ min: 2, max: 6 });

const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 1,
    arbitrary: of(['SYSCALL_OPENAT_2_X'], { fd: made, dirfd: constant(-100), name: constant('a') }),
  },
  { weight: 1, arbitrary: socket(STREAM) },
  { weight: 1, arbitrary: socket(DATAGRAM) },
  { weight: 1, arbitrary: of(['SOCKET_CONNECT_X'], { res: result, tuple: ends, fd: number }) },
  { weight: 1, arbitrary: of(['SOCKET_ACCEPT_5_X'], { fd: made, tuple: ends, queuepct: constant(0) }) },
  {
    weight: 6,
    arbitrary: of(
      ['SOCKET_SENDTO_X', 'SOCKET_SENDMSG_X', 'SOCKET_RECVFROM_X', 'SOCKET_RECVMSG_X', 'SOCKET_RECV_X'],
      { res: result, data, fd: number, size: constant(5), tuple: ends },
    ),
  },
  {
    weight: 4,
    arbitrary: of(['SYSCALL_READ_X', 'SYSCALL_WRITE_X', 'SYSCALL_READV_X', 'SYSCALL_PWRITE_X'], {
      res: result,
      data,
      fd: number,
      size: constant(5),
    }),
  },
  { weight: 2, arbitrary: of(['SYSCALL_CLOSE_X'], { res: result, fd: number }) },
  { weight: 2, arbitrary: of(['SYSCALL_DUP2_X'], { res: result, oldfd: number, newfd: number }) },
  { weight: 1, arbitrary: of(['SYSCALL_FSTAT_X', 'SYSCALL_LSEEK_X'], { res: result, fd: number }) },
  {
    weight: 1,
    arbitrary: of(['SYSCALL_BRK_4_X'], { res: result, vm_size: made, vm_rss: made, vm_swap: made }),
  },
);

function constant(value: ParameterValue): fc.Arbitrary<ParameterValue> {
  return fc.constant(value);
}

function socket(kind: Values): fc.Arbitrary<Happening> {
  return of(['SOCKET_SOCKET_X'], { fd: made, ...Object.fromEntries(Object.entries(kind).map(each)) });
}

function each([name, value]: [string, ParameterValue]): [string, fc.Arbitrary<ParameterValue>] {
  return [name, constant(value)];
}

/** An event of one of the types, with those of the fields that its type has; what is undefined is empty. */
function of(
  symbols: readonly string[],
  fields: Readonly<Record<string, fc.Arbitrary<ParameterValue>>>,
): fc.Arbitrary<Happening> {
  return fc.tuple(thread, fc.constantFrom(...symbols), fc.record(fields)).map(([tid, symbol, values]) => {
    const known = new Set(eventTypeOfSymbol(symbol).parameters.map(({ name }) => name));
    return [
      tid,
      symbol,
      Object.fromEntries(
        Object.entries(values).filter(([name, value]) => known.has(name) && value !== undefined),
      ),
    ];
  });
}

function system(): TestSource {
  const source = createTestSource();
  source.thread(INIT);
  source.thread({ tid: 10 });
  source.thread({ tid: 11, pid: 10 });
  source.event(10, 'SYSCALL_GETCWD_X', { res: 5, path: '/root' });
  source.inspector.setWanted(new Uint8Array(EVENT_TYPE_COUNT));
  return source;
}

/** The events as the blocks of a capture. */
function blocksOf(batches: readonly EventBatch[]): Buffer {
  return Buffer.concat(
    batches.map(({ bytes, offsets }) => {
      const event = bytes.subarray(
        offsets[0],
        offsets[0] + new DataView(bytes.buffer, bytes.byteOffset).getUint32(offsets[0] + 16, true),
      );
      const length = PLAIN_BLOCK.event + event.length + TRAILER;
      const block = Buffer.alloc(length);
      block.writeUInt32LE(PLAIN_BLOCK.type, 0);
      block.writeUInt32LE(length, 4);
      block.set(event, PLAIN_BLOCK.event);
      block.writeUInt32LE(length, length - TRAILER);
      return block;
    }),
  );
}

interface Passed {
  readonly total: number;
  readonly counts: Float64Array;
}

/** Passes what can be passed and delivers the rest. */
function passOver(
  { inspector, deliver }: TestSource,
  batches: readonly EventBatch[],
  isOpen: (context: EventContext, type: number) => boolean = () => false,
): Passed {
  const blocks = blocksOf(batches);
  const view = new DataView(blocks.buffer, blocks.byteOffset, blocks.length);
  const counts = new Float64Array(EVENT_TYPE_COUNT);
  const place: PassingPlace = { position: 0, passed: 0, isBarred: false };
  let index = 0;
  let total = 0;
  while (place.position < blocks.length) {
    inspector.pass(view, blocks.length, place, counts, isOpen);
    index += place.passed;
    total += place.passed;
    if (!place.isBarred || place.position >= blocks.length) continue;
    deliver(batches[index] as EventBatch);
    place.position += view.getUint32(place.position + 4, true);
    index += 1;
  }
  return { total, counts };
}

function encode({ head }: TestSource, happenings: readonly Happening[]): EventBatch[] {
  return happenings.map(([tid, symbol, values]) => encodeEvent(symbol, values, head(tid)));
}

function picture(source: TestSource): unknown {
  source.inspector.settle();
  // That an unknown thread made a call of no consequence is of none either.
  const known = TIDS.map(source.context.tables.process).filter(
    (process) => process !== undefined && (process.tid !== UNKNOWN_TID || process.descriptors.size > 0),
  ) as Process[];
  return known.map(({ tid, virtualSize, residentSize, descriptors }) => ({
    tid,
    memory: [virtualSize, residentSize],
    descriptors: [...descriptors.entries()].map(
      ([fd, { oldName, sharesSocket, verdicts, ...descriptor }]) => [fd, descriptor],
    ),
  }));
}

/** Rules that want to know of some descriptors. */
function isSocket({ descriptor }: EventContext): boolean {
  return descriptor?.socket !== undefined;
}

for (const [title, isWanted, isOpen] of [
  ['what is passed over leaves the tables as applying each event does', 0, () => false],
  ['so does what is passed over because rules want nothing of its descriptor', 1, isSocket],
] as const) {
  test(title, () => {
    let passed = 0;
    fc.assert(
      fc.property(fc.array(happening, { minLength: 20, maxLength: 60 }), (happenings) => {
        const [applied, replayed] = [system(), system()];
        replayed.inspector.setWanted(new Uint8Array(EVENT_TYPE_COUNT).fill(isWanted));
        const batches = encode(applied, happenings);
        for (const batch of batches) applied.deliver(batch);
        const { total, counts } = passOver(replayed, batches, isOpen);
        assert.deepEqual(picture(replayed), picture(applied));
        assert.equal(
          counts.reduce((sum, count) => sum + count, 0),
          total,
        );
        passed += total;
      }),
      { numRuns: 300 },
    );
    assert.ok(passed > 1000, `most events are passed over, not ${passed}`);
  });
}

test('passing asks of one event what isQuiet answers', () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 40 }), (happenings) => {
      const [asked, passing] = [system(), system()];
      const batches = encode(asked, happenings);
      for (const batch of batches) {
        const type = batch.data.getUint16((batch.offsets[0] as number) + 20, true);
        const step = asked.inspector.steps[type];
        const isPassed =
          step === 1 || (step === 2 && asked.inspector.isQuiet(batch.data, batch.offsets[0] as number, type));
        if (!isPassed) asked.deliver(batch);
        assert.equal(passOver(passing, [batch]).total, isPassed ? 1 : 0);
      }
    }),
  );
});

test('an event of a wanted type is passed over only where no rule can match it', () => {
  const source = system();
  source.event(10, 'SYSCALL_OPENAT_2_X', { fd: 3, dirfd: -100, name: 'a' });
  source.inspector.setWanted(new Uint8Array(EVENT_TYPE_COUNT).fill(1));
  const reading = encode(source, [[10, 'SYSCALL_READ_X', { res: 1, data: 'x', fd: 3, size: 1 }]]);
  const seen: (string | undefined)[] = [];
  const look = (isOpen: boolean) => () => {
    seen.push(source.context.descriptor?.name);
    return isOpen;
  };
  assert.equal(passOver(source, reading, look(true)).total, 0);
  assert.equal(passOver(source, reading, look(false)).total, 1);
  assert.deepEqual(seen, ['/root/a', '/root/a']);
});

test('rules that want nothing of a descriptor are not asked again until it, the thread, its ancestors or they change', () => {
  const source = system();
  source.event(10, 'SYSCALL_OPENAT_2_X', { fd: 3, dirfd: -100, name: 'a' });
  source.event(10, 'SYSCALL_OPENAT_2_X', { fd: 4, dirfd: -100, name: 'b' });
  source.clone(10, 12, { flags: THREAD });
  const wanted = new Uint8Array(EVENT_TYPE_COUNT).fill(1);
  source.inspector.setWanted(wanted);
  const use = (symbol: string, tid: number, fd = 3): boolean => {
    let isAsked = false;
    passOver(source, encode(source, [[tid, symbol, { res: 1, data: 'x', fd, size: 1 }]]), () => {
      isAsked = true;
      return false;
    });
    return isAsked;
  };
  const isAsked = (): boolean => use('SYSCALL_READ_X', 10);
  assert.deepEqual([isAsked(), isAsked()], [true, false]);
  const write = (): boolean => use('SYSCALL_WRITE_X', 10);
  assert.deepEqual([write(), write(), isAsked()], [true, false, false], 'two types take turns');
  assert.equal(use('SYSCALL_READ_X', 10, 4), true, 'another descriptor');
  assert.equal(isAsked(), false);
  assert.equal(use('SYSCALL_READ_X', 12), true, 'another thread of the same descriptors');
  assert.deepEqual([isAsked(), isAsked()], [true, false]);

  source.event(10, 'SYSCALL_PRCTL_X', { res: 0, option: 15, arg2_str: 'renamed', arg2_int: 0 });
  assert.deepEqual([isAsked(), isAsked()], [true, false], 'the thread has another name');
  source.exec(1, { comm: 'other' });
  assert.deepEqual([isAsked(), isAsked()], [true, false], 'its parent executed something');
  source.event(10, 'SYSCALL_OPENAT_2_X', { fd: 3, dirfd: -100, name: 'c' });
  assert.deepEqual([isAsked(), isAsked()], [true, false], 'it is another file');
  source.inspector.setWanted(wanted);
  assert.deepEqual([isAsked(), isAsked()], [true, false], 'there are other rules');
});

test('a descriptor that rules want nothing of is copied in passing; of another the copy is shown to them', () => {
  const source = system();
  source.event(10, 'SYSCALL_OPENAT_2_X', { fd: 3, dirfd: -100, name: 'a' });
  source.inspector.setWanted(new Uint8Array(EVENT_TYPE_COUNT).fill(1));
  const copies = encode(source, [[10, 'SYSCALL_DUP2_X', { res: 0, oldfd: 3, newfd: 0 }]]);
  assert.equal(passOver(source, copies, () => true).total, 0);
  assert.equal(source.context.descriptor?.name, '/root/a');
  assert.equal(source.context.descriptorNumber, 0);
  const further = encode(source, [[10, 'SYSCALL_DUP2_X', { res: 5, oldfd: 3, newfd: 5 }]]);
  assert.equal(passOver(source, further, () => false).total, 1);
  assert.equal(source.process(10).descriptors.get(5)?.name, '/root/a');
  assert.equal(
    passOver(source, encode(source, [[10, 'SYSCALL_DUP2_X', { res: 6, oldfd: 40, newfd: 6 }]])).total,
    0,
  );
});

test('blocks that are damaged in any byte are passed over or left, never a fault', () => {
  const source = system();
  const batches = encode(source, [
    [10, 'SOCKET_SENDTO_X', { res: 1, data: 'abc', fd: 3, size: 3 }],
    [10, 'SYSCALL_READ_X', { res: 1, data: 'abc', fd: 3, size: 3 }],
    [10, 'SYSCALL_CLOSE_X', { res: 0, fd: 3 }],
  ]);
  const blocks = blocksOf(batches);
  const counts = new Float64Array(EVENT_TYPE_COUNT);
  for (let at = 0; at < blocks.length; at++) {
    for (const byte of [0, 1, 0x7f, 0xff]) {
      // Nothing lies behind the blocks that a wrong length could reach.
      const damaged = Buffer.from(blocks);
      damaged[at] = byte;
      const view = new DataView(damaged.buffer, damaged.byteOffset, damaged.length);
      const place: PassingPlace = { position: 0, passed: 0, isBarred: false };
      source.inspector.pass(view, damaged.length, place, counts, () => false);
      assert.ok(place.position <= damaged.length);
    }
  }
});

test('while tables are being told nothing is passed over', () => {
  const source = system();
  const reading = encode(source, [[10, 'SYSCALL_READ_X', { res: 1, data: 'x', fd: 3, size: 1 }]]);
  assert.equal(passOver(source, reading).total, 1);
  source.thread({ tid: 12 });
  assert.equal(passOver(source, reading).total, 0);
  assert.equal(passOver(source, reading).total, 1);
});

test('an event of an old capture is passed over as what it would be converted to', () => {
  const F_SETFD = 3;
  const F_DUPFD_CLOEXEC = 26;
  const CLOSE_ON_EXEC = 1 << 12;
  for (const [cmd, res] of [
    [F_SETFD, 0],
    [F_DUPFD_CLOEXEC, 10],
    [F_DUPFD_CLOEXEC, -9],
  ] as const) {
    const [applied, passed] = [system(), system()];
    for (const source of [applied, passed]) {
      source.event(10, 'SYSCALL_OPENAT_2_X', { fd: 3, dirfd: -100, name: 'a', flags: CLOSE_ON_EXEC });
    }
    const today = encodeEvent('SYSCALL_FCNTL_X', { res, fd: 3, cmd, arg: 0 }, applied.head(10));
    applied.deliver(today);
    assert.equal(passOver(passed, [withoutLastParameter(today)]).total, 1);
    assert.deepEqual(picture(passed), picture(applied));
  }
});

/** The event as it was recorded before its last parameter, of 8 bytes, was added to its type. */
function withoutLastParameter({ bytes, data, offsets, ...batch }: EventBatch): EventBatch {
  const start = offsets[0] as number;
  const length = data.getUint32(start + 16, true);
  const count = data.getUint32(start + 22, true);
  const lengths = start + 26;
  const kept = Buffer.concat([
    bytes.subarray(start, lengths + (count - 1) * 2),
    bytes.subarray(lengths + count * 2, start + length - 8),
  ]);
  kept.writeUInt32LE(kept.length, 16);
  kept.writeUInt32LE(count - 1, 22);
  const view = new DataView(kept.buffer, kept.byteOffset, kept.length);
  return { ...batch, bytes: kept, data: view, offsets: new Uint32Array(1) };
}

test('an event whose parameters reach beyond its block changes nothing', () => {
  const source = system();
  source.event(10, 'SYSCALL_OPENAT_2_X', { fd: 3, dirfd: -100, name: 'a' });
  const whole = blocksOf(encode(source, [[10, 'SYSCALL_CLOSE_X', { res: 0, fd: 3 }]]));
  for (let length = PLAIN_BLOCK.leastLength; length < whole.length; length++) {
    const cut = Buffer.from(whole.subarray(0, length));
    cut.writeUInt32LE(length, 4);
    cut.writeUInt32LE(length, length - TRAILER);
    const place: PassingPlace = { position: 0, passed: 0, isBarred: false };
    const view = new DataView(cut.buffer, cut.byteOffset, cut.length);
    source.inspector.pass(view, length, place, new Float64Array(EVENT_TYPE_COUNT), () => false);
    assert.equal(place.passed, 0);
  }
  assert.equal(source.process(10).descriptors.size, 1);
});
