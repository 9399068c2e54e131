import { type EventView, eventTypeOfSymbol, hasValue, readInt64Number, readString } from '@seawall/events';

/** Threads whose events nobody wants to see: chosen by name or id, with everything they start. */
export interface Suppression {
  /** Whether the event must not be seen; follows the families of suppressed threads on the way. */
  hides(view: EventView): boolean;
  readonly isActive: boolean;
}

const FAMILY_EVENTS = new Set(
  [
    'SYSCALL_CLONE_20_X',
    'SYSCALL_FORK_20_X',
    'SYSCALL_VFORK_20_X',
    'SYSCALL_CLONE3_X',
    'SYSCALL_EXECVE_19_X',
    'SYSCALL_EXECVEAT_X',
  ].map((symbol) => eventTypeOfSymbol(symbol).id),
);
const EXIT = eventTypeOfSymbol('PROCEXIT_1_E').id;
const PARENT_TID = 5;
const COMM = 13;

/** @param comms names of threads, @param tids their ids: byte strings and numbers to begin with. */
export function createSuppression(comms: ReadonlySet<string>, tids: Iterable<number>): Suppression {
  const hidden = new Set(tids);

  function hidesStart(view: EventView): boolean {
    if (!hasValue(view, COMM)) return false;
    const parentTid = readInt64Number(view, PARENT_TID);
    const isHidden = (parentTid !== 0 && hidden.has(parentTid)) || comms.has(readString(view, COMM));
    if (isHidden) hidden.add(view.tid);
    return isHidden;
  }

  return {
    hides(view) {
      if (FAMILY_EVENTS.has(view.type)) return hidesStart(view);
      if (view.type === EXIT) {
        // The tables must learn of every exit.
        hidden.delete(view.tid);
        return false;
      }
      return view.tid !== 0 && hidden.has(view.tid);
    },
    isActive: comms.size > 0 || hidden.size > 0,
  };
}
