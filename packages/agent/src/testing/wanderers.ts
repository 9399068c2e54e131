import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmdirSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Programs that change in every way that rules can see (wander.c), between reading and writing. */
export interface Wanderers {
  /** Under it are the program and the folders that it goes to. */
  readonly folder: string;
  /** Starts one; it ends after so many steps, with 0 unless something went wrong. */
  start(seed: number, steps: number): Promise<number | null>;
  /** Ends those that still run, and removes what was made. */
  remove(): void;
}

/** For a shell: leaves the cgroups that tests run in, should they look like a container's, for the program in $0. */
const OUT_OF_CONTAINERS =
  'for f in /sys/fs/cgroup/cgroup.procs /sys/fs/cgroup/*/cgroup.procs; do echo $$ > $f; done 2> /dev/null; exec "$0" "$@"';

/** @throws where the program can't be compiled. */
export function createWanderers(): Wanderers {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'seawall-wander-'));
  // Some go on as another user.
  chmodSync(folder, 0o755);
  for (const name of ['x', 'y']) mkdirSync(join(folder, name));
  const program = join(folder, 'wander-a');
  const source = join(import.meta.dirname, 'wander.c');
  const { status, stderr } = spawnSync('cc', ['-O1', '-pthread', '-o', program, source], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`wander.c does not compile: ${stderr}`);
  for (const name of ['wander-b', 'wander-c']) copyFileSync(program, join(folder, name));
  const cgroup = createCgroup();
  const running = new Set<ChildProcess>();
  return {
    folder,
    start(seed, steps) {
      const parameters = [String(seed), String(steps), folder, cgroup ?? '-'];
      const child = spawn('sh', ['-c', OUT_OF_CONTAINERS, program, ...parameters], { stdio: 'ignore' });
      running.add(child);
      return new Promise((resolve, reject) => {
        child.on('error', reject);
        child.on('close', (code) => {
          running.delete(child);
          resolve(code);
        });
      });
    },
    remove() {
      for (const child of running) child.kill('SIGKILL');
      rmSync(folder, { recursive: true });
      if (cgroup !== undefined) rmdirSync(cgroup);
    },
  };
}

/** A cgroup that looks like a container's; undefined where none can be made. */
function createCgroup(): string | undefined {
  const roots = ['/sys/fs/cgroup/pids', '/sys/fs/cgroup'];
  const root = roots.find((path) => existsSync(join(path, 'cgroup.procs')));
  if (root === undefined) return undefined;
  const id = process.pid.toString(16).padStart(64, '5ea');
  try {
    const cgroup = join(root, `docker-${id}.scope`);
    mkdirSync(cgroup);
    return cgroup;
  } catch {
    return undefined;
  }
}
