import { type EventView, type TableSection, timestampOf } from '@seawall/events';
import {
  type Descriptor,
  DescriptorType,
  type EventContext,
  type Process,
  type SyscallCatalogue,
  type Tables,
} from '@seawall/inspector';
import { generalisePath, programText, socketText, wholeName, workloadName } from '@seawall/policies';
import {
  addressText,
  type CompilableRule,
  compileProgram,
  createOutputFormat,
  type FieldCatalogue,
  type Rule,
  textFromBytes,
} from '@seawall/rules';
import type { Activity, ActivityKind } from '@seawall/store';
import { createWorkloadOf, type WorkloadOf } from '../hot-loop/workload-of.ts';
import { type Behaviour, loadActivityRules } from './activity-rules.ts';
import { type ContainerLog, countEntry, createContainerLog, tellLog } from './workload-log.ts';

export interface ActivityCollectorOptions {
  readonly catalogue: SyscallCatalogue;
  /** The node's name, which static pods have at the end of theirs; undefined: the name of the machine that the events are of. */
  readonly node?: string;
  readonly cluster?: string;
  /** Nanoseconds since the first event: what happens before is left out, and what happens from `until` on. */
  readonly from?: bigint;
  readonly until?: bigint;
  /** Number of the last event that earlier runs have told of: what happens up to it is known, and not told again. */
  readonly handled?: number;
  /**
   * Up to when an earlier run watched, nanoseconds since the epoch: it has counted the starts of containers that ran then, and
   * they are not counted again.
   */
  readonly watchedUntil?: bigint;
  /** Bytes, about, that may be remembered of all containers together; however much it comes to unless told. */
  readonly mostBytes?: number;
}

/** Sees what pods and containers do, in the terms of profiles. What happens outside of containers is left out. */
export interface ActivityCollector {
  /** The rules that say what is of interest: whoever decides what the kernel shows adds them to its own. */
  readonly rules: readonly Rule[];
  /** By event type: 1 where events of that type are of interest. */
  readonly wanted: Uint8Array;
  /** Takes in which processes there are, before the first event and whenever somebody has looked for them again. */
  observeTables(section: TableSection): void;
  /** Takes in the event that the context is about; cheap where its type is not wanted. */
  observe(context: EventContext): void;
  /**
   * What was seen since the last time: counts and starts are to be added to what is known. What containers did of which nobody
   * has said yet what they are is kept for the next time.
   */
  take(): Activity[];
  /** Number of the last event that was taken in. */
  handled(): number;
  /** Whether `until` has come: later events are of no interest. */
  isOver(): boolean;
  /** Containers that were forgotten to make room, with what was seen of them and not taken. */
  forgotten(): number;
}

/** Of open(2) in scap's numbering (PPM_O_WRONLY), as descriptors from /proc have it too. */
const OPEN_TO_WRITE = 1 << 1;
/** scap's number of TCP (SCAP_L4_TCP). */
const TCP = 2;
/** Containers that are remembered; then the one longest known is forgotten. */
const MOST_CONTAINERS = 2048;
/** Paths whose general form is remembered, none of them longer than most are. */
const MOST_PATHS = 8192;
const LONGEST_PATH = 256;
/** Containers of which nothing but their start is remembered. */
const MOST_STARTS = 65_536;
/** Bytes of a command line that are shown. */
const MOST_OF_A_COMMAND = 200;

