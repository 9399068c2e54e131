import { type EventView, hasValue, readString } from '@seawall/events';
import { leaderOf } from '../process/group.ts';
import { concatenatePaths } from '../process/path.ts';
import type { Process } from '../process/process.ts';
import { markGroupChanged } from './identity.ts';
import { readText, resultOf } from './parameters.ts';
import { type Handlers, lookUpDescriptor, type State } from './state.ts';

/** What a path is relative to when nobody knows. */
export const UNKNOWN_DIRECTORY = '<UNKNOWN>';
/** The descriptor number that stands for the working directory. */
const AT_WORKING_DIRECTORY = -100;

export const directoryHandlers: Handlers = {
  SYSCALL_CHDIR_X(state, view) {
    const { process } = state.context;
    if (process !== undefined && resultOf(view) >= 0) changeDirectory(process, readText(view, 1));
  },
  SYSCALL_FCHDIR_X(state, view) {
    const { process, descriptor } = state.context;
    if (process === undefined || descriptor === undefined || resultOf(view) < 0) return;
    changeDirectory(process, descriptor.name);
  },
  SYSCALL_GETCWD_X(state, view) {
    const { process } = state.context;
    if (process !== undefined && resultOf(view) >= 0) changeDirectory(process, readText(view, 1));
  },
};

/** Where a path given to an `*at` call starts, with a slash at its end; `.` for absolute paths. */
export function directoryOf(process: Process, path: string, directoryDescriptor: number): string {
  if (path.startsWith('/')) return '.';
  if (directoryDescriptor === AT_WORKING_DIRECTORY) return workingDirectory(process);
  const descriptor = lookUpDescriptor(process, directoryDescriptor);
  if (descriptor === undefined) return UNKNOWN_DIRECTORY;
  const { name } = descriptor;
  return name === '' || name.endsWith('/') ? name : `${name}/`;
}

/** The working directory of the thread's process, with a slash at its end. */
export function workingDirectory(process: Process): string {
  return leaderOf(process)?.cwd ?? './';
}

/** The working directory is the process's: a change by any thread is one of the leader. */
export function changeDirectory(process: Process, path: string): void {
  const leader = leaderOf(process);
  if (leader === undefined) return;
  const joined = concatenatePaths(process.cwd, path);
  const cwd = joined.endsWith('/') ? joined : `${joined}/`;
  if (leader.cwd === cwd) return;
  leader.cwd = cwd;
  markGroupChanged(process);
}

/** The root directory after a chroot. */
export function applyChroot(state: State, view: EventView): void {
  const { process } = state.context;
  if (process === undefined || resultOf(view) !== 0) return;
  const path = readText(view, 1);
  const isRelative = hasValue(view, 1) && readString(view, 1) !== '' && !path.startsWith('/');
  process.root = isRelative ? concatenatePaths(workingDirectory(process), path) : path;
}
