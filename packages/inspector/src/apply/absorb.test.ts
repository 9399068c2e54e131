import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EVENT_TYPE_COUNT, eventTypeOfSymbol, Step } from '@seawall/events';
import fc from 'fast-check';
import { ProcessFlag } from '../process/flags.ts';
import { encodeEvent, type ParameterValue } from '../testing/encode-event.ts';
import { createTestSource, INIT, type TestSource } from '../testing/source.ts';

type Values = Readonly<Record<string, ParameterValue>>;
type Happening = readonly [tid: number, symbol: string, values: Values];

const F_SETFD = 3;
const NOTHING_WANTED = new Uint8Array(EVENT_TYPE_COUNT);

/** Two threads of a process, and one that nobody announced. */
const TIDS = [10, 11, 999];

const thread = fc.constantFrom(...TIDS);
/** Also numbers that no descriptor has, and parameters that are empty. */
const number = fc.oneof(
  fc.integer({ min: 2, max: 8 }),
  fc.constantFrom(-1, 2000, 0x8000_0003, 0x1_0000_0003, undefined),
);
const result = fc.constantFrom(0, 0, 0, 3, 7, -9, undefined);
const size = fc.option(fc.integer({ min: 0, max: 0xffff_ffff }), { nil: undefined });
const sizes = fc.record({ vm_size: size, vm_rss: size, vm_swap: size });
const command = fc.constantFrom(1, F_SETFD, F_SETFD, 26, undefined);

const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.tuple(thread, fc.constant('SYSCALL_OPENAT_2_X'), opened()),
  fc.tuple(thread, fc.constant('SYSCALL_CLOSE_X'), values({ res: result, fd: number })),
  fc.tuple(
    thread,
    fc.constant('SYSCALL_FCNTL_X'),
    values({ res: result, fd: number, cmd: command, arg: fc.constantFrom(0, 1, undefined) }),
  ),
  fc.tuple(
    thread,
    fc.constant('SYSCALL_DUP2_X'),
    values({ res: fc.constantFrom(0, 1, 4, 9, -9, undefined), oldfd: number, newfd: number }),
  ),
  fc.tuple(
    thread,
    fc.constant('SYSCALL_PIPE2_X'),
    values({
      res: fc.constantFrom(0, 0, 0, -24, undefined),
      fd1: number,
      fd2: number,
      ino: fc.constantFrom(77, undefined),
      flags: fc.constantFrom(0, 1 << 12, undefined),
    }),
  ),
  fc.tuple(
    thread,
    fc.constant('SCHEDSWITCH_6_E'),
    values({ next: number, pgft_maj: size, pgft_min: size }).chain(withSizes),
  ),
  fc.tuple(
    thread,
    fc.constantFrom('SYSCALL_BRK_4_X', 'SYSCALL_MMAP_X', 'SYSCALL_MUNMAP_X'),
    values({ res: result }).chain(withSizes),
  ),
);

/** Leaves out what is undefined: such parameters are empty in the event. */
function values(fields: Readonly<Record<string, fc.Arbitrary<number | undefined>>>): fc.Arbitrary<Values> {
  return fc
    .record(fields)
    .map(
      (all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Values,
    );
}

function withSizes(others: Values): fc.Arbitrary<Values> {
  const some = values({ vm_size: size, vm_rss: size, vm_swap: size });
  return fc.oneof(some, sizesAll()).map((told) => ({ ...others, ...told }));
}

function sizesAll(): fc.Arbitrary<Values> {
  return sizes.map(({ vm_size = 1, vm_rss = 2, vm_swap = 3 }) => ({ vm_size, vm_rss, vm_swap }));
}

function opened(): fc.Arbitrary<Values> {
  return fc.tuple(fc.integer({ min: 2, max: 8 }), fc.constantFrom(0, 1 << 12)).map(([fd, flags]) => ({
    fd,
    dirfd: -100,
    name: `file${fd}`,
    flags,
  }));
}

/** A process of two threads, of whose events no rule wants any. */
function system(): TestSource {
  const source = createTestSource();
  source.thread(INIT);
  source.thread({ tid: 10 });
  source.thread({ tid: 11, pid: 10 });
  source.event(10, 'SYSCALL_GETCWD_X', { res: 5, path: '/root' });
  source.inspector.setWanted(NOTHING_WANTED);
  return source;
}

/** Makes it happen as a reader of captures does: an event that may be left behind is. @returns whether it was. */
function replay({ inspector, deliver, head }: TestSource, [tid, symbol, told]: Happening): boolean {
  const batch = encodeEvent(symbol, told, head(tid));
  const { id } = eventTypeOfSymbol(symbol);
  if (inspector.steps[id] === Step.ask && inspector.isQuiet(batch.data, batch.offsets[0], id)) return true;
  deliver(batch);
  return false;
}

/** All that the tables show of what the events change. */
function picture(source: TestSource): unknown {
  source.inspector.settle();
  const known = TIDS.map(source.context.tables.process).filter((process) => process !== undefined);
  return known.map((process) => ({
    tid: process.tid,
    memory: [process.virtualSize, process.residentSize, process.swapSize],
    faults: [process.majorFaults, process.minorFaults],
    flags: process.flags & ~ProcessFlag.active,
    descriptors: [...process.descriptors.entries()].map(([fd, { type, name, openFlags, inode }]) => [
      fd,
      type,
      name,
      openFlags,
      inode,
    ]),
  }));
}

test('what is absorbed leaves the tables as applying it does', () => {
  let absorbed = 0;
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 40 }), (happenings) => {
      const [applied, replayed] = [system(), system()];
      for (const each of happenings) {
        applied.event(...each);
        if (replay(replayed, each)) absorbed += 1;
        assert.deepEqual(picture(replayed), picture(applied));
      }
    }),
  );
  assert.ok(absorbed > 100, 'events of the usual form are absorbed');
});

test('an event that a rule wants is not absorbed', () => {
  const source = system();
  const { id } = eventTypeOfSymbol('SYSCALL_CLOSE_X');
  const wanted = NOTHING_WANTED.slice();
  wanted[id] = 1;
  source.event(10, 'SYSCALL_OPENAT_2_X', { fd: 3, dirfd: -100, name: 'a' });
  source.inspector.setWanted(wanted);
  assert.equal(replay(source, [10, 'SYSCALL_CLOSE_X', { res: 0, fd: 3 }]), false);
  assert.equal(source.context.descriptor?.name, '/root/a');
  source.inspector.setWanted(NOTHING_WANTED);
  source.event(10, 'SYSCALL_OPENAT_2_X', { fd: 3, dirfd: -100, name: 'a' });
  assert.equal(replay(source, [10, 'SYSCALL_CLOSE_X', { res: 0, fd: 3 }]), true);
  assert.equal(source.process(10).descriptors.get(3), undefined);
});
