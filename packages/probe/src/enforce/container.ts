import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The namespaces that the container runtime lives in: inodes of /proc/PID/ns. */
export interface Namespaces {
  readonly mount: number;
  readonly pid: number;
}

export function namespacesOf(pid: number | 'self'): Namespaces {
  return {
    mount: statSync(`/proc/${pid}/ns/mnt`).ino,
    pid: statSync(`/proc/${pid}/ns/pid`).ino,
  };
}

/** A cgroup with processes of a container, and the oldest of them: its mounts are the container's. */
export interface Inhabited {
  /** The cgroup's id. */
  readonly cgroup: bigint;
  readonly pid: number;
  /** The cgroup that the process itself is in: that one, or one below. */
  readonly own: bigint;
}

interface Member {
  readonly pid: number;
  /** Of its cgroup. */
  readonly folder: string;
}

/**
 * The cgroups at and below a folder in which a container runs: of each, the process that began first among those that are
 * not in the namespaces of the machine (unless these count). A container can not choose which one that is.
 */
export function findInhabited(folder: string, outside: Namespaces | undefined): readonly Inhabited[] {
  return unlessGone(() => {
    const found = [...inhabitedBy(processesIn(folder), folder, outside)];
    for (const below of foldersIn(folder)) found.push(...findInhabited(below, outside));
    return found;
  });
}

/** The same of a cgroup that is one container's, with all that it made below: one at most. */
export function findContainer(folder: string, outside: Namespaces | undefined): readonly Inhabited[] {
  return unlessGone(() => inhabitedBy(processesBelow(folder), folder, outside));
}

function unlessGone(find: () => readonly Inhabited[]): readonly Inhabited[] {
  try {
    return find();
  } catch (error) {
    // A cgroup that is removed meanwhile has no container.
    if (['ENOENT', 'ENODEV'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

function inhabitedBy(
  members: readonly Member[],
  folder: string,
  outside: Namespaces | undefined,
): readonly Inhabited[] {
  const own = members.filter(({ pid }) => outside === undefined || !isOutside(pid, outside));
  const begun = own.map((member) => ({ member, at: startOf(member.pid) }));
  // Where two began in the same tick, the one with the lower id is the parent, unless ids began anew just then.
  const [oldest] = begun.sort((one, other) => one.at - other.at || one.member.pid - other.member.pid);
  if (oldest === undefined) return [];
  const { pid, folder: ownFolder } = oldest.member;
  return [{ cgroup: inodeOf(folder), pid, own: inodeOf(ownFolder) }];
}

function inodeOf(folder: string): bigint {
  return statSync(folder, { bigint: true }).ino;
}

/** Clock ticks from the machine's start to the process's; one that has ended is never the oldest. */
function startOf(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[19]);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

function processesIn(folder: string): readonly Member[] {
  const text = readFileSync(join(folder, 'cgroup.procs'), 'latin1');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ({ pid: Number(line), folder }));
}

function processesBelow(folder: string): readonly Member[] {
  return [...processesIn(folder), ...foldersIn(folder).flatMap(processesBelow)];
}

function foldersIn(folder: string): readonly string[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
}

function isOutside(pid: number, outside: Namespaces): boolean {
  try {
    const { mount, pid: processes } = namespacesOf(pid);
    return mount === outside.mount && processes === outside.pid;
  } catch {
    // It has ended since it was listed: it says nothing about the container.
    return true;
  }
}

const ELF = 0x464c_457f;
const PROGRAM_HEADER_INTERPRETER = 3;

/**
 * The path of the loader that an ELF program asks for (`PT_INTERP`); undefined for what is static, or no ELF program.
 * Source: the System V ABI, chapters 4 and 5.
 */
export function loaderOf(path: string): string | undefined {
  const file = openSync(path, 'r');
  try {
    const head = Buffer.alloc(64);
    if (readSync(file, head, 0, 64, 0) < 52 || head.readUInt32LE(0) !== ELF) return undefined;
    const isWide = head[4] === 2;
    const start = isWide ? Number(head.readBigUInt64LE(32)) : head.readUInt32LE(28);
    const entrySize = head.readUInt16LE(isWide ? 54 : 42);
    const table = Buffer.alloc(entrySize * head.readUInt16LE(isWide ? 56 : 44));
    const read = readSync(file, table, 0, table.length, start);
    for (let at = 0; at + entrySize <= read; at += entrySize) {
      if (table.readUInt32LE(at) !== PROGRAM_HEADER_INTERPRETER) continue;
      const offset = isWide ? Number(table.readBigUInt64LE(at + 8)) : table.readUInt32LE(at + 4);
      const text = Buffer.alloc(256);
      const length = readSync(file, text, 0, text.length, offset);
      const end = text.subarray(0, length).indexOf(0);
      return end > 0 ? text.toString('utf8', 0, end) : undefined;
    }
    return undefined;
  } finally {
    closeSync(file);
  }
}
