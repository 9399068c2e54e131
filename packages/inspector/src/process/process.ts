import type { ContainerInfo } from '../container/container.ts';
import type { DescriptorTable } from '../descriptor/table.ts';

/**
 * One thread, as the tables know it (the field calls the table's entry "process": the leader's entry is the process).
 * Owned by `process/table.ts` and `apply/`: nobody else writes to it. Every change of what a rule can see of the
 * thread, other than descriptors and counters, must go through `markChanged`, which moves the generation on.
 */
export interface Process {
  tid: number;
  pid: number;
  /** The tid of the parent; 0 or negative where there is none. */
  parentTid: number;
  /** Grows with every change of the thread's own attributes (exec, set*id, chdir, cgroup ...), never for counters. */
  generation: number;
  /** The reaper (child subreaper or namespace init) to which children go when this thread dies, -1 unknown. */
  reaperTid: number;
  sessionId: number;
  pgid: number;
  vtid: number;
  vpid: number;
  vpgid: number;
  comm: string;
  exe: string;
  exepath: string;
  args: readonly string[];
  environment: readonly string[];
  cwd: string;
  root: string;
  /** PPM_CL_* flags as Falco's tables define them. */
  flags: number;
  uid: number;
  gid: number;
  loginUid: number;
  tty: number;
  sessionLeaderName: string;
  descriptorLimit: number;
  isExeWritable: boolean;
  isExeUpperLayer: boolean;
  isExeLowerLayer: boolean;
  isExeFromMemfd: boolean;
  exeInode: bigint;
  exeInodeCtime: bigint;
  exeInodeMtime: bigint;
  exeInodeCtimeDurationCloneTime: bigint;
  exeInodeCtimeDurationPidNamespaceStart: bigint;
  capInheritable: bigint;
  capPermitted: bigint;
  capEffective: bigint;
  /** KiB. */
  virtualSize: number;
  residentSize: number;
  swapSize: number;
  majorFaults: number;
  minorFaults: number;
  /** `subsystem=path` each. */
  cgroups: readonly string[];
  /** Id from the cgroup path or a container event; '' for the host. */
  containerId: string;
  container: ContainerInfo | undefined;
  /** Nanoseconds since the epoch; 0n unknown. */
  cloneTime: bigint;
  pidNamespaceStart: bigint;
  lastExecTime: bigint;
  isInvalid: boolean;
  isDead: boolean;
  /** Shared between the threads of a group and between CLONE_FILES children. */
  descriptors: DescriptorTable;
}
