import { closeSync, statSync } from 'node:fs';
import { errors } from '../errors.ts';
import { type LoadedProbe, type Loader, loadLoader } from '../loader.ts';
import { entryTracepointOf } from './call-numbers.ts';
import { loaderOf, type Namespaces } from './container.ts';
import {
  DESCRIPTION_BYTES,
  type Description,
  decodeDescription,
  decodeRoot,
  encodeExpectation,
  encodeIdentity,
  encodeIdentityKey,
  encodePathKey,
  encodePolicy,
  encodeQuestion,
  encodeRoot,
  encodeUses,
  number32,
  number64,
  type Root,
} from './layout.ts';
import type { FileUse, GuardPolicy } from './policy.ts';
import { createViolationReader } from './ring-of-violations.ts';

/** A file on a list as the kernel has it: by identity, or by path in the container's own tree. */
export type ListedFile = { readonly as: readonly FileUse[] } & (
  | { readonly description: Description }
  | { readonly path: string }
);

/** How often what happened since enforcement began. */
export interface EnforcementCounters {
  /** Processes ended and connections denied. */
  readonly stopped: number;
  /** Violations of policies that only report. */
  readonly reported: number;
  /** Violations that were stopped as others, but nobody was told of: the ring was full. */
  readonly lost: number;
  /** Processes that could not be ended. */
  readonly failed: number;
  /** Programs that were on the list. */
  readonly allowed: number;
  /** Programs of the container runtime on its way into a container. */
  readonly runtime: number;
  /** Mapped code that could not be looked at, because another thread was changing the mappings. */
  readonly undecided: number;
}

const COUNTERS = ['stopped', 'reported', 'lost', 'failed', 'allowed', 'runtime', 'undecided'] as const;

/** The programs and tables in the kernel. */
export interface EnforcementKernel {
  /** Switches on what a policy needs and is not on yet. */
  switchOn(policy: GuardPolicy): void;
  /** Switches off the calls that none of these policies forbids. */
  switchOff(remaining: readonly GuardPolicy[]): void;
  /** Writes a policy with its list under a number of its own: nothing refers to it yet. */
  writePolicy(number: number, policy: GuardPolicy, files: readonly ListedFile[]): void;
  erasePolicy(number: number, files: readonly ListedFile[]): void;
  /** From here on the assignment means that policy, for all cgroups that have it. */
  assign(assignment: number, policy: number): void;
  unassign(assignment: number): void;
  guard(cgroup: bigint, assignment: number): void;
  unguard(cgroup: bigint): void;
  /** Where a container's files begin, unless that was noted when its first program started. */
  noteRoot(cgroup: bigint, root: Root): void;
  /** What was noted so; undefined before. */
  rootOf(cgroup: bigint): Root | undefined;
  expect(slot: number, parent: bigint, assignment: number, name: string): void;
  stopExpecting(slot: number): void;
  /** Nothing is expected below that cgroup, until it is removed. */
  noteContainer(cgroup: bigint): void;
  /**
   * What a path is to somebody whose root is that folder, with its path below that root; and the loader that it asks
   * for, where it is a program that has one. `/proc/PID/root` is the root of the process's mount namespace, not what
   * the process took for its root.
   * @throws probe/NO_FILE
   */
  describe(
    rootPath: string,
    path: string,
  ): { readonly description: Description; readonly loader: string | undefined };
  read(visit: (record: Buffer) => void): number;
  counters(): EnforcementCounters;
  bootTime(): bigint;
  close(): void;
}

/**
 * Loads the programs; programs are decided and new cgroups are noticed from here on.
 * @throws probe/LOAD_FAILED, probe/ATTACH_FAILED
 */
export function openEnforcementKernel(
  files: { readonly addon: string; readonly object: string },
  cgroupRoot: string,
  outside: Namespaces,
): EnforcementKernel {
  const loader = loadLoader(files.addon);
  const kernel = loadObject(loader, files.object);
  try {
    return createKernel(loader, kernel, cgroupRoot, outside);
  } catch (error) {
    loader.close(kernel);
    throw error;
  }
}

