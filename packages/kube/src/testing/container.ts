import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A container that a test runs. */
export interface RunningContainer {
  /** The whole id. */
  readonly id: string;
  /** Of its first process. */
  readonly pid: number;
  /** Path of its cgroup below the hierarchies' roots: `/default/id`. */
  readonly cgroup: string;
}

/** What a container is told, whatever runs it. */
export interface ContainerOrder {
  /** Program and arguments; sleeping for long unless told. */
  readonly command?: readonly string[];
  /** `NAME=value` each. */
  readonly environment?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly isPrivileged?: boolean;
  readonly mounts?: readonly BindMount[];
}

export interface BindMount {
  readonly source: string;
  readonly destination: string;
  readonly isReadOnly?: boolean;
}

export const SLEEPING: readonly string[] = ['/bin/sleep', '1000000'];

/** An order as options of `docker run`, which Podman takes as well. */
export function optionsOf({
  environment = [],
  labels = {},
  mounts = [],
  isPrivileged,
  user,
}: ContainerOrder & { readonly user?: string }): readonly string[] {
  return [
    ...environment.map((entry) => `--env=${entry}`),
    ...Object.entries(labels).map(([key, value]) => `--label=${key}=${value}`),
    ...mounts.map(
      ({ source, destination, isReadOnly }) => `--volume=${source}:${destination}${isReadOnly ? ':ro' : ''}`,
    ),
    ...(isPrivileged ? ['--privileged'] : []),
    ...(user === undefined ? [] : [`--user=${user}`]),
  ];
}

/** Where cgroups v2 are mounted: beside those of v1, or alone. */
const UNIFIED = ['/sys/fs/cgroup/unified', '/sys/fs/cgroup'];

/** The cgroup that a process is in: of a v1 hierarchy where there is one, as containers are in those. */
export function cgroupOf(pid: number): string {
  const lines = readFileSync(`/proc/${pid}/cgroup`, 'utf8').trimEnd().split('\n');
  const paths = lines.map((line) => line.split(':').slice(2).join(':'));
  return paths.find((path) => path !== '/') ?? '/';
}

/** The folder of a cgroup in the v2 hierarchy: `cgroup.kill` lies there, and its inode is the kernel's id of it. */
export function unifiedFolderOf(cgroup: string): string {
  const mounts = readFileSync('/proc/self/mounts', 'utf8');
  const root = UNIFIED.find((place) => mounts.includes(` ${place} cgroup2 `));
  if (root === undefined) throw new Error('cgroup v2 is not mounted');
  return join(root, cgroup);
}
