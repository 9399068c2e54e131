import { statSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { isSeawallError, reasonOf } from '@seawall/base';
import type { PolicySet } from '@seawall/policies';
import type { Enforcement, Guard, GuardPolicy, GuardTarget, Violation } from '@seawall/probe';
import type { Workload } from '@seawall/store';
import { findContainerFolders, inhabitantsOf, type Outside } from './container-folders.ts';
import { type WantedGuard, wantedGuard } from './wanted-guard.ts';

/** A container whose guard was broken, and what was wanted of it. */
export interface Guarded {
  /** Goes with what becomes known of it. */
  readonly container: Readonly<Described>;
  readonly wanted: WantedGuard;
  /** Of the policies. */
  readonly generation: number;
}

/** What is known of a container. */
interface Described {
  workload: Workload;
  /** Whether nothing more is on its way. */
  isComplete: boolean;
}

/**
 * Keeps a guard on every container that a policy with `deny` is about: by its id as soon as a runtime tells of it, before
 * its first program runs, and by its cgroup once that is there. What is asked of it is done in the order of asking.
 */
export interface GuardKeeper {
  /**
   * A container is there, or more is known of it.
   * @param isComplete false while more is on its way: then it is guarded where that can't make a difference.
   */
  describe(workload: Workload, isComplete: boolean): Promise<void>;
  /** @param id as runtimes are asked for it: its first twelve characters. */
  forget(id: string): Promise<void>;
  /** Other policies: guards are replaced where they differ, with no moment without. */
  replace(set: PolicySet, generation: number): Promise<void>;
  /** Looks for cgroups that came, and after guards whose cgroup went. @returns ids of containers nobody described. */
  look(): Promise<readonly string[]>;
  /** Settles when everything asked for so far is done. */
  settled(): Promise<void>;
  guarded(violation: Violation): Guarded | undefined;
  status(): GuardCounts;
}

export interface GuardCounts {
  /** Containers that a guard is wanted for, those whose guard is set, and those waited for by their names. */
  readonly wanted: number;
  readonly set: number;
  readonly expected: number;
}

export interface GuardKeeperOptions {
  readonly enforcement: Pick<Enforcement, 'guard' | 'noteContainer'>;
  /** Where cgroup v2 is mounted. */
  readonly cgroupRoot: string;
  readonly outside: Outside;
  /** Why a container is never guarded, in a sentence; undefined where it may be. @param folder of its cgroup, absolute. */
  untouchable(workload: Workload, folder: string | undefined): string | undefined;
  log(level: 'info' | 'warning' | 'error', message: string): void;
}

interface Kept extends Described {
  readonly id: string;
  wanted: WantedGuard | undefined;
  /** By name, while there is no cgroup. */
  expected: readonly Guard[];
  set: SetGuard | undefined;
  /** What went wrong last, to say it once. */
  trouble: string | undefined;
  /** What was said about its guards. */
  readonly notes: Set<string>;
}

interface SetGuard {
  readonly guard: Guard;
  readonly inode: bigint;
  policy: GuardPolicy;
  /** Whether the container ran when it was set: only then links in paths are followed, and files found. */
  sawFiles: boolean;
}

const SHORT_ID_LENGTH = 12;
const NO_POLICIES: PolicySet = {
  policies: [],
  matching: 'all',
  policiesByRule: new Map(),
  ruleNames: new Set(),
};

/** The kernel waits for 64 names, and a container takes two: the last that were told of are the ones that will start. */
const MOST_EXPECTED = 30;
/** Guards that were released and may still be named by violations on their way. */
const MOST_RELEASED = 1024;

export function createGuardKeeper(options: GuardKeeperOptions): GuardKeeper {
  const { enforcement, cgroupRoot, outside, log } = options;
  const containers = new Map<string, Kept>();
  const guarded = new Map<number, Guarded>();
  const released: number[] = [];
  let set = NO_POLICIES;
  let generation = 0;
  let known: ReadonlyMap<string, string> = new Map();
  /** The cgroups that the kernel knows for containers', by the containers' ids. */
  const noted = new Map<string, bigint>();
  let queue: Promise<unknown> = Promise.resolve();

  function inOrder<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = queue.then(work);
    queue = result.catch(() => undefined);
    return result;
  }

  function lookForFolders(): void {
    known = findContainerFolders(cgroupRoot, (name) => containers.has(name));
    for (const [id, path] of known) {
      if (containers.has(id)) noteContainer(id, path);
    }
    for (const id of noted.keys()) if (!known.has(id)) noted.delete(id);
  }

  /** What it makes below its cgroup may be called like a container that has not begun yet. */
  function noteContainer(id: string, path: string): void {
    const inode = inodeOf(join(cgroupRoot, path));
    if (inode === undefined || noted.get(id) === inode) return;
    try {
      enforcement.noteContainer(path);
      noted.set(id, inode);
    } catch (error) {
      if (!isSeawallError(error, 'probe/NO_CGROUP')) throw error;
    }
  }

  async function setGuard(kept: Kept, wanted: WantedGuard, target: GuardTarget, policy: GuardPolicy) {
    const guard = await enforcement.guard(target, policy);
    note(kept, wanted, guard);
    return guard;
  }

  async function replaceGuard(kept: Kept, wanted: WantedGuard, guard: Guard, policy: GuardPolicy) {
    await guard.replace(policy);
    note(kept, wanted, guard);
  }

  function note(kept: Kept, wanted: WantedGuard, guard: Guard): void {
    guarded.set(guard.id, { container: kept, wanted, generation });
    for (const text of guard.notes) {
      if (!kept.notes.has(text)) log('warning', `the guard of ${nameOf(kept)}: ${text}`);
      kept.notes.add(text);
    }
  }

  async function releaseGuard(guard: Guard): Promise<void> {
    await guard.release();
    // What the kernel has told of it and nobody took yet is taken with the next look.
    released.push(guard.id);
    if (released.length > MOST_RELEASED) guarded.delete(released.shift() as number);
  }

  async function stopExpecting(kept: Kept): Promise<void> {
    const guards = kept.expected;
    kept.expected = [];
    for (const guard of guards) await releaseGuard(guard);
  }

  async function expect(kept: Kept, wanted: WantedGuard): Promise<void> {
    const policy = withoutFiles(wanted.guard);
    if (kept.expected.length > 0 || policy === undefined) return;
    const others = [...containers.values()].filter(({ expected }) => expected.length > 0);
    if (others.length >= MOST_EXPECTED) await stopExpecting(others[0]);
    const guards: Guard[] = [];
    kept.expected = guards;
    // As cgroups are named without systemd, and with it.
    for (const expected of [kept.id, `*-${kept.id}.scope`]) {
      guards.push(await setGuard(kept, wanted, { expected }, policy));
    }
  }

  /** Brings one container's guards to where they should be now. */
  function settle(kept: Kept, path: string | undefined): Promise<void> {
    return tried(kept, () => settleOrFail(kept, path));
  }

  async function tried(kept: Kept, work: () => Promise<void>): Promise<void> {
    try {
      await work();
      kept.trouble = undefined;
    } catch (error) {
      // One that ended meanwhile needs no guard; whatever else it is, the next look tries again.
      if (isSeawallError(error, 'probe/NO_CGROUP')) return;
      const reason = reasonOf(error);
      if (kept.trouble !== reason) log('error', `${nameOf(kept)} could not be guarded: ${reason}`);
      kept.trouble = reason;
    }
  }

  async function settleOrFail(kept: Kept, path: string | undefined): Promise<void> {
    const folder = path === undefined ? undefined : join(cgroupRoot, path);
    const inode = folder === undefined ? undefined : inodeOf(folder);
    if (kept.set !== undefined && (kept.wanted === undefined || kept.set.inode !== inode)) {
      const { guard } = kept.set;
      kept.set = undefined;
      await releaseGuard(guard);
    }
    const { wanted } = kept;
    if (wanted === undefined) return stopExpecting(kept);
    if (path === undefined || folder === undefined || inode === undefined) return expect(kept, wanted);
    if (kept.set?.sawFiles && isDeepStrictEqual(kept.set.policy, wanted.guard)) return;
    const refusal = options.untouchable(kept.workload, folder);
    if (refusal !== undefined) return leaveAlone(kept, refusal);
    const inhabitants = inhabitantsOf(folder, outside);
    // What it sees as its root is the machine's still: the guard would take that for the container's.
    if (inhabitants === 'entering') return;
    const sawFiles = inhabitants === 'running';
    const policy = sawFiles ? wanted.guard : withoutFiles(wanted.guard);
    if (policy === undefined) return;
    if (kept.set === undefined) {
      const target = { cgroup: path, isContainer: true };
      const put = async (policy: GuardPolicy, sawFiles: boolean): Promise<void> => {
        kept.set = { guard: await setGuard(kept, wanted, target, policy), inode, policy, sawFiles };
        await stopExpecting(kept);
      };
      try {
        await put(policy, sawFiles);
      } catch (error) {
        const { forbiddenCalls, connections, isReportOnly } = policy;
        // Better than nothing, and what is missing is told.
        if (isSeawallError(error, 'probe/ROOT_UNKNOWN') && (forbiddenCalls ?? connections))
          await put({ forbiddenCalls, connections, isReportOnly }, false);
        throw error;
      }
    } else if (sawFiles || !isDeepStrictEqual(kept.set.policy, policy)) {
      await replaceGuard(kept, wanted, kept.set.guard, policy);
      kept.set.policy = policy;
      kept.set.sawFiles = sawFiles;
    }
  }

  async function leaveAlone(kept: Kept, reason: string): Promise<void> {
    log('info', `${nameOf(kept)} is not guarded: ${reason}`);
    kept.wanted = undefined;
    const guard = kept.set?.guard;
    kept.set = undefined;
    if (guard !== undefined) await releaseGuard(guard);
    await stopExpecting(kept);
  }

  async function want(kept: Kept): Promise<void> {
    kept.wanted = wantedGuard(set, kept.workload, kept.isComplete);
    const refusal = kept.wanted && options.untouchable(kept.workload, undefined);
    if (refusal !== undefined) await leaveAlone(kept, refusal);
  }

  /** Names that are waited for go on with what is wanted now. */
  async function replaceExpected(kept: Kept): Promise<void> {
    const { wanted } = kept;
    const policy = wanted && withoutFiles(wanted.guard);
    if (wanted === undefined || policy === undefined) return stopExpecting(kept);
    for (const guard of kept.expected) await replaceGuard(kept, wanted, guard, policy);
  }

  return {
    describe: (workload, isComplete) =>
      inOrder(async () => {
        const id = workload.container?.id;
        if (id === undefined) return;
        let kept = containers.get(id);
        if (kept === undefined) {
          kept = {
            ...{ id, workload, isComplete, wanted: undefined },
            ...{ expected: [], set: undefined, trouble: undefined },
            notes: new Set(),
          };
          containers.set(id, kept);
        }
        kept.workload = workload;
        kept.isComplete = isComplete;
        const wasExpected = kept.expected.length > 0;
        const before = kept.wanted;
        await tried(kept, () => want(kept));
        if (wasExpected && !isDeepStrictEqual(kept.wanted?.guard, before?.guard))
          await tried(kept, () => replaceExpected(kept));
        if (!known.has(id)) {
          // Before looking for the cgroup, so that it is guarded when it is made this very moment.
          await settle(kept, undefined);
          if (kept.wanted !== undefined) lookForFolders();
          if (known.has(id) && !wasExpected)
            log('warning', `${nameOf(kept)} may have begun before its guard was set`);
        }
        await settle(kept, known.get(id));
      }),
    forget: (id) =>
      inOrder(async () => {
        const kept = [...containers.values()].find((each) => each.id.slice(0, SHORT_ID_LENGTH) === id);
        if (kept === undefined) return;
        containers.delete(kept.id);
        kept.isComplete = true;
        kept.wanted = undefined;
        await settle(kept, undefined);
      }),
    replace: (next, nextGeneration) =>
      inOrder(async () => {
        set = next;
        generation = nextGeneration;
        lookForFolders();
        for (const kept of containers.values()) {
          await tried(kept, () => want(kept));
          await tried(kept, () => replaceExpected(kept));
          await settle(kept, known.get(kept.id));
        }
      }),
    look: () =>
      inOrder(async () => {
        lookForFolders();
        for (const kept of containers.values()) await settle(kept, known.get(kept.id));
        return [...known.keys()].filter((id) => !containers.has(id));
      }),
    settled: () => inOrder(() => Promise.resolve()),
    guarded: ({ guard }) => guarded.get(guard),
    status() {
      const all = [...containers.values()];
      return {
        wanted: all.filter(({ wanted }) => wanted !== undefined).length,
        set: all.filter((kept) => kept.set !== undefined).length,
        expected: all.filter(({ expected }) => expected.length > 0).length,
      };
    },
  };
}

/** What of a policy can be put in force before the container's files can be seen; undefined where nothing can. */
function withoutFiles({ opens: _, ...rest }: GuardPolicy): GuardPolicy | undefined {
  const { programs, forbiddenCalls, connections } = rest;
  return (programs ?? forbiddenCalls ?? connections) ? rest : undefined;
}

function inodeOf(folder: string): bigint | undefined {
  try {
    return statSync(folder, { bigint: true }).ino;
  } catch {
    // Cgroups go with their containers.
    return undefined;
  }
}

function nameOf({ id, workload: { container, pod } }: Kept): string {
  const name = container?.name ?? 'without a name';
  return `the container ${id.slice(0, SHORT_ID_LENGTH)} (${pod === undefined ? name : `${pod}/${name}`})`;
}
