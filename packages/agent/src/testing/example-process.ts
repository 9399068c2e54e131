import type { ProcessEntry } from '@seawall/events';

/** A process of its own session and group, of root and of the host unless told. */
export function exampleProcess(
  tid: number,
  comm: string,
  cgroups: readonly string[] = ['cpuset=/'],
): ProcessEntry {
  return {
    tid,
    pid: tid,
    parentTid: 1,
    sessionId: 0,
    vpgid: tid,
    pgid: tid,
    comm,
    exe: comm,
    exepath: '',
    args: [],
    environment: [],
    cwd: '/',
    root: '/',
    descriptorLimit: 1024,
    flags: 0,
    uid: 0,
    gid: 0,
    memory: { virtualSize: 0, residentSize: 0, swapSize: 0, majorFaults: 0, minorFaults: 0 },
    vtid: tid,
    vpid: tid,
    cgroups,
    pidNamespaceStart: 0n,
    tty: 0,
    loginUid: 0xffff_ffff,
    isExeWritable: false,
    isExeUpperLayer: false,
    isExeLowerLayer: false,
    isExeFromMemfd: false,
    exeInode: 0n,
    exeInodeCtime: 0n,
    exeInodeMtime: 0n,
    capabilities: { inheritable: 0n, permitted: 0n, effective: 0n },
    cloneTime: 0n,
  };
}
