import {
  type CaptureSection,
  createEventView,
  EVENT_TYPE_COUNT,
  type EventView,
  eventTypeOfSymbol,
  eventTypes,
  leastCountByType,
  type PassingPlace,
  plainCountByType,
  Step,
  timestampOf,
} from '@seawall/events';
import { absorbableTypes } from './apply/absorb.ts';
import { applyClone } from './apply/clone.ts';
import { Behaviour, behaviours, descriptorParameters, handlers } from './apply/dispatch.ts';
import { belongTogether, forgetEnterEvent } from './apply/enter-event.ts';
import { identifyContainer } from './apply/identity.ts';
import { descriptorAt } from './apply/parameters.ts';
import { createPassing } from './apply/pass.ts';
import { idleSteps } from './apply/quiet.ts';
import { createSeeding } from './apply/seed.ts';
import { showDescriptor } from './apply/show-descriptor.ts';
import { createPending, lookUpDescriptor, type State } from './apply/state.ts';
import { createSuppression } from './apply/suppression.ts';
import type { ContainerInfo } from './container/container.ts';
import { createContainerTable } from './container/table.ts';
import type { ContainerWatcher } from './container/watcher.ts';
import type { EventContext } from './context.ts';
import type { Descriptor } from './descriptor/descriptor.ts';
import { createInterfaces } from './descriptor/interfaces.ts';
import type { DescriptorLimits } from './descriptor/table.ts';
import { forgetVerdicts } from './descriptor/verdicts.ts';
import { markChanged } from './process/changed.ts';
import { lacksIdentity } from './process/create.ts';
import { createRecentExits } from './process/exits.ts';
import { ProcessFlag } from './process/flags.ts';
import type { Process } from './process/process.ts';
import { createProcessTable } from './process/table.ts';
import { createTables } from './tables.ts';
import { createUserTable } from './user/table.ts';

/** The tables of one source, kept by its events. */
export interface Inspector {
  readonly context: EventContext;
  /** Seeds the tables from everything in a capture that is not an event; sections of kind `events` are ignored. */
  load(section: CaptureSection): void;
  /**
   * Brings the tables up to the event under the view (which must be `context.view`) and fills the context.
   * @returns false for events that rules must not see: those of suppressed threads, of types nobody knows, enter events
   *   that only serve the event that ends their call, what a capture begins with to complete its tables, and what
   *   the probe tells of descriptors.
   */
  apply(view: EventView): boolean;
  /**
   * By type id, a `Step` of the events package: whether events of that type have to be applied, are of no consequence, or
   * are to be asked of. All are to be applied at first, and where the events seen so far make it so.
   */
  readonly steps: Uint8Array;
  /** By type id: how few parameters an event may have to be applied unconverted; see `EventVisitor.leastCounts`. */
  readonly leastCounts: Uint16Array;
  /** Says which types rules want to see: 1 where events are never of no consequence by their type alone. */
  setWanted(wanted: Uint8Array): void;
  /**
   * Whether an event of a type that is to be asked of may be left out as far as the tables go: its header starts at
   * `event` in `data`. Small changes by events that no rule wants are made by this very question. Where true and the type
   * is wanted, the context says which thread, container and descriptor the event is about, and its view of which type it
   * is, and nothing else.
   */
  isQuiet(data: DataView, event: number, type: number): boolean;
  /**
   * The same question asked of the blocks of a capture one after the other, together with whether a rule can match events
   * of a wanted type of the thread that the context shows; see `EventVisitor.pass`. `isOpen` is not asked again where it
   * said no, until that thread, the descriptor, ancestors or the wanted types change.
   */
  pass(
    data: DataView,
    limit: number,
    place: PassingPlace,
    counts: Float64Array,
    isOpen: (context: EventContext, type: number) => boolean,
  ): void;
  /**
   * Does what has to wait until the event was evaluated: removes threads that exited, descriptors that closed.
   * The next `apply` does it as well.
   */
  settle(): void;
  /**
   * Between two events: lets the context show a thread, and no descriptor, for questions about the thread alone.
   * @returns false where too little is known of it.
   */
  showThread(tid: number): boolean;
  /** Takes in what somebody else knows of containers; each one's processes show it from then on. */
  setContainers(containers: Iterable<ContainerInfo>): void;
  /** What was counted so far; a fresh copy. */
  readonly counters: InspectorCounters;
}

/**
 * By type id: with how few parameters an event changes the tables as its converted form does. Handlers take what is absent
 * for 0, but for those of new threads; rules would tell the one from the other.
 */
