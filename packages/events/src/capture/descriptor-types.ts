/* Types of descriptors in captures (SCAP_FD_*). */

export const FD_UNKNOWN = 0;
export const FD_FILE = 1;
export const FD_DIRECTORY = 2;
export const FD_IPV4 = 3;
export const FD_IPV6 = 4;
export const FD_IPV4_SERVER = 5;
export const FD_IPV6_SERVER = 6;
export const FD_FIFO = 7;
export const FD_UNIX = 8;
export const FD_EVENT = 9;
export const FD_UNSUPPORTED = 10;
export const FD_SIGNAL = 11;
export const FD_EVENTPOLL = 12;
export const FD_INOTIFY = 13;
export const FD_TIMER = 14;
export const FD_NETLINK = 15;
export const FD_FILE_V2 = 16;
export const FD_BPF = 17;
export const FD_USERFAULT = 18;
export const FD_IO_URING = 19;
export const FD_MEMFD = 20;
export const FD_PID = 21;

/** True for types whose body is a name and nothing else. */
export function isNamed(type: number): boolean {
  return (
    type === FD_FILE ||
    type === FD_DIRECTORY ||
    type === FD_FIFO ||
    (type >= FD_EVENT && type <= FD_NETLINK) ||
    (type >= FD_BPF && type <= FD_PID)
  );
}

/** What anonymous inodes call themselves, and the types of descriptors that lead to them. */
const ANONYMOUS: readonly (readonly [start: string, type: number])[] = [
  ['eventfd', FD_EVENT],
  ['eventpoll', FD_EVENTPOLL],
  ['inotify', FD_INOTIFY],
  ['signalfd', FD_SIGNAL],
  ['timerfd', FD_TIMER],
  ['io_uring', FD_IO_URING],
  ['userfaultfd', FD_USERFAULT],
  ['pidfd', FD_PID],
  ['bpf-', FD_BPF],
];

/** The type of a descriptor of an anonymous inode. @param name as the kernel has it, with or without brackets. */
export function typeOfAnonymousInode(name: string): number {
  const plain = name.startsWith('[') ? name.slice(1) : name;
  return ANONYMOUS.find(([start]) => plain.startsWith(start))?.[1] ?? FD_UNSUPPORTED;
}
