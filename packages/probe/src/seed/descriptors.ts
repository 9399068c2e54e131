import { type Stats, statSync } from 'node:fs';
import {
  type DescriptorEntry,
  FD_DIRECTORY,
  FD_FIFO,
  FD_FILE_V2,
  FD_MEMFD,
  FD_UNSUPPORTED,
  typeOfAnonymousInode,
} from '@seawall/events';
import { linkIfThere, numbersIn, readIfThere } from './proc-files.ts';
import type { SocketFacts } from './sockets.ts';

const ANONYMOUS = 'anon_inode:';

/**
 * The open descriptors of a process.
 * @param folder its folder in /proc.
 * @param sockets the sockets of its network namespace, by inode.
 */
export function readDescriptors(
  folder: string,
  sockets: () => ReadonlyMap<number, SocketFacts>,
): readonly DescriptorEntry[] {
  const entries: DescriptorEntry[] = [];
  for (const fd of numbersIn(`${folder}/fd`)) {
    const entry = readDescriptor(folder, fd, sockets);
    if (entry !== undefined) entries.push(entry);
  }
  return entries;
}

function readDescriptor(
  folder: string,
  fd: number,
  sockets: () => ReadonlyMap<number, SocketFacts>,
): DescriptorEntry | undefined {
  const link = linkIfThere(`${folder}/fd/${fd}`);
  if (link === '') return undefined;
  const special = /^(socket|pipe):\[(\d+)\]$/.exec(link);
  if (special !== null) {
    const inode = Number(special[2]);
    if (special[1] === 'pipe') return named(fd, FD_FIFO, link, inode);
    const facts = sockets().get(inode);
    if (facts !== undefined) return { fd, inode: BigInt(inode), ...facts };
    return named(fd, FD_UNSUPPORTED, link, inode);
  }
  const stats = statIfThere(`${folder}/fd/${fd}`);
  if (stats === undefined) return undefined;
  if (link.startsWith(ANONYMOUS)) {
    return named(fd, typeOfAnonymousInode(link.slice(ANONYMOUS.length)), link, stats.ino);
  }
  if (stats.isFIFO()) return named(fd, FD_FIFO, link, stats.ino);
  if (stats.isDirectory()) return named(fd, FD_DIRECTORY, link, stats.ino);
  if (link.startsWith('/memfd:')) return named(fd, FD_MEMFD, link, stats.ino);
  const { flags, mountId } = parseDescriptorInfo(readIfThere(`${folder}/fdinfo/${fd}`) ?? '');
  return {
    fd,
    inode: BigInt(stats.ino),
    type: FD_FILE_V2,
    body: { kind: 'file', openFlags: openFlags(flags), name: link, mountId, device: stats.dev },
  };
}

function named(fd: number, type: number, name: string, inode: number): DescriptorEntry {
  return { fd, inode: BigInt(inode), type, body: { kind: 'named', name } };
}

function statIfThere(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    // It was closed since its folder was listed.
    return undefined;
  }
}

/** /proc/PID/fdinfo/N: flags are in octal. */
export function parseDescriptorInfo(text: string): { readonly flags: number; readonly mountId: number } {
  const [, flags = '0'] = /^flags:\s*([0-7]+)$/m.exec(text) ?? [];
  const [, mountId = '0'] = /^mnt_id:\s*(\d+)$/m.exec(text) ?? [];
  return { flags: Number.parseInt(flags, 8), mountId: Number(mountId) };
}

/** The kernel's flags and scap's (PPM_O_*), where they are the same on x86-64 and arm64. */
const FLAGS: readonly (readonly [number, number])[] = [
  [0o100, 1 << 2],
  [0o2000, 1 << 3],
  [0o10000, 1 << 4],
  [0o200, 1 << 5],
  [0o4000, 1 << 6],
  [0o4010000, 1 << 7],
  [0o1000, 1 << 8],
  [0o2000000, 1 << 12],
];

/** Flags of an open file in scap's numbering. */
export function openFlags(flags: number): number {
  const access = flags & 3;
  let result = access === 1 ? 2 : access === 2 ? 3 : 1;
  for (const [from, to] of FLAGS) if ((flags & from) === from) result |= to;
  return result;
}
