import type { DescriptorScope } from '@seawall/rules';
import type { Process } from '../process/process.ts';

/** scap's descriptor types (SCAP_FD_* of libscap): the values that captures hold. */
export const DescriptorType = {
  uninitialized: -1,
  unknown: 0,
  file: 1,
  directory: 2,
  ipv4Socket: 3,
  ipv6Socket: 4,
  ipv4ServerSocket: 5,
  ipv6ServerSocket: 6,
  fifo: 7,
  unixSocket: 8,
  event: 9,
  unsupported: 10,
  signal: 11,
  eventPoll: 12,
  inotify: 13,
  timer: 14,
  netlink: 15,
  fileV2: 16,
  bpf: 17,
  userFault: 18,
  ioUring: 19,
  memfd: 20,
  pidfd: 21,
} as const;

/** An open descriptor of a process. Owned by `descriptor/table.ts` and `apply/`. Strings are byte strings. */
export interface Descriptor {
  type: number;
  /** The flags of libsinsp's fdinfo (is_from_proc, connected, role client/server, is bound ...): see `flags.ts`. */
  flags: number;
  /** Absolute path, tuple text, or whatever names it. */
  name: string;
  /** The path as the caller gave it, before it was made absolute; '' where not kept. */
  rawName: string;
  /** The name before the last rename of a connection (`fd.name_changed`). */
  oldName: string;
  openFlags: number;
  device: number;
  mountId: number;
  inode: number | bigint;
  pid: number;
  /** 4 or 16 bytes in network order; empty for what is no socket. For server sockets the local end is `source`. */
  sourceAddress: Uint8Array;
  sourcePort: number;
  destinationAddress: Uint8Array;
  destinationPort: number;
  /** scap's L4 protocol (SCAP_L4_*). */
  protocol: number;
  unixSource: bigint;
  unixDestination: bigint;
  /** For sockets: what the addresses above are read from, as libsinsp lays it out (see `socket.ts`). */
  socket: Uint8Array | undefined;
  /** True where a copy of the descriptor uses the same memory: whoever changes it first makes its own. */
  sharesSocket: boolean;
  /**
   * What was decided about it; dropped with every event that may change what it shows. Made by `verdicts.ts`.
   */
  verdicts: DescriptorVerdicts | undefined;
}

/** What holds of a descriptor, and what rules decided about it, as long as nothing that it shows changes. */
export interface DescriptorVerdicts extends DescriptorScope {
  /** From which transfers over it something may be learned: bits of `Learning`. */
  readonly learnsFrom: number;
  /** Of whose transfers over it rules want nothing, while that thread's generation and all ancestors are these. */
  closedTo: Process | undefined;
  closedGeneration: number;
  closedAncestry: number;
  /** The types of those transfers, the last one first: reading and writing take turns. */
  closedType: number;
  closedTypeBefore: number;
}
