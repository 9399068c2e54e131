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
 * Whether something that is read of an ancestor holds for one of them, asked from the parent thread upwards. A loop in
 * the table (a capture can claim any parents) ends the walk after finitely many steps: Brent's way of finding one.
 */
export function someAncestor<Result>(
  tables: Tables,
  process: Process,
  read: (ancestor: Process, tables: Tables) => Result,
  holds: (result: Result) => boolean,
): boolean {
  let checkpoint = process;
  let span = 1;
  let stepsLeft = 1;
  let ancestor = tables.parent(process);
  while (ancestor !== undefined && ancestor.tid !== -1 && ancestor !== checkpoint) {
    if (holds(read(ancestor, tables))) return true;
    stepsLeft -= 1;
    if (stepsLeft === 0) {
      checkpoint = ancestor;
      span *= 2;
      stepsLeft = span;
    }
    ancestor = tables.parent(ancestor);
  }
  return false;
}

/** Visits the ancestors of a thread from its parent upwards, thread by thread, until `visit` gives false. */
export function visitAncestors(
  tables: Tables,
  process: Process,
  visit: (ancestor: Process) => boolean,
): void {
  someAncestor(tables, process, visit, isFalse);
}

function isFalse(value: boolean): boolean {
  return !value;
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
