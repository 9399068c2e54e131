import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type GuardedTree, makeGuardedTree, writeTree } from './guarded-tree.ts';

/** What attempt.c printed. */
export interface Attempts {
  readonly tried: number;
  readonly killed: number;
  readonly denied: number;
  readonly passed: number;
  /** For another reason than a guard's. */
  readonly failed: number;
  /** Microseconds that the longest open took. */
  readonly longest: number;
}

/** What the container's files lie on. */
export interface ContainerKind {
  /** A plain folder, no overlay. */
  readonly isPlain?: boolean;
  /** An overlay whose layers lie on different file systems. */
  readonly isSplit?: boolean;
  /** The root that its first process gives itself before anything else: attempt.c's `first`. */
  readonly first?: 'chroot' | 'pivot' | 'user';
  /** An overlay in which folders of the image can be moved. */
  readonly movesFolders?: boolean;
}

/** A folder from which containers are run without a runtime: namespaces, an overlay, a cgroup. */
export interface ContainerBench {
  readonly tree: GuardedTree;
  /** The folder of the image's files. */
  readonly lower: string;
  /** The same files, which containers without an overlay share. */
  readonly plain: string;
  /** On this machine: /marks of every container. */
  readonly marks: string;
  /**
   * Runs attempt.c with these arguments as the first program of a container of its own, in the cgroup.
   * @param cgroup its folder.
   */
  attempt(cgroup: string, words: readonly string[], options?: ContainerKind): Attempts;
  /** The shell command that does it, for what is to go on meanwhile. */
  command(cgroup: string, words: readonly string[], options?: ContainerKind): readonly string[];
  /** The marks that forbidden programs made so far. */
  marksMade(): readonly string[];
  /** The same, and removes them. */
  takeMarks(): readonly string[];
  /** Waits until the first program of a container runs in the cgroup, and has done what comes first. */
  untilInhabited(cgroup: string, options?: ContainerKind): Promise<void>;
}

export function createContainerBench(folder: string): ContainerBench {
  const tree = makeGuardedTree(folder);
  const lower = join(folder, 'lower');
  const marks = join(folder, 'marks');
  const plain = join(folder, 'plain');
  for (const root of [lower, plain]) writeTree(root, tree);
  mkdirSync(marks);
  let containers = 0;

  function command(cgroup: string, words: readonly string[], options: ContainerKind = {}) {
    containers += 1;
    const [upper, work, root] = ['upper', 'work', 'root'].map((name) =>
      join(folder, String(containers), name),
    );
    for (const place of [upper, work, root]) mkdirSync(place, { recursive: true });
    const given = options.first === undefined ? words : ['first', options.first, ...words];
    const moving = options.movesFolders === true ? ',redirect_dir=on' : '';
    const overlay = `lowerdir=${lower},upperdir=${upper},workdir=${work}${moving}`;
    const script = [
      ...(options.isSplit === true
        ? [`mount -t tmpfs tmpfs ${join(root, '..')}`, `mkdir ${upper} ${work} ${root}`]
        : []),
      options.isPlain === true
        ? `mount --bind ${plain} ${root}`
        : `mount -t overlay overlay -o ${overlay} ${root}`,
      `mount -t proc proc ${root}/proc`,
      `mount --bind ${marks} ${root}/marks`,
      `exec ${join(folder, 'attempt')} enter ${cgroup} ${root} /bin/attempt ${given.join(' ')}`,
    ].join(' && ');
    return ['unshare', '--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', script];
  }

  return {
    tree,
    lower,
    plain,
    marks,
    command,
    attempt(cgroup, words, options) {
      const [program, ...rest] = command(cgroup, words, options);
      const { stdout, stderr } = spawnSync(program, rest, { encoding: 'utf8', timeout: 100_000 });
      return parseAttempts(stdout, stderr);
    },
    marksMade: () => readdirSync(marks).sort(),
    takeMarks() {
      const made = readdirSync(marks).sort();
      for (const mark of made) rmSync(join(marks, mark));
      return made;
    },
    async untilInhabited(cgroup, options) {
      const end = performance.now() + 20_000;
      while (!isInhabited(cgroup, options?.first === undefined ? 'attempt' : 'prepared')) {
        if (performance.now() > end) throw new Error(`nothing runs in ${cgroup}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
  };
}

function isInhabited(cgroup: string, name: string): boolean {
  const pids = readFileSync(join(cgroup, 'cgroup.procs'), 'latin1').split('\n');
  return pids.some(
    (pid) =>
      pid !== '' &&
      readFileSync(`/proc/${pid}/cmdline`, 'latin1').startsWith('/bin/attempt') &&
      readFileSync(`/proc/${pid}/comm`, 'latin1') === `${name}\n`,
  );
}

/** Reads what attempt.c printed. */
export function parseAttempts(output: string, complaint: string): Attempts {
  const match = /tried (\d+) killed (\d+) denied (\d+) passed (\d+) failed (\d+) longest (\d+)/.exec(output);
  if (match === null) throw new Error(`attempt said nothing: ${output}${complaint}`);
  const [tried, killed, denied, passed, failed, longest] = match.slice(1).map(Number);
  return { tried, killed, denied, passed, failed, longest };
}

/** A cgroup for a test, below one that is the test's own. Removing it ends what is still in it. */
export function createCgroup(root: string, name: string): { readonly folder: string; remove(): void } {
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true });
  return {
    folder,
    remove() {
      writeFileSync(join(folder, 'cgroup.kill'), '1');
      const end = performance.now() + 5000;
      for (;;) {
        try {
          return rmdirSync(folder);
        } catch (error) {
          // What was killed takes a moment to go.
          if ((error as NodeJS.ErrnoException).code !== 'EBUSY' || performance.now() > end) throw error;
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
        }
      }
    },
  };
}

const DEPTH = 20;
const LONG_NAME = 'x'.repeat(250);

/**
 * Moves a process into a cgroup so far below a folder that its path is longer than paths can be, in hierarchies of version 1
 * as well. @returns how to remove it.
 */
export function hideInDepth(folder: string, pid: number): () => void {
  const folders = [folder, ...hierarchiesOfVersion1()];
  for (const each of folders) inDepth(each, () => writeFileSync('cgroup.procs', String(pid)));
  return () => {
    for (const each of folders) inDepth(each, removeUpwards);
  };
}

function inDepth(folder: string, work: () => void): void {
  const before = process.cwd();
  process.chdir(folder);
  for (let level = 0; level < DEPTH; level += 1) {
    mkdirSync(LONG_NAME, { recursive: true });
    process.chdir(LONG_NAME);
  }
  work();
  process.chdir(before);
}

function removeUpwards(): void {
  for (let level = 0; level < DEPTH; level += 1) {
    process.chdir('..');
    rmdirSync(LONG_NAME);
  }
}

/** But those that take no process before something is set. */
function hierarchiesOfVersion1(): readonly string[] {
  return readFileSync('/proc/self/mountinfo', 'latin1')
    .split('\n')
    .filter((line) => / - cgroup /.test(line) && !line.includes('cpuset'))
    .map((line) => line.split(' ')[4]);
}
