import { createEventView, type EventView, eventTypeOfSymbol, hasValue } from '@seawall/events';
import type { Process } from '../process/process.ts';
import type { Handlers, State } from './state.ts';

/*
 * Captures of older versions have an event for the start of a call as well. Where it tells what its exit event
 * can't (or could have been tampered with by then), a copy is kept with the thread until the call returns.
 */

const EXECVE_EXIT = eventTypeOfSymbol('SYSCALL_EXECVE_19_X').id;
const EXECVEAT_ENTER = eventTypeOfSymbol('SYSCALL_EXECVEAT_E').id;

/** Copies of enter events that belong to no call any more: there are as many as calls were ever open at once. */
const spares: EventView[] = [];
const KEPT_SPARES = 64;

export const enterEventHandlers: Handlers = {
  SYSCALL_OPEN_E: keepUnlessEmpty,
  SYSCALL_CREAT_E: keepUnlessEmpty,
  SYSCALL_OPENAT_2_E: keepUnlessEmpty,
  SYSCALL_OPENAT2_E: keepUnlessEmpty,
  SYSCALL_EXECVE_19_E: keepUnlessEmpty,
  SYSCALL_EXECVEAT_E: keep,
  SOCKET_CONNECT_E: keep,
};

function keepUnlessEmpty(state: State, view: EventView): void {
  if (hasValue(view, 0)) keep(state, view);
}

function keep({ context: { process } }: State, view: EventView): void {
  if (process === undefined) return;
  const { bookkeeping } = process;
  const kept = bookkeeping.enterEvent ?? spares.pop() ?? createEventView();
  if (kept.bytes.length < view.length) {
    kept.bytes = new Uint8Array(Math.max(256, view.length));
    kept.data = new DataView(kept.bytes.buffer);
  }
  kept.bytes.set(view.bytes.subarray(view.offset, view.offset + view.length));
  kept.offset = 0;
  kept.length = view.length;
  kept.type = view.type;
  kept.parameterCount = view.parameterCount;
  kept.tid = view.tid;
  bookkeeping.enterEvent = kept;
}

/** The kept start of the call that the exit event under the view ends; undefined where it is missing or another's. */
export function enterEventOf(process: Process, view: EventView): EventView | undefined {
  const { enterEvent, isEnterValid } = process.bookkeeping;
  if (!isEnterValid || enterEvent === undefined) return undefined;
  // A successful execveat returns as an execve.
  if (enterEvent.type === view.type - 1) return enterEvent;
  return view.type === EXECVE_EXIT && enterEvent.type === EXECVEAT_ENTER ? enterEvent : undefined;
}

/** Whether an exit event of that type ends the call that an enter event of the other began. */
export function belongTogether(enterType: number, exitType: number): boolean {
  return exitType === enterType + 1 || (exitType === EXECVE_EXIT && enterType === EXECVEAT_ENTER);
}

/** Gives the thread's copy back. */
export function forgetEnterEvent(process: Process): void {
  const { bookkeeping } = process;
  if (bookkeeping.enterEvent === undefined) return;
  if (spares.length < KEPT_SPARES) spares.push(bookkeeping.enterEvent);
  bookkeeping.enterEvent = undefined;
  bookkeeping.isEnterValid = false;
}
