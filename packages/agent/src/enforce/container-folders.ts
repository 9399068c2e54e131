import { readdirSync, readFileSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';

const WHOLE_ID = /[0-9a-f]{64}/;

/**
 * The cgroups of containers below the root of cgroup v2, by the containers' whole ids: paths as guards take them. Runtimes
 * name them by the id, with words of their own around it; what is below a container's cgroup is not looked at.
 * @param isKnown whether a name is a container's id: clients of containerd choose ids of any form.
 */
export function findContainerFolders(
  root: string,
  isKnown: (name: string) => boolean,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const search = (path: string): void => {
    for (const entry of foldersIn(join(root, path))) {
      // What watches over a container of CRI-O or Podman lives beside it, in a cgroup named nearly the same.
      if (entry.includes('conmon')) continue;
      const id = isKnown(entry) ? entry : WHOLE_ID.exec(entry)?.[0];
      const below = join(path, entry);
      if (id === undefined) search(below);
      else if (!found.has(id)) found.set(id, below);
    }
  };
  search('/');
  return found;
}

/** The container runtime's side: what has these is not in a container yet. */
export interface Outside {
  readonly mount: number;
  readonly pid: number;
  readonly root: Pick<Stats, 'dev' | 'ino'>;
}

/** @param pid of a process in the namespaces that the container runtime lives in. */
export function outsideOf(pid: number): Outside {
  return {
    mount: statSync(`/proc/${pid}/ns/mnt`).ino,
    pid: statSync(`/proc/${pid}/ns/pid`).ino,
    root: statSync(`/proc/${pid}/root/.`),
  };
}

/**
 * Who is in a container's cgroup: nobody, or the runtime alone (`empty`); a process on its way in, which does not see the
 * container's files yet, and nobody else (`entering`); the container's own (`running`).
 * @param folder absolute.
 */
export function inhabitantsOf(folder: string, outside: Outside): 'empty' | 'entering' | 'running' {
  let answer: 'empty' | 'entering' = 'empty';
  for (const pid of processesIn(folder)) {
    try {
      const mount = statSync(`/proc/${pid}/ns/mnt`).ino;
      const processes = statSync(`/proc/${pid}/ns/pid`).ino;
      if (mount === outside.mount && processes === outside.pid) continue;
      const { dev, ino } = statSync(`/proc/${pid}/root/.`);
      if (dev !== outside.root.dev || ino !== outside.root.ino) return 'running';
      answer = 'entering';
    } catch {
      // It has ended since it was listed: it says nothing about the others.
    }
  }
  return answer;
}

function processesIn(folder: string): readonly string[] {
  const own = readOr(join(folder, 'cgroup.procs')).split('\n').filter(Boolean);
  return own.length > 0 ? own : foldersIn(folder).flatMap((entry) => processesIn(join(folder, entry)));
}

function foldersIn(folder: string): readonly string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch {
    // Cgroups go while they are looked at.
    return [];
  }
}

function readOr(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    // Cgroups go while they are looked at.
    return '';
  }
}
