import { type DescriptorEntry, type EventBatch, moveTo, type ProcessEntry } from '@seawall/events';
import type { EventContext } from '../context.ts';
import { createInspector, type Inspector, type InspectorOptions } from '../inspector.ts';
import type { Process } from '../process/process.ts';
import { encodeEvent, type ParameterValue } from './encode-event.ts';
import { exampleProcess } from './example-process.ts';

/*
 * A source of events for tests: say what happens, look at the tables.
 *
 *   const source = createTestSource();
 *   source.thread({ tid: 10, comm: 'sh' });
 *   source.event(10, 'SYSCALL_OPENAT_2_X', { fd: 3, dirfd: -100, name: 'notes' });
 *   assert.equal(source.context.descriptor?.name, '/root/notes');
 *
 * Each event happens 10 ms after the one before, and is settled before the next one.
 */
export interface TestSource {
  readonly inspector: Inspector;
  readonly context: EventContext;
  /** Lists a thread as a capture does; what isn't said is that of an ordinary process below init. */
  thread(
    entry: Partial<ProcessEntry> & { readonly tid: number },
    descriptors?: readonly DescriptorEntry[],
  ): void;
  /** Makes an event happen. @returns whether rules get to see it. */
  event(tid: number, symbol: string, values?: Readonly<Record<string, ParameterValue>>): boolean;
  /** Makes the event of a ready batch happen. */
  deliver(batch: EventBatch): boolean;
  /** Lets time pass. */
  wait(milliseconds: number): void;
  /** The thread of that id, which must be in the tables. */
  process(tid: number): Process;
  /** The result of a clone-like call of `parent`, as the parent's exit event tells it, of a child like it. */
  clone(
    parent: number,
    child: number,
    values?: Readonly<Record<string, ParameterValue>>,
    symbol?: string,
  ): void;
  /** The same as the child's exit event tells it. */
  cloned(
    child: number,
    parent: number,
    values?: Readonly<Record<string, ParameterValue>>,
    symbol?: string,
  ): void;
  exec(tid: number, values?: Readonly<Record<string, ParameterValue>>): void;
  exit(tid: number, values?: Readonly<Record<string, ParameterValue>>): void;
  /** The head of the next event, for batches made by hand. */
  head(tid: number): { readonly tid: number; readonly time: bigint; readonly number: number };
}

const START = 1_700_000_000_000_000_000n;
const STEP = 10_000_000n;

export function createTestSource(options: InspectorOptions = {}): TestSource {
  const inspector = createInspector(options);
  const { context } = inspector;
  let time = START;
  let number = 0;

  function head(tid: number) {
    time += STEP;
    number += 1;
    return { tid, time, number };
  }

  function deliver(batch: EventBatch): boolean {
    moveTo(context.view, batch, 0);
    inspector.settle();
    return inspector.apply(context.view);
  }

  function event(
    tid: number,
    symbol: string,
    values: Readonly<Record<string, ParameterValue>> = {},
  ): boolean {
    return deliver(encodeEvent(symbol, values, head(tid)));
  }

  function process(tid: number): Process {
    const found = context.tables.process(tid);
    if (found === undefined) throw new Error(`thread ${tid} is not in the tables`);
    return found;
  }

  /** What every event of the clone and exec families says. */
  function description(tid: number, pid: number, parentTid: number) {
    return {
      exe: 'sh',
      args: [],
      tid,
      pid,
      ptid: parentTid,
      cwd: '',
      fdlimit: 1024,
      pgft_maj: 0,
      pgft_min: 0,
      vm_size: 0,
      vm_rss: 0,
      vm_swap: 0,
      comm: 'sh',
      cgroups: ['cpuset=/'],
    };
  }

  return {
    inspector,
    context,
    deliver,
    event,
    head,
    process,
    thread(entry, descriptors = []) {
      inspector.load({ kind: 'processes', processes: [exampleProcess(entry.tid, entry)] });
      inspector.load({ kind: 'descriptors', tid: entry.tid, descriptors });
    },
    wait(milliseconds) {
      time += BigInt(milliseconds) * 1_000_000n;
    },
    clone(parent, child, values = {}, symbol = 'SYSCALL_CLONE_20_X') {
      const known = context.tables.process(parent);
      const ids = { flags: 0, uid: 0, gid: 0, vtid: parent, vpid: parent };
      const caller = description(parent, known?.pid ?? parent, known?.parentTid ?? 1);
      event(parent, symbol, { ...caller, ...ids, res: child, ...values });
    },
    cloned(child, parent, values = {}, symbol = 'SYSCALL_CLONE_20_X') {
      const ids = { flags: 0, uid: 0, gid: 0, vtid: child, vpid: child };
      event(child, symbol, { ...description(child, child, parent), ...ids, res: 0, ...values });
    },
    exec(tid, values = {}) {
      const known = context.tables.process(tid);
      const told = description(tid, known?.pid ?? tid, known?.parentTid ?? 1);
      event(tid, 'SYSCALL_EXECVE_19_X', { ...told, res: 0, env: [], trusted_exepath: '/bin/sh', ...values });
    },
    exit(tid, values = {}) {
      event(tid, 'PROCEXIT_1_E', { status: 0, ret: 0, sig: 0, core: 0, reaper_tid: 0, ...values });
    },
  };
}

/** The start of a system: init, from which everything descends. */
export const INIT: Partial<ProcessEntry> & { readonly tid: number } = {
  tid: 1,
  parentTid: 0,
  comm: 'init',
  exe: '/sbin/init',
};