const leastAppliedCounts = Uint16Array.from(leastCountByType, (least, type) =>
  handlers[type] === applyClone ? plainCountByType[type] : least,
);

export interface InspectorOptions {
  /** How many threads the tables hold at most; then the ones longest out of use are forgotten. */
  readonly maximumProcesses?: number;
  /** How many descriptors a process can have in the tables; further ones are not taken in. */
  readonly maximumDescriptorsPerProcess?: number;
  readonly maximumContainers?: number;
  /** True to take everything for the host's, as libsinsp does without its container plugin. */
  readonly ignoresContainers?: boolean;
  /** Told which containers are unknown, and which no more. */
  readonly containerWatcher?: ContainerWatcher;
  /** Names (byte strings) of threads that nobody is to see, nor what they start. */
  readonly suppressedComms?: ReadonlySet<string>;
  readonly suppressedTids?: Iterable<number>;
}

export interface InspectorCounters {
  /** Events whose type has a handler: those that can change the tables. */
  readonly parsed: number;
  readonly ignored: number;
  /** Events of types that the event table doesn't have. */
  readonly unknown: number;
  readonly suppressed: number;
  /** Threads forgotten to make room. */
  readonly evictedProcesses: number;
  /** Descriptors not taken in because their process had too many. */
  readonly refusedDescriptors: number;
  readonly evictedContainers: number;
  /** Descriptions of containers in the events that could not be read. */
  readonly unreadableContainers: number;
  readonly processes: number;
}

const DEFAULT_PROCESSES = 262_144;
const DEFAULT_DESCRIPTORS = 65_536;
const DEFAULT_CONTAINERS = 16_384;
const NO_DESCRIPTOR = -1;

/*
 * Copies for the hot path: what is imported is looked up in its module with every use, while a constant of this module
 * stands in the optimised code as it is.
 */
const TYPE_COUNT = EVENT_TYPE_COUNT;
const DETACHED_OR_SWITCH = Behaviour.detached | Behaviour.isSwitch;
const DETACHED_OR_UNINVENTED = Behaviour.detached | Behaviour.inventsNoThread;
const UNINVENTED = Behaviour.inventsNoThread;
const USES_DESCRIPTOR = Behaviour.usesDescriptor;
const HIDDEN = Behaviour.isHidden;
const HIDDEN_OR_DETACHED = Behaviour.isHidden | Behaviour.detached;
const ASYNCHRONOUS = eventTypeOfSymbol('ASYNCEVENT_E').id;
const INITIAL_STATE = Behaviour.isInitialState;
const ACTIVE = ProcessFlag.active;
const behaviourByType = behaviours;
const handlerByType = handlers;
const descriptorIndexes = descriptorParameters;
const absorbable = absorbableTypes;

