import type { EventContext, Tables } from '../context.ts';
import { ProcessFlag } from '../process/flags.ts';
import type { Process } from '../process/process.ts';

/**
 * The leader of the n-th process up from the thread's own: 0 is its own process, 1 its parent.
 * From each process the way up leads through its parent thread to the leader of that thread's group.
 */
export function ancestorProcess(tables: Tables, process: Process, generations: number): Process | undefined {
  let ancestor = tables.leader(process);
  for (let passed = 0; passed < generations; passed++) {
    if (ancestor === undefined) return undefined;
    const parent = tables.parent(ancestor);
    if (parent === undefined) return undefined;
    ancestor = tables.leader(parent);
  }
  return ancestor;
}

/** The parent process of the event's thread, where both are known. */
export function parentProcess(context: EventContext): Process | undefined {
  return context.process === undefined ? undefined : ancestorProcess(context.tables, context.process, 1);
}

/**
 * Visits the ancestors of a thread from its parent upwards, thread by thread, until `visit` gives false. A loop in
 * the table (a capture can hold anything) ends the walk after finitely many steps.
 */
export function visitAncestors(
  tables: Tables,
  process: Process,
  visit: (ancestor: Process) => boolean,
): void {
  let visited = tables.parent(process);
  let ahead = visited && tables.parent(visited);
  while (visited !== undefined && visited.tid !== -1) {
    if (!visit(visited)) return;
    visited = tables.parent(visited);
    for (let step = 0; step < 2; step++) {
      ahead = ahead && tables.parent(ahead);
      if (visited !== undefined && (visited === ahead || visited.tid === visited.parentTid)) return;
    }
  }
}

/**
 * Who leads the thread's session or group: the thread of that id where ids are the host's own, else (ids inside
 * a pid namespace don't index the table) the oldest ancestor in an unbroken line with the same id.
 * @param isNamespaced whether the id is one of the thread's pid namespace.
 */
export function groupLeader(
  tables: Tables,
  process: Process,
  idOf: (process: Process) => number,
  isNamespaced: boolean,
): Process | undefined {
  const id = idOf(process);
  if (id === -1) return undefined;
  if (!isNamespaced || !isInPidNamespace(process)) {
    const leader = tables.process(id);
    if (leader !== undefined) return leader;
  }
  let oldest: Process | undefined;
  visitAncestors(tables, process, (ancestor) => {
    if (idOf(ancestor) !== id) return false;
    oldest = ancestor;
    return true;
  });
  return oldest;
}

/** Whether the thread has other ids than the host's. */
function isInPidNamespace(process: Process): boolean {
  return (
    (process.flags & ProcessFlag.childInPidNamespace) !== 0 ||
    (process.tid !== process.vtid && process.vtid >= 0)
  );
}
