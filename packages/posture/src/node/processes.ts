import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type ProcessPlace, placeOf } from './place.ts';
import { describeFailure, type FileTree, found, openTree, type Reading, unreadable } from './tree.ts';

/** A process as it was when the node was looked at. */
export interface ProcessSnapshot {
  readonly pid: number;
  /** The whole command line, the program first. */
  readonly command: readonly string[];
  readonly environment: Reading<Readonly<Record<string, string>>>;
  readonly uid: number;
  readonly gid: number;
  /** What the process sees as `/`; its own when it runs in a container. */
  readonly tree: FileTree;
  /** True when its root differs from the node's. */
  readonly isContainerised: boolean;
  /** Where it runs, when its root differs from the node's. */
  readonly place?: ProcessPlace;
}

/** The processes of this machine whose program is called one of `programs` (base names). */
export function readProcesses(
  programs: ReadonlySet<string>,
  host: FileTree,
  proc = '/proc',
): ProcessSnapshot[] {
  const snapshots: ProcessSnapshot[] = [];
  const ownMounts = readLink(join(proc, 'self/ns/mnt'));
  for (const entry of readdirSync(proc)) {
    if (!/^\d+$/.test(entry)) continue;
    const folder = join(proc, entry);
    let command: string[];
    try {
      command = readFileSync(join(folder, 'cmdline'), 'latin1').split('\0').slice(0, -1);
      if (!isOneOf(command, programs)) continue;
      const status = readFileSync(join(folder, 'status'), 'latin1');
      const isContainerised = readLink(join(folder, 'ns/mnt')) !== ownMounts;
      snapshots.push({
        pid: Number(entry),
        command: command.map((text) => Buffer.from(text, 'latin1').toString('utf8')),
        environment: readEnvironment(join(folder, 'environ')),
        uid: Number(/^Uid:\s+(\d+)/m.exec(status)?.[1] ?? 0),
        gid: Number(/^Gid:\s+(\d+)/m.exec(status)?.[1] ?? 0),
        tree: isContainerised ? openRoot(join(folder, 'root')) : host,
        isContainerised,
        ...(isContainerised && { place: placeOf(readFileSync(join(folder, 'cgroup'), 'latin1'), host) }),
      });
    } catch (error) {
      // A process that ends while it is read is no longer part of the node.
      if (!['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
  return snapshots;
}

/** True when the command's program, or the one that a multi-call binary such as hyperkube starts, is wanted. */
function isOneOf(command: readonly string[], programs: ReadonlySet<string>): boolean {
  const program = command[0];
  return program !== undefined && programs.has(program.slice(program.lastIndexOf('/') + 1));
}

/** The root of another mount namespace; without the right to enter it, a tree in which nothing can be read. */
function openRoot(path: string): FileTree {
  try {
    return openTree(path);
  } catch (error) {
    const denied = unreadable(`${path}: ${describeFailure((error as Error).cause ?? error)}`);
    return { read: () => denied, status: () => denied, list: () => denied, locate: (inside) => inside };
  }
}

function readEnvironment(path: string): Reading<Readonly<Record<string, string>>> {
  try {
    const variables: Record<string, string> = {};
    for (const line of readFileSync(path, 'utf8').split('\0')) {
      const split = line.indexOf('=');
      if (split > 0) variables[line.slice(0, split)] = line.slice(split + 1);
    }
    return found(variables);
  } catch (error) {
    return unreadable(describeFailure(error));
  }
}

function readLink(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
