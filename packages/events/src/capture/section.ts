import type { EventBatch } from '../batch.ts';

/** What a capture file holds, in the order it holds it. Strings are byte strings (one char per byte). */
export type CaptureSection =
  | TableSection
  /** The batch is reused: handle it before asking for the next section. */
  | { readonly kind: 'events'; readonly batch: EventBatch };

/** The same as a visitor gets it: how many events were read, and shown where the visitor wants them, in place of batches. */
export type VisitedSection = TableSection | { readonly kind: 'visited'; readonly count: number };

/** What was there before the first event. */
export type TableSection =
  | { readonly kind: 'header'; readonly majorVersion: number; readonly minorVersion: number }
  | { readonly kind: 'machine'; readonly machine: MachineInfo }
  | { readonly kind: 'interfaces'; readonly interfaces: readonly NetworkInterface[] }
  | { readonly kind: 'users'; readonly users: readonly UserEntry[]; readonly groups: readonly GroupEntry[] }
  | { readonly kind: 'processes'; readonly processes: readonly ProcessEntry[] }
  | { readonly kind: 'descriptors'; readonly tid: number; readonly descriptors: readonly DescriptorEntry[] };

export interface MachineInfo {
  readonly cpuCount: number;
  readonly memoryBytes: number;
  readonly maxPid: number;
  readonly hostname: string;
  /** Nanoseconds since the epoch. */
  readonly bootTime: bigint;
  readonly flags: bigint;
}

export interface NetworkInterface {
  readonly family: 'ipv4' | 'ipv6';
  readonly name: string;
  /** 4 or 16 bytes in network order, as are netmask and broadcast (empty where the file has none). */
  readonly address: Uint8Array;
  readonly netmask: Uint8Array;
  readonly broadcast: Uint8Array;
  /** Bits per second. */
  readonly linkSpeed: number;
}

export interface UserEntry {
  readonly uid: number;
  readonly gid: number;
  readonly name: string;
  readonly homeDirectory: string;
  readonly shell: string;
}

export interface GroupEntry {
  readonly gid: number;
  readonly name: string;
}

/** A thread as the capture's process list describes it. What an older file lacks is undefined. */
export interface ProcessEntry {
  readonly tid: number;
  readonly pid: number;
  readonly parentTid: number;
  readonly sessionId: number;
  /** Process group id as seen in the thread's own pid namespace; -1 where absent. */
  readonly vpgid: number;
  readonly pgid?: number;
  readonly comm: string;
  readonly exe: string;
  readonly exepath: string;
  readonly args: readonly string[];
  readonly environment: readonly string[];
  readonly cwd: string;
  readonly root: string;
  readonly descriptorLimit: number;
  readonly flags: number;
  readonly uid: number;
  readonly gid: number;
  readonly memory: {
    /** KiB. */
    readonly virtualSize: number;
    readonly residentSize: number;
    readonly swapSize: number;
    readonly majorFaults: number;
    readonly minorFaults: number;
  };
  readonly vtid: number;
  readonly vpid: number;
  /** `subsystem=path` each. */
  readonly cgroups: readonly string[];
  /** Nanoseconds since the epoch at which the thread's pid namespace started. */
  readonly pidNamespaceStart: bigint;
  readonly tty: number;
  readonly loginUid: number;
  readonly isExeWritable: boolean;
  readonly isExeUpperLayer: boolean;
  readonly isExeLowerLayer: boolean;
  readonly isExeFromMemfd: boolean;
  readonly exeInode: bigint;
  /** Nanoseconds since the epoch. */
  readonly exeInodeCtime: bigint;
  readonly exeInodeMtime: bigint;
  readonly capabilities: {
    readonly inheritable: bigint;
    readonly permitted: bigint;
    readonly effective: bigint;
  };
  /** Nanoseconds since the epoch at which the thread was cloned; 0n where unknown. */
  readonly cloneTime: bigint;
}

/** An open descriptor as the capture lists it: `type` is scap's number (SCAP_FD_*). */
export interface DescriptorEntry {
  readonly fd: number;
  readonly inode: bigint;
  readonly type: number;
  readonly body: DescriptorBody;
}

export type DescriptorBody =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'ipv4' | 'ipv6';
      /** Network order. For server sockets the local end alone is set. */
      readonly sourceAddress: Uint8Array;
      readonly sourcePort: number;
      readonly destinationAddress: Uint8Array;
      readonly destinationPort: number;
      /** scap's L4 protocol number (SCAP_L4_*). */
      readonly protocol: number;
    }
  | {
      readonly kind: 'ipv4server' | 'ipv6server';
      readonly localAddress: Uint8Array;
      readonly localPort: number;
      readonly protocol: number;
    }
  | { readonly kind: 'unix'; readonly source: bigint; readonly destination: bigint; readonly name: string }
  | {
      readonly kind: 'file';
      readonly openFlags: number;
      readonly name: string;
      readonly mountId: number;
      readonly device: number;
    }
  /** Everything else is a name (pipes, event descriptors, directories ...). */
  | { readonly kind: 'named'; readonly name: string };
