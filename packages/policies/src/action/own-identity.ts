import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OwnIdentity } from './guards.ts';

export interface OwnIdentityOptions {
  /** This process where left out. */
  readonly pid?: number;
  /** As the inspector found it out; undefined outside of containers. */
  readonly containerId: string | undefined;
  /** Where the cgroup file systems are: `/sys/fs/cgroup` where left out. */
  readonly cgroupRoot?: string;
}

/** Finds out what Seawall must never touch to stay alive: its own process, those above it, and its cgroups. */
export function findOwnIdentity({
  pid = process.pid,
  containerId,
  cgroupRoot = '/sys/fs/cgroup',
}: OwnIdentityOptions): OwnIdentity {
  return { pid, ancestors: ancestorsOf(pid), containerId, cgroups: cgroupsOf(pid, cgroupRoot) };
}

function ancestorsOf(pid: number): readonly number[] {
  const ancestors: number[] = [];
  for (let parent = parentOf(pid); parent > 1; parent = parentOf(parent)) ancestors.push(parent);
  return ancestors;
}

function parentOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

/** A process in the root of a hierarchy has no cgroup of its own there: whatever is below is not its own. */
function cgroupsOf(pid: number, root: string): readonly string[] {
  const mounted = new Set(readdirSync(root));
  return readFileSync(`/proc/${pid}/cgroup`, 'utf8')
    .split('\n')
    .filter(Boolean)
    .flatMap((line) => {
      const [, controllers, ...rest] = line.split(':') as [string, string, ...string[]];
      const path = rest.join(':');
      if (path === '/') return [];
      if (controllers === '') return [join(root, mounted.has('unified') ? 'unified' : '', path)];
      const [folder] = controllers.replace(/^name=/, '').split(',') as [string];
      return [join(root, mounted.has(controllers) ? controllers : folder, path)];
    });
}
