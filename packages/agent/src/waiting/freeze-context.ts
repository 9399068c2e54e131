import type { EventView } from '@seawall/events';
import type { ContainerInfo, EventContext, Process, Tables } from '@seawall/inspector';

/** An event with all that rules and outputs read of it, as it was: what happens afterwards changes nothing of it. */
export interface FrozenContext {
  readonly context: EventContext;
  /** Bytes of the event. */
  readonly size: number;
  /** Gives the container, which was unknown, its description. */
  describe(container: ContainerInfo | undefined): void;
}

/** Ancestors that are kept: rules ask for fewer, and cycles in damaged captures end here. */
const MAXIMUM_ANCESTORS = 32;

/**
 * Copies the event, its thread with leader and ancestors, and its descriptor. Only the lists of a process's other
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
  let child = process;
  for (let depth = 0; child !== undefined && depth < MAXIMUM_ANCESTORS; depth += 1) {
    const parent = tables.parent(child);
    parents.set(copyOf(child), parent === undefined ? undefined : copyOf(parent));
    child = parent;
  }
  // A thread's parent may be another than its leader's.
  for (let above = leader, depth = 0; above !== undefined && depth < MAXIMUM_ANCESTORS; depth += 1) {
    const parent = tables.parent(above);
    parents.set(copyOf(above), parent === undefined ? undefined : copyOf(parent));
    above = parent;
  }
  const leaders = new Map<Process, Process>();
  for (const [original, copy] of copies)
    leaders.set(copy, copies.get(tables.leader(original) ?? original) ?? copy);

  const frozenTables: Tables = {
    ...tables,
    machine: tables.machine,
    process: (tid) => [...copies.values()].find((copy) => copy.tid === tid) ?? tables.process(tid),
    parent: (of) => (parents.has(of) ? parents.get(of) : tables.parent(of)),
    leader: (of) => leaders.get(of) ?? tables.leader(of),
    childCount: (of) => counts.get(of)?.children ?? tables.childCount(of),
    threadCount: (of) => counts.get(of)?.threads ?? tables.threadCount(of),
  };
  const view = copyEvent(live.view);
  const frozen: EventContext = {
    ...live,
    view,
    process: process && copyOf(process),
    descriptor: descriptor && {
      ...descriptor,
      sourceAddress: descriptor.sourceAddress.slice(),
      destinationAddress: descriptor.destinationAddress.slice(),
      socket: descriptor.socket?.slice(),
    },
    container,
    tables: frozenTables,
  };
  return {
    context: frozen,
    size: view.length,
    describe(described) {
      const id = process?.containerId;
      frozen.container = described;
      for (const copy of copies.values()) if (copy.containerId === id) copy.container = described;
    },
  };
}

function copyEvent(view: EventView): EventView {
  // Of a Buffer, which is what captures are read into, `slice` would be no copy.
  const bytes = new Uint8Array(view.bytes.subarray(view.offset, view.offset + view.length));
  return { ...view, bytes, data: new DataView(bytes.buffer), offset: 0 };
}