function createKernel(
  loader: Loader,
  kernel: LoadedProbe,
  cgroupRoot: string,
  outside: Namespaces,
): EnforcementKernel {
  const first = number32(0);
  const calls = new Map<string, number>();
  let hasMappings = false;
  let hasConnections = false;
  const update = (map: string, key: Uint8Array, value: Uint8Array) => loader.update(kernel, map, key, value);
  update('settings', first, Buffer.concat([number32(outside.mount), number32(outside.pid)]));
  const read = createViolationReader(loader.mapRing(kernel, 'violations'));
  for (const program of ['check_program', 'empty_cgroup', 'forget_cgroup', 'notice_cgroup']) {
    attach(program, () => loader.attach(kernel, program));
  }

  function attachCall(call: string): void {
    if (calls.has(call)) return;
    const tracepoint = entryTracepointOf(call);
    calls.set(
      call,
      attach(tracepoint, () => loader.attachTracepoint(kernel, 'check_call', 'syscalls', tracepoint)),
    );
  }

  function describeDescriptor(descriptor: number, root: Root): Description {
    update('described', first, encodeQuestion(root));
    const status = loader.run(kernel, 'describe_file', number64(BigInt(descriptor)));
    const answer = Buffer.alloc(DESCRIPTION_BYTES);
    loader.lookup(kernel, 'described', first, answer);
    if (status !== 0) throw errors.create('NO_FILE', { path: String(descriptor), reason: 'it is not open' });
    return decodeDescription(answer);
  }

  function rootOf(cgroup: bigint): Root | undefined {
    const bytes = Buffer.alloc(16);
    return loader.lookup(kernel, 'roots', number64(cgroup), bytes) ? decodeRoot(bytes) : undefined;
  }

  function withOpen<T>(rootPath: string, path: string, use: (descriptor: number) => T): T {
    let descriptor: number;
    try {
      descriptor = loader.openInRoot(rootPath, path);
    } catch (error) {
      throw errors.create('NO_FILE', { path, reason: (error as Error).message }, error);
    }
    try {
      return use(descriptor);
    } finally {
      closeSync(descriptor);
    }
  }

  return {
    switchOn(policy) {
      for (const call of policy.forbiddenCalls ?? []) attachCall(call);
      if (policy.programs?.mappings === 'listed' && !hasMappings) {
        for (const program of ['check_mapped', 'check_protected']) {
          attach(program, () => loader.attach(kernel, program));
        }
        hasMappings = true;
      }
      if (policy.connections !== undefined && !hasConnections) {
        for (const program of ['check_connect4', 'check_connect6', 'check_send4', 'check_send6']) {
          attach(program, () => loader.attachCgroup(kernel, program, cgroupRoot));
        }
        hasConnections = true;
      }
    },
    switchOff(remaining) {
      const wanted = new Set(remaining.flatMap((policy) => policy.forbiddenCalls ?? []));
      const unwanted = [...calls].filter(([call]) => !wanted.has(call));
      for (const [call] of unwanted) calls.delete(call);
      // The kernel takes its time over each: nobody has to wait for that.
      if (unwanted.length > 0)
        loader.detachLater(
          kernel,
          Uint32Array.from(unwanted, ([, link]) => link),
        );
    },
    writePolicy(number, policy, files) {
      update('policies', number32(number), encodePolicy(policy));
      for (const file of files) {
        if ('path' in file) update('paths', encodePathKey(number, file.path), encodeUses(file.as));
        else {
          const { description } = file;
          update(
            'identities',
            encodeIdentityKey(number, description),
            encodeIdentity(description.identity, file.as),
          );
        }
      }
    },
    erasePolicy(number, files) {
      for (const file of files) {
        if ('path' in file) loader.remove(kernel, 'paths', encodePathKey(number, file.path));
        else loader.remove(kernel, 'identities', encodeIdentityKey(number, file.description));
      }
      loader.remove(kernel, 'policies', number32(number));
    },
    assign: (assignment, policy) => update('assignments', number32(assignment), number32(policy)),
    unassign: (assignment) => loader.remove(kernel, 'assignments', number32(assignment)),
    guard: (cgroup, assignment) => update('guards', number64(cgroup), number32(assignment)),
    unguard: (cgroup) => loader.remove(kernel, 'guards', number64(cgroup)),
    noteRoot(cgroup, root) {
      if (rootOf(cgroup) === undefined) update('roots', number64(cgroup), encodeRoot(root));
    },
    rootOf,
    expect: (slot, parent, assignment, name) =>
      update('expectations', number32(slot), encodeExpectation(parent, assignment, name)),
    noteContainer: (cgroup) => update('containers', number64(cgroup), Uint8Array.of(1)),
    stopExpecting: (slot) => loader.remove(kernel, 'expectations', number32(slot)),
    describe: (rootPath, path) =>
      withOpen(rootPath, '/', (rootDescriptor) => {
        const root = describeDescriptor(rootDescriptor, { device: 0, inode: 0n }).asRoot;
        return withOpen(rootPath, path, (descriptor) => {
          const opened = `/proc/self/fd/${descriptor}`;
          const loader = statSync(opened).isFile() ? loaderOf(opened) : undefined;
          return { description: describeDescriptor(descriptor, root), loader };
        });
      }),
    read,
    counters() {
      const slots = Buffer.alloc(loader.possibleCpus() * 8);
      const sums = COUNTERS.map((name, index) => {
        loader.lookup(kernel, 'counts', number32(index), slots);
        let sum = 0n;
        for (let at = 0; at < slots.length; at += 8) sum += slots.readBigUInt64LE(at);
        return [name, Number(sum)] as const;
      });
      return Object.fromEntries(sums) as Record<(typeof COUNTERS)[number], number>;
    },
    bootTime: () => loader.bootTime(),
    close: () => loader.close(kernel),
  };
}

function loadObject(loader: Loader, object: string): LoadedProbe {
  const kernel = loader.open(object, {});
  try {
    loader.load(kernel);
    return kernel;
  } catch (error) {
    loader.close(kernel);
    throw errors.create('LOAD_FAILED', { reason: (error as Error).message }, error);
  }
}

function attach(place: string, doAttach: () => number): number {
  try {
    return doAttach();
  } catch (error) {
    throw errors.create('ATTACH_FAILED', { place, reason: (error as Error).message }, error);
  }
}
