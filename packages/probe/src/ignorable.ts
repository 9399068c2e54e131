import { eventTypeOfSymbol, eventTypes } from '@seawall/events';
import { stateTypes } from './calls.ts';

/*
 * Which event types the kernel can leave out by process, and which may change what rules say of one. The eBPF program is
 * compiled with these lists, so that other types cost nothing; the agent answers for what it makes of them.
 */

/** Moves data over sockets, and tells of their ends: only calls that failed can be left out. */
const TELLING_ENDS = ['SOCKET_SENDTO_X', 'SOCKET_SENDMSG_X', 'SOCKET_RECVFROM_X'];
/** Tell of memory sizes, or of descriptors that were received or made. */
const TELLING_MORE = [
  ...['SYSCALL_BRK_4_X', 'SYSCALL_MMAP_X', 'SYSCALL_MMAP2_X', 'SYSCALL_MUNMAP_X', 'SYSCALL_BPF_2_X'],
  ...['SOCKET_RECVMSG_X', 'SOCKET_RECVMMSG_X', 'SOCKET_SENDMMSG_X', 'SOCKET_RECV_X', 'SOCKET_SEND_X'],
];
/** Besides exec and clone, which are no calls here. Limits are the one thing that can be set for another process. */
const CHANGING = [
  ...['SETUID', 'SETREUID', 'SETRESUID', 'SETGID', 'SETREGID', 'SETRESGID', 'CAPSET', 'UNSHARE', 'SETNS'],
  ...[
    'CHROOT',
    'SETSID',
    'SETPGID',
    'PRCTL',
    'CHDIR',
    'FCHDIR',
    'GETCWD',
    'GETRLIMIT',
    'SETRLIMIT',
    'PRLIMIT',
  ],
].map((name) => `SYSCALL_${name}_X`);

const idsOf = (symbols: readonly string[]): ReadonlySet<number> =>
  new Set(symbols.map((symbol) => eventTypeOfSymbol(symbol).id));

/** Of these types, events of calls that succeeded are never left out by process. */
export const ignorableFailedTypes: ReadonlySet<number> = idsOf(TELLING_ENDS);

/** After events of these types rules may say something else of their process. */
export const changingTypes: ReadonlySet<number> = idsOf(CHANGING);

/** Event types that can be left out by process. */
export const ignorableTypes: ReadonlySet<number> = listIgnorable();

function listIgnorable(): ReadonlySet<number> {
  const others = new Set([...stateTypes, ...changingTypes, ...idsOf(TELLING_MORE)]);
  return new Set(
    eventTypes
      .filter(
        ({ source, isOld, isUnused, isEnter }) => source === 'syscall' && !isOld && !isUnused && !isEnter,
      )
      .map(({ id }) => id)
      .filter((id) => !others.has(id)),
  );
}
