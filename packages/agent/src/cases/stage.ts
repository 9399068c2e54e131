import type { CaptureSection, EventBatch, ProcessEntry } from '@seawall/events';
import type { ContainerInfo } from '@seawall/inspector';
import { bytesFromText } from '@seawall/rules';
import type { ProcessOfCase, RuleCase, StepOfCase } from './case-file.ts';
import {
  type Descriptors,
  type EventHead,
  encodeCall,
  encodeStep,
  resultOf,
  stepMistake,
  type Words,
} from './encode-step.ts';
import { cgroupsOf, describeContainer } from './stage-container.ts';
import { nanoseconds } from './step-time.ts';

/** What a case comes to: a capture's sections, what a runtime says of the containers, and the audit events. */
export interface StagedCase {
  readonly sections: readonly CaptureSection[];
  readonly containers: readonly ContainerInfo[];
  readonly auditEvents: readonly unknown[];
}

/** When cases take place, in nanoseconds since the epoch; the machine was started a day before. */
const START = 1_700_000_000_000_000_000n;
const DAY = 86_400_000_000_000n;
const STEP = 10_000_000n;
const MILLISECOND = 1_000_000n;
const ORDINARY_AGE = '10m';
const INIT_TID = 1;
const FIRST_TID = 1000;
/** Ids that processes of a container get as it counts, but for its first. */
const FIRST_VPID = 20;
const COMM_LENGTH = 15;
const UPPER_LAYER = 2;
const FROM_MEMFD = 4;
const LOWER_LAYER = 8;
/** Scap's flag of events that only keep tables right (SCAP_DF_STATE_ONLY). */
const STATE_ONLY = 1;

/** linux/capability.h, those that cases name. */
const CAPABILITIES: Readonly<Record<string, number>> = {
  CAP_CHOWN: 0,
  CAP_NET_BIND_SERVICE: 10,
  CAP_NET_ADMIN: 12,
  CAP_NET_RAW: 13,
  CAP_SYS_MODULE: 16,
  CAP_SYS_CHROOT: 18,
  CAP_SYS_PTRACE: 19,
  CAP_SYS_ADMIN: 21,
  CAP_DAC_READ_SEARCH: 2,
  CAP_BPF: 39,
};

/** A process of the cast in the making. */
interface Actor {
  readonly name: string;
  readonly process: ProcessOfCase;
  readonly tid: number;
  readonly vpid: number;
  readonly parent: Actor | undefined;
  readonly container: string | undefined;
  /** How long ago its container started, in nanoseconds. */
  readonly containerAge: bigint;
  readonly descriptors: Descriptors;
  /** Whether it is there before the case begins. */
  readonly isThere: boolean;
  hasStarted: boolean;
}

/** Turns cast and steps into what a source would deliver. @throws agent/STEP_INVALID */
export function stageCase(ruleCase: RuleCase): StagedCase {
  const steps = ruleCase.given as readonly StepOfCase[];
  const actors = castActors(ruleCase, steps);
  const containers = [...ruleCase.containers].map(([name, container]) =>
    describeContainer(name, container, START - nanoseconds(container.age ?? ORDINARY_AGE)),
  );
  const clock = { time: START, number: 0 };
  const batches: EventBatch[] = [...actors.values()]
    .filter(({ isThere, process }) => isThere && process.age !== undefined)
    .flatMap((actor) => startedBefore(actor, nanoseconds(actor.process.age as string)))
    .sort(byTime);
  const auditEvents: unknown[] = [];
  for (const step of steps) {
    for (const [who, what] of Object.entries(step)) {
      if (who === 'wait') clock.time += nanoseconds(String(what));
      else if (who === 'audit') auditEvents.push(completeAuditEvent(what, clock));
      else batches.push(...play(who, what, actors, clock));
    }
  }
  const there = [...actors.values()].filter(({ isThere, process }) => isThere && process.age === undefined);
  return {
    sections: [
      { kind: 'header', majorVersion: 1, minorVersion: 2 },
      {
        kind: 'machine',
        machine: {
          cpuCount: 2,
          memoryBytes: 4 * 2 ** 30,
          maxPid: 4_194_304,
          hostname: 'node',
          bootTime: START - DAY,
          flags: 0n,
        },
      },
      { kind: 'users', users: [ROOT], groups: [] },
      { kind: 'processes', processes: [init(), ...there.map((actor) => entryOf(actor))] },
      ...batches.map((batch): CaptureSection => ({ kind: 'events', batch })),
    ],
    containers,
    auditEvents,
  };
}

