import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { isSeawallError } from '@seawall/base';
import { errors } from '../errors.ts';
import { buildEnforcement } from './build.ts';
import { findContainer, findInhabited, type Inhabited, type Namespaces, namespacesOf } from './container.ts';
import {
  type EnforcementCounters,
  type EnforcementKernel,
  type ListedFile,
  openEnforcementKernel,
} from './kernel.ts';
import type { Root } from './layout.ts';
import { listFiles } from './listing.ts';
import { type Permission, type PermissionTable, startPermission } from './permission.ts';
import type { GuardPolicy, GuardTarget } from './policy.ts';
import { refusals } from './refusals.ts';
import { canEnforce, type EnforcementSupport } from './support.ts';
import { decodeViolation, type Violation } from './violation.ts';

export interface EnforcementOptions {
  /**
   * A process in the namespaces that the container runtime lives in: what runs there is not a container's yet. Where
   * the agent is in a container itself, 1, with the machine's process ids. Default: this process.
   */
  readonly runtimePid?: number;
}

/** A guard that is set. */
export interface Guard {
  /** What violations name it by. */
  readonly id: number;
  /** What the writer of the policy should know: listed files that are not there, or were changed. */
  readonly notes: readonly string[];
  /**
   * Puts another policy in place of this one, with no moment without either.
   * @throws as `Enforcement.guard`; the former policy is in force then.
   */
  replace(policy: GuardPolicy): Promise<void>;
  release(): Promise<void>;
}

export interface EnforcementStatus {
  readonly guards: number;
  readonly counters: EnforcementCounters;
  /** The program that denies opens: not needed so far, answering, or ended (then nothing is denied). */
  readonly permission: 'unused' | 'running' | 'ended';
  /** Denied opens that nobody was told of. */
  readonly lostDenials: number;
}

/** Enforcement, loaded. Whoever opens it closes it; should the process die, the kernel clears it away. */
export interface Enforcement {
  readonly support: EnforcementSupport;
  /**
   * Sets a guard.
   * @throws probe/CAN_NOT_ENFORCE with every reason, probe/NO_CGROUP, probe/NO_FILE, probe/ROOT_UNKNOWN,
   * probe/PERMISSION_FAILED, probe/ATTACH_FAILED. Nothing is guarded then.
   */
  guard(target: GuardTarget, policy: GuardPolicy): Promise<Guard>;
  /**
   * Says that a cgroup is a container's: what is made below it is called as whoever is in there likes, so no expected name
   * means anything there.
   * @throws probe/NO_CGROUP
   */
  noteContainer(cgroup: string): void;
  /** Hands out what was tried since the last time; gives how many there were. */
  poll(visit: (violation: Violation) => void): number;
  status(): EnforcementStatus;
  close(): Promise<void>;
}

/** A container that runs. */
interface Container extends Inhabited {
  readonly root: Root;
  readonly mountNamespace: number;
}

/** A guard as it is kept. */
interface Kept {
  readonly id: number;
  readonly target: GuardTarget;
  policy: GuardPolicy;
  /** The policy's number in the kernel, and its list there. */
  number: number;
  files: readonly ListedFile[];
  notes: readonly string[];
  /** The cgroup's id, or the slot of the expectation. */
  place: bigint | number;
  /** One for each container whose opens are denied. */
  tables: readonly PermissionTable[];
}

const EXPECTATIONS = 64;

/**
 * Loads enforcement into the kernel. Nothing is guarded yet.
 * @throws probe/NOT_SUPPORTED, probe/BUILD_FAILED, probe/LOAD_FAILED, probe/ATTACH_FAILED
 */
export function openEnforcement(options: EnforcementOptions = {}): Enforcement {
  const support = canEnforce();
  const { cgroupRoot } = support;
  const obstacle = support.obstacles.programs;
  if (obstacle !== undefined || cgroupRoot === undefined) {
    throw errors.create('NOT_SUPPORTED', { reason: obstacle ?? 'cgroup v2 is not mounted' });
  }
  const built = buildEnforcement();
  const runtimePid = options.runtimePid ?? process.pid;
  const outside = namespacesOf(runtimePid);
  const kernel = openEnforcementKernel(built, cgroupRoot, outside);
  return createEnforcement(kernel, support, cgroupRoot, outside, (onEnd) =>
    startPermission(built.permission, runtimePid, onEnd),
  );
}

