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

/** A cgroup with processes of a container, and one of them: what its root is, is the container's. */
export interface Inhabited {
  /** The cgroup's id. */
  readonly cgroup: bigint;
  readonly pid: number;
}

/**
 * The cgroups at and below a folder in which a container runs: of each, the process with the lowest id that is not in
 * the namespaces of the machine (unless these count).
 */
export function findInhabited(folder: string, outside: Namespaces | undefined): readonly Inhabited[] {
  try {
    return findInhabitedBelow(folder, outside);
  } catch (error) {
    // A cgroup that is removed meanwhile has no container.
    if (['ENOENT', 'ENODEV'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

function findInhabitedBelow(folder: string, outside: Namespaces | undefined): readonly Inhabited[] {
  const found: Inhabited[] = [];
  const pid = readNumbers(join(folder, 'cgroup.procs')).find(
    (candidate) => outside === undefined || !isOutside(candidate, outside),
  );
  if (pid !== undefined) found.push({ cgroup: statSync(folder, { bigint: true }).ino, pid });
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) found.push(...findInhabited(join(folder, entry.name), outside));
  }
  return found;
}

function readNumbers(path: string): number[] {
  const text = readFileSync(path, 'latin1');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map(Number)
    .sort((one, other) => one - other);
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