const ROOT = { uid: 0, gid: 0, name: 'root', homeDirectory: '/root', shell: '/bin/sh' };

interface Clock {
  time: bigint;
  number: number;
}

function castActors(ruleCase: RuleCase, steps: readonly StepOfCase[]): ReadonlyMap<string, Actor> {
  const actors = new Map<string, Actor>();
  const firstCalls = new Map<string, string>();
  for (const step of steps) {
    for (const [who, what] of Object.entries(step)) {
      if (who !== 'wait' && who !== 'audit' && !firstCalls.has(who)) firstCalls.set(who, callOf(what).call);
    }
  }
  const vpids = new Map<string, number>();
  const underWay = new Set<string>();
  const add = (name: string, from: string): Actor => {
    const known = actors.get(name);
    if (known !== undefined) return known;
    if (underWay.has(name)) throw stepMistake(`${name} is among its own parents`);
    underWay.add(name);
    const process = ruleCase.processes.get(name);
    if (process === undefined) throw stepMistake(`${from}: there is no process ${name} in the cast`);
    const parent = process.parent === undefined ? undefined : add(process.parent, name);
    const container = process.in ?? parent?.container;
    if (container !== undefined && container !== 'host' && !ruleCase.containers.has(container)) {
      throw stepMistake(`${name}: there is no container ${container} in the cast`);
    }
    const inContainer = container === 'host' ? undefined : container;
    const tid = FIRST_TID + actors.size;
    const count = inContainer === undefined ? 0 : (vpids.get(inContainer) ?? 0);
    if (inContainer !== undefined) vpids.set(inContainer, count + 1);
    const vpidInside = count === 0 ? 1 : FIRST_VPID + count;
    const actor: Actor = {
      name,
      process,
      tid,
      vpid: process.vpid ?? (inContainer === undefined ? tid : vpidInside),
      parent,
      container: inContainer,
      containerAge: nanoseconds(ruleCase.containers.get(inContainer ?? '')?.age ?? ORDINARY_AGE),
      descriptors: { byName: new Map(), next: 3 },
      isThere: !/^execve(?:at)?$/.test(firstCalls.get(name) ?? ''),
      hasStarted: false,
    };
    actors.set(name, actor);
    return actor;
  };
  for (const name of ruleCase.processes.keys()) add(name, name);
  return actors;
}

/** Captures don't tell how long their processes have been running: that takes their start, which rules don't see. */
function startedBefore(actor: Actor, age: bigint): readonly EventBatch[] {
  const head = { tid: actor.tid, time: START - age, number: 0 };
  return [cloneOf(actor, head), execOf(actor, 'execve', {}, head)].map((batch) => ({
    ...batch,
    flags: Uint32Array.of(STATE_ONLY),
  }));
}

function byTime(one: EventBatch, other: EventBatch): number {
  return Number(one.data.getBigUint64(0, true) - other.data.getBigUint64(0, true));
}

function callOf(what: unknown): { readonly call: string; readonly words: Words } {
  if (typeof what === 'string') return { call: what, words: {} };
  const [entry, ...others] = Object.entries((what ?? {}) as Words);
  if (entry === undefined || others.length > 0) throw stepMistake('a step is one call: openat: {path: /x}');
  const [call, words] = entry;
  if (words === null || words === undefined) return { call, words: {} };
  return { call, words: typeof words === 'object' ? (words as Words) : { path: words } };
}