function createEnforcement(
  kernel: EnforcementKernel,
  support: EnforcementSupport,
  cgroupRoot: string,
  outside: Namespaces,
  start: (onEnd: () => void) => Permission,
): Enforcement {
  const guards = new Map<number, Kept>();
  const guardOfPolicy = new Map<number, number>();
  let retired: number[] = [];
  let nextNumber = 1;
  let permission: Permission | undefined;
  let lostBefore = 0;
  let isClosed = false;
  let restartedAt = Number.NEGATIVE_INFINITY;

  /** It is started anew once it has ended, with all tables; not over and over where it can't live. */
  function restartPermission(): void {
    const now = performance.now();
    if (isClosed || now - restartedAt < 10_000) return;
    restartedAt = now;
    for (const { tables } of guards.values()) {
      // Should that fail the program has ended again, or the container: the status says the one, the other is no loss.
      setTables(tables).catch(() => undefined);
    }
  }

  /** The containers that run, with where their files begin; one that ends meanwhile is none. */
  function containersOf(target: GuardTarget, policy: GuardPolicy): readonly Container[] {
    // Calls and connections have nothing to do with files.
    if (!('cgroup' in target) || (policy.programs ?? policy.opens) === undefined) return [];
    const find = target.isContainer === true ? findContainer : findInhabited;
    const inhabited = find(folderOf(target.cgroup), policy.coversMachine === true ? undefined : outside);
    return inhabited.flatMap(({ cgroup, pid, own }) => {
      try {
        const root = kernel.describe(`/proc/${pid}/root`, '/').description.asRoot;
        checkRoot(target.cgroup, root, [cgroup, own]);
        return [{ cgroup, pid, own, root, mountNamespace: namespacesOf(pid).mount }];
      } catch (error) {
        if (!existsSync(`/proc/${pid}/root/.`)) return [];
        if (!isSeawallError(error, 'probe/NO_FILE')) throw error;
        const isOwn = (error.cause as NodeJS.ErrnoException | undefined)?.code === 'EXDEV';
        const reason = isOwn
          ? 'its first process is in a mount namespace that it made itself'
          : error.message;
        throw errors.create('ROOT_UNKNOWN', { cgroup: target.cgroup, reason }, error);
      }
    });
  }

  /** What the kernel noted when the container's first program began can't be changed by the container any more. */
  function checkRoot(cgroup: string, root: Root, cgroups: readonly bigint[]): void {
    for (const noted of cgroups.map((id) => kernel.rootOf(id))) {
      if (noted === undefined || isDeepStrictEqual(noted, root)) continue;
      const reason = 'its first process has another root than the container began with';
      throw errors.create('ROOT_UNKNOWN', { cgroup, reason });
    }
  }

  function folderOf(cgroup: string): string {
    const folder = join(cgroupRoot, cgroup);
    if (!existsSync(join(folder, 'cgroup.procs'))) {
      throw errors.create('NO_CGROUP', { cgroup, root: cgroupRoot });
    }
    return folder;
  }

  function check(policy: GuardPolicy, target: GuardTarget): void {
    const reasons = refusals(policy, support, target);
    if (reasons.length > 0) {
      throw errors.create('CAN_NOT_ENFORCE', { reasons: reasons.join('; '), all: reasons });
    }
  }

  /** Writes the policy with its list; nothing refers to it yet. */
  function write(id: number, policy: GuardPolicy, containers: readonly Container[]) {
    const { files, loaders, notes } = listFiles(kernel, policy.programs?.allowed ?? [], containers);
    const number = nextNumber;
    nextNumber += 1;
    kernel.switchOn(policy);
    try {
      kernel.writePolicy(number, policy, files);
    } catch (error) {
      kernel.erasePolicy(number, files);
      throw error;
    }
    guardOfPolicy.set(number, id);
    for (const { cgroup, root } of containers) kernel.noteRoot(cgroup, root);
    return { number, files, loaders, notes };
  }

  function erase(number: number, files: readonly ListedFile[]): void {
    kernel.erasePolicy(number, files);
    // What the ring still holds of it belongs to its guard.
    retired.push(number);
  }

  /** What the answering program has to know of each container that runs; nothing where it has nothing to do. */
  function tablesOf(
    id: number,
    target: GuardTarget,
    policy: GuardPolicy,
    containers: readonly Container[],
    loaders: readonly string[],
  ): readonly PermissionTable[] {
    const { programs, opens } = policy;
    if (!('cgroup' in target) || (opens === undefined && programs?.refusal !== 'deny')) return [];
    if (containers.length === 0) {
      throw errors.create('PERMISSION_FAILED', { reason: `nothing runs in ${target.cgroup} yet` });
    }
    return withDifferentMounts(containers).map(({ pid }) => ({
      guard: id,
      cgroupId: inodeOf(folderOf(target.cgroup)),
      container: pid,
      cgroup: join('/', target.cgroup),
      root: `/proc/${pid}/root`,
      programs: programs?.refusal === 'deny' ? [...programPaths(programs.allowed), ...loaders] : undefined,
      forbidden: opens?.forbidden ?? [],
      isReportOnly: policy.isReportOnly === true,
    }));
  }

  async function setTables(tables: readonly PermissionTable[]): Promise<void> {
    if (tables.length === 0) return;
    if (!permission?.isRunning) {
      lostBefore += permission?.lost ?? 0;
      permission = start(restartPermission);
    }
    for (const table of tables) await permission.set(table);
  }

  /** Drops what no longer has a table among `remaining`. */
  async function dropTables(tables: readonly PermissionTable[], remaining: readonly PermissionTable[]) {
    for (const table of tables) {
      if (!permission?.isRunning) return;
      const isKept = remaining.some(({ container }) => container === table.container);
      if (!isKept) await permission.drop(table);
    }
  }

  async function replace(kept: Kept, policy: GuardPolicy): Promise<void> {
    check(policy, kept.target);
    const containers = containersOf(kept.target, policy);
    const written = write(kept.id, policy, containers);
    let tables: readonly PermissionTable[];
    try {
      tables = tablesOf(kept.id, kept.target, policy, containers, written.loaders);
      await setTables(tables);
    } catch (error) {
      erase(written.number, written.files);
      throw error;
    }
    kernel.assign(kept.id, written.number);
    erase(kept.number, kept.files);
    await dropTables(kept.tables, tables);
    const { number, files, notes } = written;
    Object.assign(kept, { policy, tables, number, files, notes });
    kernel.switchOff([...guards.values()].map((guard) => guard.policy));
  }

  async function release(kept: Kept): Promise<void> {
    if (!guards.delete(kept.id)) return;
    kernel.unassign(kept.id);
    if (typeof kept.place === 'bigint') kernel.unguard(kept.place);
    else kernel.stopExpecting(kept.place);
    erase(kept.number, kept.files);
    kernel.switchOff([...guards.values()].map((guard) => guard.policy));
    await dropTables(kept.tables, []);
  }

  function freeSlot(): number {
    const taken = new Set([...guards.values()].map(({ place }) => place));
    const slot = Array.from({ length: EXPECTATIONS }, (_, index) => index).find((index) => !taken.has(index));
    if (slot === undefined) {
      const reasons = `${EXPECTATIONS} names of cgroups are expected already`;
      throw errors.create('CAN_NOT_ENFORCE', { reasons, all: [reasons] });
    }
    return slot;
  }

  return {
    support,
    async guard(target, policy) {
      if (isClosed) throw errors.create('CLOSED');
      check(policy, target);
      const place = 'cgroup' in target ? inodeOf(folderOf(target.cgroup)) : freeSlot();
      if ('cgroup' in target && [...guards.values()].some((kept) => kept.place === place)) {
        const reasons = `${target.cgroup} has a guard already: replace its policy`;
        throw errors.create('CAN_NOT_ENFORCE', { reasons, all: [reasons] });
      }
      const below = 'cgroup' in target || target.below === undefined ? 0n : inodeOf(folderOf(target.below));
      const id = nextNumber;
      nextNumber += 1;
      const containers = containersOf(target, policy);
      const written = write(id, policy, containers);
      const { number, files, notes } = written;
      const kept: Kept = { id, target, policy, place, tables: [], number, files, notes };
      guards.set(id, kept);
      try {
        kept.tables = tablesOf(id, target, policy, containers, written.loaders);
        await setTables(kept.tables);
        kernel.assign(id, written.number);
        if ('cgroup' in target) kernel.guard(place as bigint, id);
        else kernel.expect(place as number, below, id, target.expected);
      } catch (error) {
        await release(kept);
        throw error;
      }
      return {
        id,
        get notes() {
          return kept.notes;
        },
        replace: (next) => replace(kept, next),
        release: () => release(kept),
      };
    },
    noteContainer: (cgroup) => kernel.noteContainer(inodeOf(folderOf(cgroup))),
    poll(visit) {
      if (isClosed) return 0;
      const bootTime = kernel.bootTime();
      const forgotten = retired;
      retired = [];
      const decode = (record: Buffer) =>
        visit(decodeViolation(record, (policy) => guardOfPolicy.get(policy) ?? 0, bootTime));
      const count = kernel.read(decode) + (permission?.take(visit) ?? 0);
      for (const number of forgotten) guardOfPolicy.delete(number);
      return count;
    },
    status: () => ({
      guards: guards.size,
      counters: kernel.counters(),
      permission: permission === undefined ? 'unused' : permission.isRunning ? 'running' : 'ended',
      lostDenials: lostBefore + (permission?.lost ?? 0),
    }),
    async close() {
      if (isClosed) return;
      isClosed = true;
      kernel.close();
      await permission?.close();
    },
  };
}

/** Of the cgroups that one container has, the first: its processes see the same mounts. */
function withDifferentMounts(containers: readonly Container[]): readonly Container[] {
  const first = new Map(containers.toReversed().map((container) => [container.mountNamespace, container]));
  return containers.filter((container) => first.get(container.mountNamespace) === container);
}

function inodeOf(folder: string): bigint {
  return statSync(folder, { bigint: true }).ino;
}

/** Everything that may be opened to be run: programs, scripts, their interpreters, and loaders. */
function programPaths(allowed: NonNullable<GuardPolicy['programs']>['allowed']): readonly string[] {
  return allowed.map((entry) =>
    typeof entry === 'string' ? entry : 'path' in entry ? entry.path : entry.file,
  );
}
