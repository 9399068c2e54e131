import { readlinkSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

/** What threads are set to that must not wait: as much processor time as nine threads at 0 take. */
export const ACTING_NICE = -10;

/** Modules are each thread's own. */
let isRaised = false;

/** Whether the calling thread has been raised for as long as it lives. */
export function hasRaisedPriority(): boolean {
  return isRaised;
}

/**
 * Lets the calling thread alone have its turn before others (nice(2)): the hot loop's where policies may act, and the one that
 * sets guards where they deny. What is done about an offence takes less than a millisecond; what an offence sets off, such as
 * a runtime that clears up, keeps every processor busy for a hundred. Between making a container and starting it there are 50.
 * @returns the error's code where the kernel refuses (without CAP_SYS_NICE), and the thread goes on as it was.
 */
export function raisePriority(): string | undefined {
  try {
    isRaised = true;
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    // An agent that was started with more keeps it.
    if (getPriority(thread) > ACTING_NICE) setPriority(thread, ACTING_NICE);
    return undefined;
  } catch (error) {
    const { code, info } = error as NodeJS.ErrnoException & { info?: { readonly code: string } };
    return info?.code ?? code ?? String(error);
  }
}
