// What /proc tells of a process that a test has started.
import { readdirSync, readFileSync } from 'node:fs';

/** Whether a process has something to do at a signal other than to end: of SIGHUP Node itself knows nothing. */
export function hears(pid: number, signal: number): boolean {
  const [, mask = '0'] = /^SigCgt:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
  return ((BigInt(`0x${mask}`) >> BigInt(signal - 1)) & 1n) === 1n;
}

/** Threads are looked at one after the other, and may hand work to each other meanwhile. */
const LOOKS = 5;

/** Whether a process waits for something from outside: however busy the machine, what it was given is done with. */
export function isAtRest(pid: number): boolean {
  const folder = `/proc/${pid}/task`;
  const isAsleep = (tid: string): boolean =>
    /^State:\s*S/m.test(readFileSync(`${folder}/${tid}/status`, 'latin1'));
  try {
    return Array.from({ length: LOOKS }).every(() => readdirSync(folder).every(isAsleep));
  } catch {
    // A thread, or all of it, has ended just now.
    return false;
  }
}