/** @throws agent/ACTIVITY_RULES_INVALID */
export function createActivityCollector(options: ActivityCollectorOptions): ActivityCollector {
  const { catalogue, from, until, handled = 0, watchedUntil, mostBytes = Infinity } = options;
  const { rules, behaviours } = loadActivityRules(catalogue);
  const program = compileProgram(
    rules as readonly CompilableRule<EventContext>[],
    catalogue as FieldCatalogue<EventContext>,
  );
  const socketFormat = createOutputFormat(
    '*%fd.sip|%fd.sport|%fd.l4proto',
    catalogue as FieldCatalogue<EventContext>,
  );
  const capabilityFormat = createOutputFormat(
    '*%thread.cap_permitted',
    catalogue as FieldCatalogue<EventContext>,
  );
  const containers = new Map<string, ContainerLog>();
  /** The generation of each process that was looked at. */
  const looked = new WeakMap<Process, number>();
  const generalPaths = new Map<string, string>();
  /** Threads that were there and were not looked at yet. */
  let found: number[] = [];
  /** Containers whose start was counted: an earlier run has seen them as well, or they were forgotten. */
  const ranBefore = new Set<string>();
  let tables: Tables | undefined;
  let workloadOf: WorkloadOf | undefined;
  let forgotten = 0;
  let bytes = 0;
  let isOver = false;
  let lastNumber = 0;

  function logOf(id: string): ContainerLog {
    const known = containers.get(id);
    if (known !== undefined) return known;
    if (containers.size >= MOST_CONTAINERS) forgetOldest(undefined);
    const log = createContainerLog(ranBefore.delete(id));
    containers.set(id, log);
    return log;
  }

  function forgetOldest(except: ContainerLog | undefined): void {
    for (const [id, log] of containers) {
      if (log === except) continue;
      containers.delete(id);
      bytes -= log.bytes();
      forgotten += 1;
      for (const { isStartTold } of log.entries()) {
        if (isStartTold && ranBefore.size < MOST_STARTS) ranBefore.add(id);
        break;
      }
      return;
    }
  }

  function note(
    log: ContainerLog,
    kind: ActivityKind,
    value: string,
    process: Process,
    view: EventView,
  ): void {
    let entry = log.find(kind, value);
    if (entry === undefined) {
      const example = kind === 'program' ? programExample(process) : commandOf(process);
      const before = log.bytes();
      entry = log.add(kind, value, example, view);
      bytes += log.bytes() - before;
      while (bytes > mostBytes && containers.size > 1) forgetOldest(log);
    }
    countEntry(entry, view);
  }

  /** A process that ran before: what it has opened is what it did. */
  function noteOpenBefore(log: ContainerLog, process: Process, { view }: EventContext): void {
    for (const { type, name, protocol, sourceAddress, sourcePort } of openBefore(process)) {
      if (type === DescriptorType.file || type === DescriptorType.fileV2) {
        note(log, 'written-directory', generalOf(name), process, view);
      } else if (protocol === TCP) {
        const address = addressText(sourceAddress) ?? '';
        const socket = { address, port: sourcePort, protocol: 'tcp', program: nameOf(process) };
        note(log, 'listening-port', socketText(socket), process, view);
      }
    }
  }

  /** Who it is, with what rights. */
  function lookAt(log: ContainerLog, process: Process, context: EventContext): void {
    const before = looked.get(process);
    looked.set(process, process.generation);
    if (before === undefined && process.cloneTime < context.firstEventTimestamp)
      noteOpenBefore(log, process, context);
    note(log, 'program', programOf(process), process, context.view);
    const parent = context.tables.parent(process);
    if (parent !== undefined && parent.exepath !== '' && parent.pid !== process.pid)
      note(log, 'parent', programOf(parent), process, context.view);
    const user = context.tables.userName(process, process.uid);
    note(log, 'user', user === undefined ? `uid ${process.uid}` : textFromBytes(user), process, context.view);
    for (const name of capabilityFormat.text(context).text.split(' '))
      if (name.startsWith('CAP_')) note(log, 'capability', name, process, context.view);
  }

  function noteRanBefore({ process: processOf }: Tables, time: bigint): void {
    for (const tid of found) {
      const process = processOf(tid);
      if (process === undefined || process.containerId === '' || isRuntime(process)) continue;
      const hasRun = process.cloneTime !== 0n && process.cloneTime <= time;
      if (hasRun && !containers.has(process.containerId)) ranBefore.add(process.containerId);
    }
  }

  /** Who was there before the first event, whatever it does: of who does nothing of note is learned just that. */
  function lookAtFound(context: EventContext): void {
    const { process: current } = context;
    if (watchedUntil !== undefined) noteRanBefore(context.tables, watchedUntil);
    for (const tid of found) {
      const process = context.tables.process(tid);
      const isLeader = process !== undefined && process.tid === process.pid;
      if (!isLeader || process === current || process.containerId === '' || looked.has(process)) continue;
      if (!isRuntime(process)) lookAt(logOf(process.containerId), process, context);
    }
    found = [];
  }

  function generalOf(path: string): string {
    let general = generalPaths.get(path);
    if (general === undefined) {
      general = generalisePath(textFromBytes(path));
      if (path.length > LONGEST_PATH) return general;
      if (generalPaths.size >= MOST_PATHS) generalPaths.clear();
      generalPaths.set(path, general);
    }
    return general;
  }

  function noteBehaviour(
    behaviour: Behaviour,
    log: ContainerLog,
    process: Process,
    context: EventContext,
  ): void {
    const { view, descriptor } = context;
    if (behaviour === 'start' || descriptor === undefined) return;
    if (behaviour === 'read' || behaviour === 'write') {
      const kind = behaviour === 'read' ? 'read-directory' : 'written-directory';
      note(log, kind, generalOf(descriptor.name), process, view);
      return;
    }
    const [address = '', port = '', protocol = ''] = socketFormat.text(context).text.split('|');
    const known = /^\w+$/.test(protocol) ? protocol : 'unknown';
    const text = socketText({ address, port: Number(port), protocol: known, program: nameOf(process) });
    note(log, behaviour === 'connect' ? 'peer' : 'listening-port', text, process, view);
  }

  function take(): Activity[] {
    const told = new Map<string, Activity>();
    if (tables === undefined) return [];
    workloadOf ??= createWorkloadOf({
      node: options.node ?? textFromBytes(tables.machine?.hostname ?? ''),
      cluster: options.cluster,
    });
    for (const [id, log] of containers) {
      const container = tables.container(id);
      if (container === undefined || container.isPodSandbox) continue;
      const workload = workloadName(workloadOf({ container, process: undefined } as EventContext));
      tellLog(log, workload, told);
    }
    return [...told.values()];
  }

  function isInTime({ view, firstEventTimestamp }: EventContext): boolean {
    if (from === undefined && until === undefined) return true;
    const passed = timestampOf(view) - firstEventTimestamp;
    isOver ||= until !== undefined && passed >= until;
    return (from === undefined || passed >= from) && (until === undefined || passed < until);
  }

  return {
    rules,
    wanted: program.wanted,
    observeTables(section) {
      if (section.kind === 'processes') found = section.processes.map(({ tid }) => tid);
    },
    observe(context) {
      const { process, view } = context;
      // Earlier runs have told of everything before, if they knew whose it was: so it is with what is left out here.
      if (lastNumber <= handled && view.number > handled) take();
      lastNumber = view.number;
      tables = context.tables;
      if (found.length > 0 && isInTime(context)) lookAtFound(context);
      if (process === undefined || process.containerId === '' || program.wanted[view.type] !== 1) return;
      const count = program.evaluate(context, view.type);
      const leader = context.tables.leader(process) ?? process;
      const isSeen = looked.get(leader) === leader.generation || isRuntime(process);
      if ((count === 0 && isSeen) || !isInTime(context)) return;
      const log = logOf(process.containerId);
      if (!isSeen) lookAt(log, leader, context);
      for (let index = 0; index < count; index += 1)
        noteBehaviour(behaviours[program.matches[index]], log, process, context);
    },
    take: () => (lastNumber <= handled ? [] : take()),
    handled: () => Math.max(lastNumber, handled),
    isOver: () => isOver,
    forgotten: () => forgotten,
  };
}