function play(
  who: string,
  what: unknown,
  actors: ReadonlyMap<string, Actor>,
  clock: Clock,
): readonly EventBatch[] {
  const actor = actors.get(who);
  if (actor === undefined) throw stepMistake(`there is no process ${who} in the cast`);
  const next = (tid = actor.tid): EventHead => {
    clock.time += STEP;
    clock.number += 1;
    return { tid, time: clock.time, number: clock.number };
  };
  const { call, words } = callOf(what);
  if (call !== 'execve' && call !== 'execveat') return encodeCall(call, words, actor.descriptors, next);
  const events: EventBatch[] = [];
  if (!actor.isThere && !actor.hasStarted) events.push(cloneOf(actor, next()));
  actor.hasStarted = true;
  events.push(execOf(actor, call, words, next()));
  return events;
}

/** What an event of the clone and exec families says of a process. */
function descriptionOf(actor: Actor): Readonly<Record<string, number | bigint | string | readonly string[]>> {
  const { tid, parent } = actor;
  return {
    tid,
    pid: tid,
    ptid: parent?.tid ?? INIT_TID,
    cwd: '',
    fdlimit: 1024,
    pgft_maj: 0,
    pgft_min: 0,
    vm_size: 0,
    vm_rss: 0,
    vm_swap: 0,
    cgroups: cgroupsOf(actor.container),
  };
}

/** The child's side of its parent's fork: until its exec it is like its parent. */
function cloneOf(actor: Actor, head: EventHead): EventBatch {
  const { parent, vpid, process } = actor;
  const comm = parent === undefined ? 'init' : commOf(parent.process);
  const exe = bytesFromText(parent?.process.exe ?? '/sbin/init');
  return encodeStep(
    'SYSCALL_CLONE_20_X',
    {
      ...descriptionOf(actor),
      ...{ res: 0, exe, args: [], comm, flags: 0, uid: process.uid ?? 0, gid: process.uid ?? 0 },
      ...{ vtid: vpid, vpid, pidns_init_start_ts: DAY - actor.containerAge },
    },
    head,
  );
}

function execOf(actor: Actor, call: string, words: Words, head: EventHead): EventBatch {
  const { process } = actor;
  const exe = String(words.exe ?? words.path ?? process.exe);
  const args = words.args === undefined ? (process.args ?? []) : argumentsOf(words.args);
  const name = words.name ?? (words.exe === undefined && words.path === undefined ? process.name : undefined);
  const comm = name === undefined ? baseName(exe) : String(name);
  const isUpper = process.upperLayer === true;
  const isMemfd = process.memfd === true;
  const layer = actor.container === undefined || isMemfd ? 0 : isUpper ? UPPER_LAYER : LOWER_LAYER;
  const capabilities = capabilitiesOf(process);
  const uid = process.uid ?? 0;
  return encodeStep(
    call === 'execve' ? 'SYSCALL_EXECVE_19_X' : 'SYSCALL_EXECVEAT_X',
    {
      ...descriptionOf(actor),
      res: resultOf(words),
      exe: bytesFromText(exe),
      args: args.map(bytesFromText),
      comm: cutName(comm),
      env: (process.env ?? []).map(bytesFromText),
      tty: process.tty ?? 0,
      vpgid: actor.vpid,
      loginuid: 0xffff_ffff,
      flags: layer | (isMemfd ? FROM_MEMFD : 0),
      cap_inheritable: 0n,
      cap_permitted: capabilities,
      cap_effective: capabilities,
      ...{ exe_ino: 7, exe_ino_ctime: START - DAY, exe_ino_mtime: START - DAY },
      ...{ uid, trusted_exepath: bytesFromText(exe), pgid: actor.tid, gid: uid },
    },
    head,
  );
}