export function createInspector(options: InspectorOptions = {}): Inspector {
  const processLimits = { maximum: options.maximumProcesses ?? DEFAULT_PROCESSES, evicted: 0 };
  const containerLimits = { maximum: options.maximumContainers ?? DEFAULT_CONTAINERS, evicted: 0 };
  const descriptorLimits: DescriptorLimits = {
    perProcess: options.maximumDescriptorsPerProcess ?? DEFAULT_DESCRIPTORS,
    refused: 0,
  };
  const processes = createProcessTable(processLimits, descriptorLimits);
  const { current } = processes;
  const users = createUserTable(markThreadsOf);
  const containers = createContainerTable(
    containerLimits,
    { onChange: describeThreadsOf, onRegroup: identifyAll },
    options.containerWatcher,
  );
  const interfaces = createInterfaces();
  const pending = createPending();
  const suppression = createSuppression(options.suppressedComms ?? new Set(), options.suppressedTids ?? []);
  let parsed = 0;
  let ignored = 0;
  let unknown = 0;
  let suppressed = 0;

  const tables = createTables({ processes, users, containers, interfaces });
  const state: State = {
    context: {
      view: createEventView(),
      process: undefined,
      descriptorNumber: undefined,
      descriptor: undefined,
      descriptorOldName: undefined,
      container: undefined,
      firstEventTimestamp: 0n,
      tables,
    },
    processes,
    users,
    containers,
    interfaces,
    exits: createRecentExits(),
    pending,
    identifiesContainers: options.ignoresContainers !== true,
    containerWatcher: options.containerWatcher,
    tables,
    announced: undefined,
    isForTablesAlone: false,
    unreadableContainers: 0,
  };
  const { context } = state;
  const seeding = createSeeding(state);
  let isLoaded = true;
  let hasStarted = false;
  /** From the header of a capture up to its first event that isn't part of its tables. */
  let isBeginning = false;
  /** Whether events can be stepped over: the tables are seeded, and no event waits for another. */
  let isSteady = false;
  let keepsStarts = false;
  const steps = new Uint8Array(EVENT_TYPE_COUNT);
  /** What the steps are while the tables are steady. */
  const steadySteps = idleSteps.slice();

  /** By type id: 1 where some rule wants to see events of the type. */
  const wantedTypes = new Uint8Array(EVENT_TYPE_COUNT).fill(1);
  const passing = createPassing({ context, current, settle });
  passing.plan(wantedTypes);
  const { isOfNoConsequence } = passing;

  /** Names of users are the container's: whoever runs in it shows others now. */
  function markThreadsOf(containerId: string): void {
    for (const process of processes.all()) if (process.containerId === containerId) markChanged(process);
  }

  function describeThreadsOf(containerId: string): void {
    const container = containers.get(containerId);
    for (const process of processes.all()) {
      if (process.containerId !== containerId || process.container === container) continue;
      process.container = container;
      markChanged(process);
    }
  }

  function identifyAll(): void {
    for (const process of processes.all()) identifyContainer(state, process);
  }

  function settle(): void {
    if (!pending.isAny) return;
    pending.isAny = false;
    if (pending.exitedTid !== -1) {
      const process = processes.find(pending.exitedTid);
      state.exits.record(pending.exitedTid, process?.parentTid ?? -1, pending.exitTime);
      processes.remove(pending.exitedTid);
      pending.exitedTid = -1;
    }
    if (pending.closedIn !== undefined) {
      pending.closedIn.delete(pending.closedDescriptor);
      pending.closedIn = undefined;
    }
  }

  function apply(view: EventView): boolean {
    if (pending.isAny) settle();
    if (!isLoaded) {
      isLoaded = true;
      seeding.finish();
    }
    const { type } = view;
    if (type >= TYPE_COUNT) {
      unknown += 1;
      clearContext();
      return false;
    }
    if (suppression.isActive && suppression.hides(view)) {
      suppressed += 1;
      clearContext();
      return false;
    }
    if (!hasStarted && eventTypes[type]!.source !== 'metaevent') {
      hasStarted = true;
      context.firstEventTimestamp = timestampOf(view);
    }
    const behaviour = behaviourByType[type] as number;
    let process = current(view.tid);
    if (process === undefined && (behaviour & DETACHED_OR_UNINVENTED) === 0) {
      process = processes.findOrInvent(view.tid);
    }
    let descriptor: Descriptor | undefined;
    if (process !== undefined && (behaviour & DETACHED_OR_SWITCH) === 0) {
      descriptor = prepare(view, process, behaviour);
    }
    // Writing only what differs is cheaper: events of one thread about one descriptor follow each other.
    if (context.process !== process) context.process = process;
    if (context.descriptor !== descriptor) context.descriptor = descriptor;
    const handler = handlerByType[type];
    if (handler === undefined) ignored += 1;
    else {
      parsed += 1;
      handler(state, view);
      if (descriptor !== undefined) forgetVerdicts(descriptor);
    }
    fillIn();
    if (process !== undefined && (type & 1) === 1 && process.bookkeeping.enterEvent !== undefined) {
      forgetEnterEvent(process);
    }
    if (isBeginning) {
      isBeginning = (behaviour & INITIAL_STATE) !== 0;
      if (isBeginning) return false;
    }
    if ((type & 1) === 0 && process !== undefined && process.bookkeeping.enterEvent !== undefined)
      leaveSteadiness();
    else if (!isSteady && hasStarted && !keepsStarts && !suppression.isActive) {
      isSteady = true;
      steps.set(steadySteps);
      passing.allow(true);
    }
    if ((behaviour & HIDDEN_OR_DETACHED) === 0) return true;
    return (behaviour & HIDDEN) === 0 && (type !== ASYNCHRONOUS || !state.isForTablesAlone);
  }

  function isQuiet(data: DataView, event: number, type: number): boolean {
    if (!isSteady) return false;
    if (pending.isAny) settle();
    // Ids beyond 31 bits are not real threads': they take the long way.
    if (data.getInt32(event + 12, true) !== 0) return false;
    const process = current(data.getInt32(event + 8, true));
    if (!isOfNoConsequence(process, data, event, type)) return false;
    if (wantedTypes[type] === 0 || process === undefined) return true;
    return showDescriptor(context, process, data, event, type);
  }

  function setWanted(wanted: Uint8Array): void {
    for (let type = 0; type < EVENT_TYPE_COUNT; type += 1) {
      const step = idleSteps[type];
      const isWanted = wanted[type] === 1;
      wantedTypes[type] = isWanted ? 1 : 0;
      // What rules see has to stay as it is until they have seen it.
      if (!isWanted && absorbable[type] === 1) steadySteps[type] = Step.ask;
      else steadySteps[type] = step === Step.count && isWanted ? Step.ask : step;
    }
    passing.plan(wantedTypes);
    if (isSteady) steps.set(steadySteps);
  }

  /** Captures that hold the starts of calls are never steady: any later event may end what one of them began. */
  function leaveSteadiness(): void {
    isSteady = false;
    keepsStarts = true;
    steps.fill(Step.visit);
    passing.allow(false);
  }

  function showThread(tid: number): boolean {
    settle();
    const process = processes.find(tid);
    clearContext();
    if (process === undefined || process.isDead || lacksIdentity(process)) return false;
    context.process = process;
    context.container = process.container;
    return true;
  }

  /** Completes the context with what the handler left, which may have put another thread in the event's place. */
  function fillIn(): void {
    const { process, descriptor } = context;
    const oldName = descriptor === undefined ? undefined : descriptor.oldName;
    if (context.descriptorOldName !== oldName) context.descriptorOldName = oldName;
    let container = state.announced;
    if (container !== undefined) state.announced = undefined;
    else if (process !== undefined) container = process.container;
    if (context.container !== container) context.container = container;
    context.descriptorNumber = process === undefined ? undefined : process.bookkeeping.lastDescriptor;
  }

  function clearContext(): void {
    context.process = undefined;
    context.descriptor = undefined;
    context.descriptorNumber = undefined;
    context.descriptorOldName = undefined;
    context.container = undefined;
  }

  /** Finds the descriptor that the event uses, with the start of its call where there was one. */
  function prepare(view: EventView, process: Process, behaviour: number): Descriptor | undefined {
    const { bookkeeping } = process;
    const { type } = view;
    if ((behaviour & UNINVENTED) === 0 && (process.flags & ACTIVE) === 0) {
      process.flags |= ACTIVE;
    }
    const usesDescriptor = (behaviour & USES_DESCRIPTOR) !== 0;
    if ((type & 1) === 0) {
      bookkeeping.lastEnterType = type;
      bookkeeping.lastDescriptor = usesDescriptor
        ? descriptorAt(view, descriptorIndexes[type] as number)
        : NO_DESCRIPTOR;
    } else {
      bookkeeping.isEnterValid = belongTogether(bookkeeping.lastEnterType, type);
      if (!bookkeeping.isEnterValid) bookkeeping.lastDescriptor = NO_DESCRIPTOR;
      if (usesDescriptor && bookkeeping.lastDescriptor === NO_DESCRIPTOR) {
        const index = descriptorIndexes[type] as number;
        if (index >= 0) bookkeeping.lastDescriptor = descriptorAt(view, index);
      }
    }
    return usesDescriptor ? lookUpDescriptor(process, bookkeeping.lastDescriptor) : undefined;
  }

  function load(section: CaptureSection): void {
    isLoaded = false;
    isSteady = false;
    steps.fill(Step.visit);
    passing.allow(false);
    switch (section.kind) {
      case 'machine':
        seeding.machine(section.machine);
        break;
      case 'interfaces':
        interfaces.replace(section.interfaces);
        break;
      case 'users':
        for (const user of section.users) users.addUser('', user);
        for (const group of section.groups) users.addGroup('', group);
        break;
      case 'processes':
        seeding.processes(section.processes);
        break;
      case 'descriptors':
        seeding.descriptors(section.tid, section.descriptors);
        break;
      case 'header':
        // Captures can follow each other in one file: the second one's threads have nothing to do with the first's.
        processes.clear();
        interfaces.replace([]);
        isBeginning = true;
        hasStarted = false;
        context.firstEventTimestamp = 0n;
        break;
      case 'events':
    }
  }

  return {
    context,
    load,
    apply,
    steps,
    leastCounts: leastAppliedCounts,
    setWanted,
    isQuiet,
    pass: passing.pass,
    settle,
    showThread,
    setContainers(added) {
      for (const container of added) containers.add(container);
    },
    get counters() {
      return {
        parsed,
        ignored,
        unknown,
        suppressed,
        evictedProcesses: processLimits.evicted,
        refusedDescriptors: descriptorLimits.refused,
        evictedContainers: containerLimits.evicted,
        unreadableContainers: state.unreadableContainers,
        processes: processes.count(),
      };
    },
  };
}