/** The runtime's own steps in a new container go by its name until the pod's program starts. */
function isRuntime({ comm }: Process): boolean {
  return comm === 'runc' || comm === 'crun' || comm.startsWith('runc:[');
}

function programOf(process: Process): string {
  return programText({ path: textFromBytes(process.exepath), name: nameOf(process) });
}

function nameOf({ exepath, comm, exe }: Process): string {
  return wholeName(textFromBytes(exepath), textFromBytes(comm), textFromBytes(exe));
}

/** What was listened at and written before anybody looked, as the tables have it from the start. */
function* openBefore({ descriptors }: Process): Generator<Descriptor> {
  for (const [, descriptor] of descriptors.entries()) {
    const { type, openFlags } = descriptor;
    const isServer = type === DescriptorType.ipv4ServerSocket || type === DescriptorType.ipv6ServerSocket;
    const isFile = type === DescriptorType.file || type === DescriptorType.fileV2;
    if (isServer || (isFile && (openFlags & OPEN_TO_WRITE) !== 0 && descriptor.name.startsWith('/')))
      yield descriptor;
  }
}

/** With the file that is run: a path may be another program tomorrow. */
function programExample(process: Process): string {
  const { exeInode } = process;
  return exeInode === 0n ? commandOf(process) : `${commandOf(process)} [inode ${exeInode}]`;
}

function commandOf({ commandLine, exepath }: Process): string {
  const text = textFromBytes(commandLine === '' ? exepath : commandLine);
  if (text.length <= MOST_OF_A_COMMAND) return text;
  // A slice alone would keep the whole command line.
  return Buffer.from(`${text.slice(0, MOST_OF_A_COMMAND)}...`).toString();
}
