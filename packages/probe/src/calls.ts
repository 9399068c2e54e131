import {
  eventTypeOfSymbol,
  eventTypes,
  nativeIdOfSyscallCode,
  syscallCodesOfEventType,
  syscallNames,
} from '@seawall/events';

/** What is to be seen: programs of calls, and calls without an event type of their own, by name. */
export interface WantedCalls {
  /** Calls that have a program. */
  readonly own: ReadonlySet<string>;
  /** Calls that the shared program shows. */
  readonly generic: ReadonlySet<string>;
  /** Wanted event types that no program of this probe makes. */
  readonly missing: readonly number[];
}

/**
 * Changes of state that pass with the data of sockets: they tell of ends that connect and accept have told already,
 * except for UDP without connect. They cost the most of all and are on only where rules ask for them.
 */
const TRANSFERS = ['sendto', 'sendmsg', 'sendmmsg', 'recvfrom', 'recvmsg', 'recvmmsg'];
/** What the tables keep of these no field shows, or rarely (see docs/live.md). */
const UNIMPORTANT = ['getsockopt', 'brk', 'mmap', 'mmap2', 'munmap'];

const ARCHITECTURE = process.arch === 'arm64' ? 'aarch64' : 'x86_64';

/** Made at the kernel's own tracepoints, always on. */
const ALWAYS_ON = ['PROCEXIT_1_E'];
const GENERIC_EXIT = eventTypeOfSymbol('GENERIC_X').id;
/** The kernel names these tracepoints otherwise than the calls are known. */
const TRACEPOINT_NAMES: Readonly<Record<string, string>> = {
  umount2: 'umount',
  sendfile: 'sendfile64',
  stat: 'newstat',
  lstat: 'newlstat',
  fstat: 'newfstat',
  uname: 'newuname',
};

/** The event types that keep the tables of processes, descriptors and users right, beyond what is always on. */
export const stateTypes: readonly number[] = eventTypes
  .filter(
    ({ flags, isOld, isUnused, isEnter, source, name }) =>
      source === 'syscall' &&
      flags.has('modifies_state') &&
      !isOld &&
      !isUnused &&
      !isEnter &&
      !TRANSFERS.includes(name) &&
      !UNIMPORTANT.includes(name),
  )
  .map(({ id }) => id);

/**
 * Of calls that bring descriptors over sockets. Their programs are always on, for they tell of those descriptors
 * (native/received.h); whether they make these events, too, is another matter.
 */
export const receivingTypes: readonly number[] = ['SOCKET_RECVMSG_X', 'SOCKET_RECVMMSG_X'].map(
  (symbol) => eventTypeOfSymbol(symbol).id,
);

/**
 * Which calls have to be seen for these event types.
 * @param types wanted event types.
 * @param genericCalls calls wanted of those without an event type of their own, by name.
 * @param programs the names of the probe's programs.
 */
export function callsFor(
  types: Iterable<number>,
  genericCalls: Iterable<string>,
  programs: ReadonlySet<string>,
): WantedCalls {
  const own = new Set<string>();
  const missing: number[] = [];
  for (const id of new Set(types)) {
    const type = eventTypes[id];
    if (type === undefined || type.source !== 'syscall' || type.isEnter || id === GENERIC_EXIT) continue;
    const codes = syscallCodesOfEventType(id).filter(
      (code) => nativeIdOfSyscallCode(code, ARCHITECTURE) >= 0,
    );
    const names = codes.map((code) => syscallNames[code] as string);
    const known = names.filter((name) => programs.has(programOf(name)));
    for (const name of known) own.add(name);
    const isMadeElsewhere = names.some((name) => FORKS.has(name));
    if (names.length > 0 && known.length === 0 && !isMadeElsewhere && !type.isOld) missing.push(id);
  }
  return { own, generic: new Set(genericCalls), missing };
}

/** The event types that only these calls make, of those that have a program of their own. */
export function typesOfCalls(calls: ReadonlySet<string>): readonly number[] {
  return eventTypes
    .filter(({ id, source, isEnter, isOld, isUnused }) => {
      if (source !== 'syscall' || isEnter || isOld || isUnused || id === GENERIC_EXIT) return false;
      const names = syscallCodesOfEventType(id).map((code) => syscallNames[code] as string);
      return (
        names.some((name) => calls.has(name)) && names.every((name) => calls.has(name) || FORKS.has(name))
      );
    })
    .map(({ id }) => id);
}

/** Calls whose events come from sched_process_fork. */
const FORKS: ReadonlySet<string> = new Set(['clone', 'clone3', 'fork', 'vfork']);

/** The name of the program for a call. */
export function programOf(call: string): string {
  return `exit_${call}`;
}

/** The kernel's name of the tracepoint at which a call returns. */
export function tracepointOf(call: string): string {
  return `sys_exit_${TRACEPOINT_NAMES[call] ?? call}`;
}

/** The programs that run whatever is wanted. */
export const PROCESS_PROGRAMS = ['process_exec', 'process_fork', 'process_exit'] as const;

/** Event types that these make. */
export const processTypes: readonly number[] = [
  ...ALWAYS_ON,
  'SYSCALL_EXECVE_19_X',
  'SYSCALL_CLONE_20_X',
  'SYSCALL_CLONE3_X',
  'SYSCALL_FORK_20_X',
  'SYSCALL_VFORK_20_X',
].map((symbol) => eventTypeOfSymbol(symbol).id);
