import { type EventView, readByteString } from '@seawall/events';
import { markChanged } from '../process/changed.ts';
import type { Process } from '../process/process.ts';
import type { State } from './state.ts';

/** Lists of cgroups that were read before, by their bytes: thousands of processes share a few. */
const lists = new Map<string, readonly string[] | undefined>();
const REMEMBERED_LISTS = 4096;

const RENAMED = new Map([
  ['perf', 'perf_event'],
  ['mem', 'memory'],
  ['io', 'blkio'],
]);

/**
 * The thread's cgroups as `subsystem=path` each, with the subsystems' names as Falco shows them.
 * @returns undefined for a list with an entry of another form: libsinsp then keeps the old one.
 */
export function normalizeCgroups(cgroups: readonly string[]): readonly string[] | undefined {
  const normal: string[] = [];
  for (const cgroup of cgroups) {
    const equals = cgroup.indexOf('=');
    if (equals < 0) return undefined;
    const subsystem = cgroup.slice(0, equals).replace('_cgroup', '');
    normal.push(`${RENAMED.get(subsystem) ?? subsystem}${cgroup.slice(equals)}`);
  }
  return normal;
}

/** Sets the thread's cgroups from the event's parameter. */
export function readCgroups(process: Process, view: EventView, index: number): void {
  const bytes = readByteString(view, index);
  if (bytes === '') return;
  let list = lists.get(bytes);
  if (list === undefined && !lists.has(bytes)) {
    const text = bytes.endsWith('\0') ? bytes.slice(0, -1) : bytes;
    list = normalizeCgroups(text === '' ? [] : text.split('\0'));
    if (lists.size >= REMEMBERED_LISTS) lists.clear();
    lists.set(bytes, list);
  }
  if (list !== undefined) process.cgroups = list;
}

/** Finds the thread's container anew, from its cgroups. */
export function identifyContainer(state: State, process: Process): void {
  if (!state.identifiesContainers) return;
  const id = state.containers.identify(process.cgroups);
  const container = state.containers.get(id);
  if (id === process.containerId && container === process.container) return;
  process.containerId = id;
  process.container = container;
  markChanged(process);
}

/** Makes sure that the thread's user and group have a name wherever one is certain. */
export function noteCredentials(state: State, process: Process): void {
  state.users.assumeRoot(process.containerId, process.uid, process.gid);
  state.users.assumeRootGroup(process.containerId, process.gid);
}

/** Marks a whole process: its leader has what all its threads show. */
export function markGroupChanged(process: Process): void {
  const { group } = process.bookkeeping;
  if (group === undefined) markChanged(process);
  else for (const thread of group.threads) markChanged(thread);
}