/** As in the cast: a list, or one text with spaces between. */
function argumentsOf(args: unknown): readonly string[] {
  return Array.isArray(args) ? args.map(String) : String(args).split(' ');
}

function commOf({ name, exe }: ProcessOfCase): string {
  return cutName(name ?? baseName(exe));
}

/** The kernel keeps so many bytes of a name, whatever characters they belong to. */
function cutName(name: string): string {
  return bytesFromText(name).slice(0, COMM_LENGTH);
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function capabilitiesOf({ capabilities = [] }: ProcessOfCase): bigint {
  return capabilities.reduce((all, name) => {
    const bit = Object.hasOwn(CAPABILITIES, name) ? CAPABILITIES[name] : undefined;
    if (bit === undefined) {
      throw stepMistake(`there is no capability ${name}: there are ${Object.keys(CAPABILITIES).join(', ')}`);
    }
    return all | (1n << BigInt(bit));
  }, 0n);
}

function entryOf(actor: Actor): ProcessEntry {
  const { process, tid, vpid, parent } = actor;
  const capabilities = capabilitiesOf(process);
  return {
    ...init(),
    tid,
    pid: tid,
    parentTid: parent?.tid ?? INIT_TID,
    comm: commOf(process),
    exe: bytesFromText(process.exe),
    exepath: bytesFromText(process.exe),
    args: (process.args ?? []).map(bytesFromText),
    environment: (process.env ?? []).map(bytesFromText),
    cwd: bytesFromText(process.cwd ?? '/'),
    uid: process.uid ?? 0,
    gid: process.uid ?? 0,
    vtid: vpid,
    vpid,
    vpgid: vpid,
    pgid: tid,
    tty: process.tty ?? 0,
    cgroups: cgroupsOf(actor.container),
    isExeUpperLayer: process.upperLayer === true,
    isExeLowerLayer: actor.container !== undefined && process.upperLayer !== true && process.memfd !== true,
    isExeFromMemfd: process.memfd === true,
    capabilities: { inheritable: 0n, permitted: capabilities, effective: capabilities },
    pidNamespaceStart: actor.container === undefined ? START - DAY : START - actor.containerAge,
  };
}

function init(): ProcessEntry {
  return {
    ...{ tid: INIT_TID, pid: INIT_TID, parentTid: 0, sessionId: 0, vpgid: INIT_TID, pgid: INIT_TID },
    ...{
      comm: 'init',
      exe: '/sbin/init',
      exepath: '/sbin/init',
      args: [],
      environment: [],
      cwd: '/',
      root: '/',
    },
    ...{ descriptorLimit: 1024, flags: 0, uid: 0, gid: 0 },
    memory: { virtualSize: 0, residentSize: 0, swapSize: 0, majorFaults: 0, minorFaults: 0 },
    ...{
      vtid: INIT_TID,
      vpid: INIT_TID,
      cgroups: cgroupsOf(undefined),
      pidNamespaceStart: START - DAY,
      tty: 0,
    },
    loginUid: 0xffff_ffff,
    ...{ isExeWritable: false, isExeUpperLayer: false, isExeLowerLayer: false, isExeFromMemfd: false },
    ...{ exeInode: 7n, exeInodeCtime: START - DAY, exeInodeMtime: START - DAY },
    capabilities: { inheritable: 0n, permitted: 0n, effective: 0n },
    cloneTime: START - DAY,
  };
}

/** An audit event with what each has and a case need not say. */
function completeAuditEvent(what: unknown, clock: Clock): unknown {
  clock.time += STEP;
  const stamp = new Date(Number(clock.time / MILLISECOND)).toISOString();
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'RequestResponse',
    auditID: `case-${clock.time}`,
    stage: 'ResponseComplete',
    requestReceivedTimestamp: stamp,
    stageTimestamp: stamp,
    ...(what as object),
  };
}
