import { accessSync, constants, existsSync, readFileSync } from 'node:fs';

/**
 * Whether this machine can be watched live. "Not supported" is this one value everywhere: the command falls back and
 * says the reason, tests skip and say it.
 */
export type Support =
  | { readonly isSupported: true; readonly tracepoints: string }
  | { readonly isSupported: false; readonly reason: string };

/** What `findSupport` looks at, so that tests can describe another machine. */
export interface MachineFacts {
  readonly platform: string;
  readonly architecture: string;
  /** Of the process: an effective set as in /proc/self/status. */
  readonly capabilities: bigint;
  readonly hasTypes: boolean;
  /** The folder of the kernel's tracepoints of system calls; undefined where there is none. */
  readonly tracepoints: string | undefined;
}

const CAP_SYS_ADMIN = 1n << 21n;
const CAP_PERFMON = 1n << 38n;
const CAP_BPF = 1n << 39n;

const TYPES = '/sys/kernel/btf/vmlinux';
const TRACEPOINT_FOLDERS = [
  '/sys/kernel/tracing/events/syscalls',
  '/sys/kernel/debug/tracing/events/syscalls',
];

/** Looks at this machine. */
export function probeSupport(): Support {
  return findSupport({
    platform: process.platform,
    architecture: process.arch,
    capabilities: ownCapabilities(),
    hasTypes: existsSync(TYPES),
    tracepoints: TRACEPOINT_FOLDERS.find(isReadable),
  });
}

/** Decides by the facts alone. */
export function findSupport(facts: MachineFacts): Support {
  const reason = findObstacle(facts);
  return reason === undefined
    ? { isSupported: true, tracepoints: facts.tracepoints as string }
    : { isSupported: false, reason };
}

function findObstacle(facts: MachineFacts): string | undefined {
  const { capabilities } = facts;
  if (facts.platform !== 'linux') return `it runs ${facts.platform}, and the probe is for Linux`;
  if (facts.architecture !== 'x64' && facts.architecture !== 'arm64') {
    return `the probe is for x86-64 and arm64, not ${facts.architecture}`;
  }
  const isAllowed =
    (capabilities & CAP_SYS_ADMIN) !== 0n ||
    ((capabilities & CAP_BPF) !== 0n && (capabilities & CAP_PERFMON) !== 0n);
  if (!isAllowed) return 'it takes root, or the capabilities CAP_BPF and CAP_PERFMON';
  if (!facts.hasTypes) {
    return `the kernel does not describe its types (no ${TYPES}): it was built without CONFIG_DEBUG_INFO_BTF`;
  }
  if (facts.tracepoints === undefined) {
    return 'the tracepoints of system calls are not visible: "mount -t tracefs tracefs /sys/kernel/tracing" may help, unless the kernel was built without CONFIG_FTRACE_SYSCALLS';
  }
  return undefined;
}

function ownCapabilities(): bigint {
  if (process.platform !== 'linux') return 0n;
  const line = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'latin1'));
  return line === null ? 0n : BigInt(`0x${line[1]}`);
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    // Whatever the cause, it can't be used; what to do about it is said when none can.
    return false;
  }
}
