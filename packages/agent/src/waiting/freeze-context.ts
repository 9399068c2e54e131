import { type EventType, type EventView, eventTypes, hasValue, readInt64Number } from '@seawall/events';
import type { ContainerInfo, EventContext, Process, Tables } from '@seawall/inspector';

/** An event with all that rules and outputs read of it, as it was: what happens afterwards changes nothing of it. */
export interface FrozenContext {
  readonly context: EventContext;
  /** Bytes of the event. */
  readonly size: number;
  readonly family: FrozenFamily;
  /** Gives the container, which was unknown, its description. */
  describe(container: ContainerInfo | undefined): void;
}

/** The event's thread and those around it, as they were. */
export interface FrozenFamily {
  readonly processes: readonly Process[];
  readonly parents: ReadonlyMap<Process, Process | undefined>;
  readonly leaders: ReadonlyMap<Process, Process>;
  readonly counts: ReadonlyMap<Process, { readonly children: number; readonly threads: number }>;
}

/** Ancestors that are kept: rules ask for fewer, and cycles in damaged captures end here. */
const MAXIMUM_ANCESTORS = 32;

/**
 * Copies the event, its thread with leader, ancestors and whom either names, and its descriptor. Only the lists of a process's other
 * descriptors stay those of the tables: no field but the ones of `poll` reads them.
 */
export function freezeContext(live: EventContext): FrozenContext {
  const copies = new Map<Process, Process>();
  const parents = new Map<Process, Process | undefined>();
  const counts = new Map<Process, { readonly children: number; readonly threads: number }>();

  function copyOf(process: Process): Process {
    const known = copies.get(process);
    if (known !== undefined) return known;
    const copy: Process = { ...process, bookkeeping: { ...process.bookkeeping }, verdicts: undefined };
    copies.set(process, copy);
    counts.set(copy, { children: tables.childCount(process), threads: tables.threadCount(process) });
    return copy;
  }

  const { tables, process, descriptor, container } = live;
  const leader = process === undefined ? undefined : tables.leader(process);
  // A thread's parent may be another than its leader's.
  for (let child of [process, leader]) {
    for (let depth = 0; child !== undefined && depth < MAXIMUM_ANCESTORS; depth += 1) {
      const parent = tables.parent(child);
      parents.set(copyOf(child), parent === undefined ? undefined : copyOf(parent));
      child = parent;
    }
  }
  for (const tid of othersOf(live)) {
    const other = tables.process(tid);
    if (other !== undefined) copyOf(other);
  }
  const leaders = new Map<Process, Process>();
  for (const [original, copy] of copies)
    leaders.set(copy, copies.get(tables.leader(original) ?? original) ?? copy);

  const facts = {
    ...live,
    view: copyEvent(live.view),
    process: process && copyOf(process),
    descriptor: descriptor && {
      ...descriptor,
      sourceAddress: descriptor.sourceAddress.slice(),
      destinationAddress: descriptor.destinationAddress.slice(),
      socket: descriptor.socket?.slice(),
    },
    container,
  };
  return frozenOf(facts, { processes: [...copies.values()], parents, leaders, counts }, tables);
}

/** @param tables for what is the machine's, and for processes of which the family knows nothing. */
export function frozenOf(
  facts: Omit<EventContext, 'tables'>,
  family: FrozenFamily,
  tables: Tables,
): FrozenContext {
  const { processes, parents, leaders, counts } = family;
  const context: EventContext = {
    ...facts,
    tables: {
      ...tables,
      process: (tid) => processes.find((process) => process.tid === tid) ?? tables.process(tid),
      parent: (of) => (parents.has(of) ? parents.get(of) : tables.parent(of)),
      leader: (of) => leaders.get(of) ?? tables.leader(of),
      childCount: (of) => counts.get(of)?.children ?? tables.childCount(of),
      threadCount: (of) => counts.get(of)?.threads ?? tables.threadCount(of),
    },
  };
  return {
    context,
    size: facts.view.length,
    family,
    describe(described) {
      const id = facts.process?.containerId;
      context.container = described;
      for (const process of processes) if (process.containerId === id) process.container = described;
    },
  };
}

/** Threads that the event or its thread names by their ids: who is signalled, who leads the session. */
function othersOf({ view, process }: EventContext): readonly number[] {
  const { parameters } = eventTypes[view.type] as EventType;
  const named = parameters.flatMap(({ type }, index) =>
    type === 'pid' && hasValue(view, index) ? [readInt64Number(view, index)] : [],
  );
  return process === undefined ? named : [...named, process.sessionId, process.pgid, process.vpgid];
}

function copyEvent(view: EventView): EventView {
  // Of a Buffer, which is what captures are read into, `slice` would be no copy.
  const bytes = new Uint8Array(view.bytes.subarray(view.offset, view.offset + view.length));
  return { ...view, bytes, data: new DataView(bytes.buffer), offset: 0 };
}
