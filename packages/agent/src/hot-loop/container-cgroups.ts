import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ContainerCgroups } from '@seawall/policies';

/** Where the cgroup file systems are mounted; undefined where there is none of that kind. */
export interface CgroupMounts {
  /** Version 2. */
  readonly unified: string | undefined;
  /** Version 1's freezer. */
  readonly freezer: string | undefined;
}

/** Reads /proc/self/mountinfo (proc(5)). */
export function readCgroupMounts(mountInfo = readFileSync('/proc/self/mountinfo', 'utf8')): CgroupMounts {
  let unified: string | undefined;
  let freezer: string | undefined;
  for (const line of mountInfo.split('\n')) {
    const [head, tail] = line.split(' - ');
    if (tail === undefined) continue;
    const path = head.split(' ')[4];
    const [type, , options = ''] = tail.split(' ');
    if (type === 'cgroup2') unified ??= path;
    else if (type === 'cgroup' && options.split(',').includes('freezer')) freezer ??= path;
  }
  return { unified, freezer };
}

/**
 * A container's directories in the cgroup file systems.
 * @param cgroups `subsystem=path` each, of any process in the container.
 * @param containerId as far as it is known: directories are those whose name holds it, so that a process that moved
 *   itself into a cgroup below doesn't hide the rest.
 */
export function containerCgroupsOf(
  cgroups: readonly string[],
  containerId: string,
  mounts: CgroupMounts,
): ContainerCgroups {
  const paths = new Map(cgroups.map((text) => splitOnce(text, '=')));
  const find = (mount: string | undefined, candidates: Iterable<string>): string | undefined => {
    if (mount === undefined || containerId === '') return undefined;
    for (const candidate of candidates) {
      const own = upToContainer(candidate, containerId);
      if (own === undefined) continue;
      const directory = join(mount, own);
      if (existsSync(join(directory, 'cgroup.procs'))) return directory;
    }
    return undefined;
  };
  // Runtimes make the same path in each hierarchy, so that one not named by events is found by another's.
  return {
    unified: find(mounts.unified, paths.values()),
    freezer: find(mounts.freezer, [paths.get('freezer') ?? '', ...paths.values()]),
  };
}

/** The path up to the directory that is named for the container; undefined where none is. */
function upToContainer(path: string, containerId: string): string | undefined {
  const steps = path.split('/');
  const own = steps.findIndex((step) => step.includes(containerId));
  return own === -1 ? undefined : steps.slice(0, own + 1).join('/');
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
