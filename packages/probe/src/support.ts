import { accessSync, closeSync, constants, existsSync, openSync, readFileSync, readSync } from 'node:fs';

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
  readonly helpers: ReadonlySet<Helper>;
  /** The folder of the kernel's tracepoints of system calls; undefined where there is none. */
  readonly tracepoints: string | undefined;
}

/**
 * What the kernel does for programs in it, as far as that differs: handing records over (Linux 5.8), repeating a step, and finding
 * what is mapped at an address (5.17). Distributions brought some of them to older versions, so that versions say little.
 */
const HELPERS = ['ringbuf_output', 'loop', 'find_vma'] as const;
export type Helper = (typeof HELPERS)[number];

const CAP_SYS_ADMIN = 1n << 21n;
const CAP_PERFMON = 1n << 38n;
const CAP_BPF = 1n << 39n;

const TYPES = '/sys/kernel/btf/vmlinux';
const CHUNK = 64 * 1024;
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
    helpers: kernelHelpers(),
    tracepoints: TRACEPOINT_FOLDERS.find(isReadable),
  });
}

let knownHelpers: ReadonlySet<Helper> | undefined;

/** Which helpers this machine's kernel has, by what its types call them; none where it does not describe its types. */
export function kernelHelpers(): ReadonlySet<Helper> {
  if (!existsSync(TYPES)) return new Set();
  knownHelpers ??= new Set(HELPERS.filter((helper) => holdsText(TYPES, `BPF_FUNC_${helper}\0`)));
  return knownHelpers;
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
  if (!facts.helpers.has('ringbuf_output')) {
    return 'the kernel is too old: it takes Linux 5.8 or later (its helper bpf_ringbuf_output)';
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

/** Whether the file holds the text, read piece by piece: it has megabytes, and nobody else wants them. */
export function holdsText(path: string, text: string): boolean {
  const overlap = text.length - 1;
  const buffer = Buffer.alloc(overlap + CHUNK);
  const file = openSync(path, 'r');
  try {
    for (;;) {
      const count = readSync(file, buffer, overlap, CHUNK, null);
      if (count === 0) return false;
      if (buffer.subarray(0, overlap + count).includes(text, 0, 'latin1')) return true;
      buffer.copyWithin(0, count, overlap + count);
    }
  } finally {
    closeSync(file);
  }
}
