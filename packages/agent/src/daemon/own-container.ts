import { readFileSync } from 'node:fs';
import { matchCgroup } from '@seawall/inspector';

/** The id of the container that this process runs in, as its cgroups tell; undefined outside of containers. */
export function ownContainerId(cgroups = readFileSync('/proc/self/cgroup', 'latin1')): string | undefined {
  for (const line of cgroups.split('\n')) {
    const id = matchCgroup(line.slice(line.indexOf(':', line.indexOf(':') + 1) + 1))?.id;
    if (id !== undefined && id !== '') return id;
  }
  return undefined;
}
