import { type EventView, timestampOf } from '@seawall/events';
import type { ContainerInfo, ContainerWatcher, EventContext } from '@seawall/inspector';
import { type BoundCondition, interpret, type Priority, priorities } from '@seawall/rules';
import type { Matcher } from '../replay/matcher.ts';
import { type FrozenContext, freezeContext } from './freeze-context.ts';
import { asksForMetadata } from './metadata-field.ts';
import { type Verdict, verdictOf } from './verdict.ts';

/** What waiting needs of a rule. */
export interface WaitingRule {
  readonly name: string;
  readonly bound: BoundCondition<EventContext>;
  readonly eventTypes: readonly number[] | undefined;
  readonly priority: Priority;
  /** Everything that its alerts show. */
  readonly outputs: readonly string[];
}

export interface WaitingOptions {
  /** Milliseconds that a container's matches wait for its description at most, from when it was first seen. */
  readonly limit: number;
  readonly isFirstOnly: boolean;
  /** Whether matches wait whose rule does not ask for the description: where somebody else does, as the scope of policies. */
  readonly everyMatchWaits?: boolean;
  /** Told of each container that is found without a description, and again whenever another thread is found in it. */
  lookUp?(id: string): void;
  /**
   * Told of each event that waited when all that comes of it was told, if anything.
   * @param failure why one of an earlier run could not be decided.
   */
  onDecided?(event: EventContext, failure?: unknown): void;
}

/**
 * An event that waited was decided.
 * @param rules those that hold, in the matcher's order.
 * @param context of the event as it was, with what is known of the container by now; it may be kept.
 * @param isIncomplete the time was up: what the container's description would say is not known.
 */
export type Decide = (rules: readonly number[], context: EventContext, isIncomplete: boolean) => void;

/**
 * Keeps matches that hinge on what is still to be told of their container. Time is that of the events, so that a
 * recording is decided as the live events were.
 */
export interface ContainerWaiting {
  /** To be told by the inspector. */
  readonly watcher: ContainerWatcher;
  /** Says where the events are shown; before the first. */
  observe(context: EventContext): void;
  /**
   * Puts waiting in front of a matcher: what it would say of an event in a container of which nothing is known yet is
   * said when more is known. @param rules those of the matcher, in its order.
   */
  wrap(matcher: Matcher<EventContext>, rules: readonly WaitingRule[], decide: Decide): Matcher<EventContext>;
  /** Whether the event's container may still be described in time. */
  isPending(context: EventContext): boolean;
  /** Whether the time was up for the event's container without a word about it. */
  isOverdue(context: EventContext): boolean;
  /** It is that late, though no event says so. @param seconds since the epoch. */
  advance(seconds: number): void;
  /** Events that wait and that nobody has tried to write down yet, the most urgent first. */
  unwritten(): Iterable<WaitingEvent>;
  /**
   * Takes up an event that waited in an earlier run, with the rules of today: it is decided as soon as its container is
   * described, else without, and says so.
   * @param rules names of those that it waited for.
   */
  resume(frozen: FrozenContext, rules: readonly string[]): void;
  /** Decides everything now: there are no more events. */
  finish(): void;
  report(): WaitingReport;
}

export interface WaitingReport {
  /** Events that waited. */
  readonly waited: number;
  /** Of these, those that were decided without the description. */
  readonly incomplete: number;
  readonly waitingNow: number;
  /** When the oldest of these happened that is not written down: nanoseconds since the epoch. */
  readonly waitingSince: bigint | undefined;
  readonly pendingContainers: number;
}

/** Events that wait at most, and their bytes: then the least urgent, of these the oldest, is decided without the description. */
const MAXIMUM_EVENTS = 4096;
const MAXIMUM_BYTES = 16 * 1024 * 1024;
/** Containers without a description that are remembered. */
const MAXIMUM_CONTAINERS = 4096;

/** 2^32 nanoseconds in seconds: the upper half of a timestamp counts these. */
const SECONDS_PER_UPPER_HALF = 4.294967296;
const SECONDS_PER_NANOSECOND = 1e-9;
const NEVER = Number.POSITIVE_INFINITY;

/** An event that waits. */
export interface WaitingEvent {
  readonly frozen: FrozenContext;
  /** Of its rules the most urgent: 0 is Emergency. */
  readonly urgency: number;
  /** Names of the rules that it waits for. */
  readonly names: readonly string[];
  /** Whether it outlives the process: for whoever writes it down to say. */
  writing: 'not tried' | 'written' | 'not written';
}

interface ParkedEvent extends WaitingEvent {
  readonly rules: readonly number[];
  readonly ready: ReadyRules;
  /** It waited in an earlier run: that nobody knows its container by now says nothing of what it was. */
  readonly isResumed: boolean;
}

/** A rule set made ready for waiting; events that wait keep theirs when another takes its place. */
interface ReadyRules {
  readonly names: readonly string[];
  readonly urgencies: readonly number[];
  readonly tests: readonly ((context: EventContext) => boolean)[];
  readonly decide: Decide;
}

type Standing = 'overdue' | 'missing';

export function createContainerWaiting(options: WaitingOptions): ContainerWaiting {
  const { isFirstOnly, everyMatchWaits = false } = options;
  const limit = options.limit / 1000;
  let live: EventContext | undefined;
  /** The rules of the matcher that was wrapped last. */
  let current: (() => ReadyRules) | undefined;
  /** Whether somebody looks containers up: without, nobody would describe one, and nothing waits. */
  let isLookedUp = false;
  /** Containers found before that was known: the tables are seeded before the first event says it. */
  const early = new Set<string>();
  /** Those of events of an earlier run: before runtimes are connected none of them would know any container. */
  const unasked = new Set<string>();
  /** Containers that may still be described, and until when: in the order of these times. */
  const deadlines = new Map<string, number>();
  let nextDeadline = NEVER;
  /** Containers for which nothing waits any more though they are not described. */
  const settled = new Map<string, Standing>();
  const parked = new Map<string, Set<ParkedEvent>>();
  /** The same by urgency, each oldest first: with its container. */
  const parkedByUrgency = priorities.map(() => new Map<ParkedEvent, string>());
  let parkedEvents = 0;
  let parkedBytes = 0;
  let waited = 0;
  let incomplete = 0;

  function settle(id: string, standing: Standing): void {
    settled.delete(id);
    settled.set(id, standing);
    if (settled.size > MAXIMUM_CONTAINERS) settled.delete(firstOf(settled));
  }

  function close(id: string): void {
    if (!deadlines.delete(id)) return;
    nextDeadline = NEVER;
    for (const deadline of deadlines.values()) {
      nextDeadline = deadline;
      break;
    }
  }

  const watcher: ContainerWatcher = {
    onUnknown(id) {
      options.lookUp?.(id);
      if (isLookedUp) waitFor(id);
      else if (early.size < MAXIMUM_CONTAINERS) early.add(id);
    },
    onDescribed(id) {
      early.delete(id);
      unasked.delete(id);
      close(id);
      settled.delete(id);
      decide(id, false);
    },
    onMissing(id) {
      close(id);
      settle(id, 'missing');
      decide(id, false);
    },
    onLookedUp() {
      isLookedUp = true;
      for (const id of early) waitFor(id);
      early.clear();
      for (const id of unasked) watcher.onUnknown(id);
      unasked.clear();
    },
  };

  function waitFor(id: string): void {
    if (live === undefined || deadlines.has(id) || settled.has(id)) return;
    const deadline = secondsOf(live.view) + limit;
    deadlines.set(id, deadline);
    if (deadlines.size === 1) nextDeadline = deadline;
    if (deadlines.size > MAXIMUM_CONTAINERS) giveUp(firstOf(deadlines));
  }

  function giveUp(id: string): void {
    close(id);
    settle(id, 'overdue');
    decide(id, true);
  }

  function decide(id: string, isIncomplete: boolean): void {
    const events = parked.get(id);
    if (events === undefined || live === undefined) return;
    parked.delete(id);
    const container = live.tables.container(id);
    for (const event of events) decideEvent(event, container, isIncomplete);
  }

  function decideEvent(
    event: ParkedEvent,
    container: ContainerInfo | undefined,
    isIncomplete: boolean,
  ): void {
    const { frozen, rules, ready } = event;
    parkedByUrgency[event.urgency].delete(event);
    parkedEvents -= 1;
    parkedBytes -= frozen.size;
    const isUnknown = isIncomplete || (event.isResumed && container === undefined);
    if (isUnknown) incomplete += 1;
    frozen.describe(container);
    let failure: unknown;
    try {
      const holding = rules.filter((rule) => ready.tests[rule](frozen.context));
      const told = isFirstOnly ? holding.slice(0, 1) : holding;
      if (told.length > 0) ready.decide(told, frozen.context, isUnknown);
    } catch (error) {
      // What an earlier run has written would end each run that reads it.
      if (!event.isResumed) throw error;
      failure = error;
    }
    options.onDecided?.(frozen.context, failure);
  }

  /** A crowd of what is not urgent does not take the description away from what is: undecided, nobody would be told. */
  function decideLeastUrgent(): void {
    const least = parkedByUrgency.findLast(({ size }) => size > 0) as Map<ParkedEvent, string>;
    const [event, id] = least.entries().next().value as [ParkedEvent, string];
    const events = parked.get(id) as Set<ParkedEvent>;
    events.delete(event);
    if (events.size === 0) parked.delete(id);
    decideEvent(event, undefined, true);
  }

  function waitingSince(): bigint | undefined {
    let since: bigint | undefined;
    for (const events of parkedByUrgency) {
      const oldest = events.keys().find(({ writing }) => writing !== 'written');
      if (oldest === undefined) continue;
      const time = timestampOf(oldest.frozen.context.view);
      if (since === undefined || time < since) since = time;
    }
    return since;
  }

  function advance(seconds: number): void {
    while (seconds >= nextDeadline) giveUp(firstOf(deadlines));
  }

  function isPending({ process, container }: EventContext): boolean {
    return container === undefined && process !== undefined && deadlines.has(process.containerId);
  }

  function park(id: string, event: ParkedEvent): void {
    const events = parked.get(id);
    if (events === undefined) parked.set(id, new Set([event]));
    else events.add(event);
    parkedByUrgency[event.urgency].set(event, id);
    waited += 1;
    parkedEvents += 1;
    parkedBytes += event.frozen.size;
    while (parkedEvents > MAXIMUM_EVENTS || parkedBytes > MAXIMUM_BYTES) decideLeastUrgent();
  }

  function* unwritten(): Generator<WaitingEvent> {
    for (const events of parkedByUrgency) {
      for (const event of events.keys()) if (event.writing === 'not tried') yield event;
    }
  }

  function resume(frozen: FrozenContext, names: readonly string[]): void {
    const ready = (current as () => ReadyRules)();
    const rules = ready.names.flatMap((name, rule) => (names.includes(name) ? [rule] : []));
    const id = frozen.context.process?.containerId ?? '';
    const urgency = Math.min(priorities.length - 1, ...rules.map((rule) => ready.urgencies[rule]));
    park(id, { frozen, urgency, names, writing: 'written', rules, ready, isResumed: true });
    if (live?.tables.container(id) !== undefined) decide(id, false);
    else if (settled.has(id)) decide(id, true);
    else if (isLookedUp) watcher.onUnknown(id);
    else unasked.add(id);
  }

  function wrap(
    matcher: Matcher<EventContext>,
    rules: readonly WaitingRule[],
    decideRule: Decide,
  ): Matcher<EventContext> {
    const { matches } = matcher;
    // Made when a container first has to be waited for: on most machines that is soon, in replays never.
    let slow:
      | {
          readonly verdicts: readonly Verdict[];
          readonly asks: readonly boolean[];
          readonly ready: ReadyRules;
        }
      | undefined;
    const candidates = new Map<number, readonly number[]>();

    function prepare(): NonNullable<typeof slow> {
      slow ??= {
        verdicts: rules.map(({ bound }) => verdictOf(bound)),
        asks: rules.map(({ outputs }) => everyMatchWaits || outputs.some(asksForMetadata)),
        ready: {
          names: rules.map(({ name }) => name),
          urgencies: rules.map(({ priority }) => priorities.indexOf(priority)),
          tests: rules.map(({ bound }) => interpret(bound)),
          decide: decideRule,
        },
      };
      return slow;
    }

    current = () => prepare().ready;

    function candidatesOf(type: number): readonly number[] {
      let found = candidates.get(type);
      if (found === undefined) {
        found = rules.flatMap(({ eventTypes }, index) => (eventTypes?.includes(type) ? [index] : []));
        candidates.set(type, found);
      }
      return found;
    }

    /** @returns how many rules match whatever may be told of the container; those of which it is not certain wait. */
    function evaluateWaiting(context: EventContext, type: number): number {
      const { verdicts, asks, ready } = prepare();
      const waiting: number[] = [];
      let count = 0;
      for (const rule of candidatesOf(type)) {
        const holds = verdicts[rule](context);
        if (holds === false) continue;
        // Where only the first counts, a later rule can't be told before an earlier one is decided.
        if (holds === undefined || asks[rule] || (isFirstOnly && waiting.length > 0)) waiting.push(rule);
        else {
          matches[count] = rule;
          count += 1;
        }
        if (isFirstOnly && holds === true) break;
      }
      if (waiting.length > 0) {
        const id = (context.process as NonNullable<EventContext['process']>).containerId;
        const urgency = Math.min(...waiting.map((rule) => ready.urgencies[rule]));
        const names = waiting.map((rule) => ready.names[rule]);
        const state = { writing: 'not tried', isResumed: false } as const;
        park(id, { frozen: freezeContext(context), urgency, names, rules: waiting, ready, ...state });
      }
      return count;
    }

    return {
      ...matcher,
      isOpen: (context, type) =>
        (nextDeadline !== NEVER && isPending(context)) || matcher.isOpen(context, type),
      isRuledOut: (context, type, grounds) =>
        !(nextDeadline !== NEVER && isPending(context)) && matcher.isRuledOut(context, type, grounds),
      evaluate(context, type) {
        if (nextDeadline !== NEVER) {
          const seconds = secondsOf(context.view);
          if (seconds >= nextDeadline) advance(seconds);
          if (isPending(context)) return evaluateWaiting(context, type);
        }
        return matcher.evaluate(context, type);
      },
    };
  }

  return {
    watcher,
    observe(context) {
      live = context;
    },
    wrap,
    isPending,
    isOverdue: ({ process, container }) =>
      container === undefined &&
      settled.size > 0 &&
      process !== undefined &&
      settled.get(process.containerId) === 'overdue',
    advance,
    unwritten,
    resume,
    finish() {
      for (const id of [...deadlines.keys()]) giveUp(id);
    },
    report: () => ({
      waited,
      incomplete,
      waitingNow: parkedEvents,
      waitingSince: waitingSince(),
      pendingContainers: deadlines.size,
    }),
  };
}

/** The event's time in seconds since the epoch: exact to less than a microsecond. */
function secondsOf({ timestampHigh, timestampLow }: EventView): number {
  return timestampHigh * SECONDS_PER_UPPER_HALF + timestampLow * SECONDS_PER_NANOSECOND;
}

function firstOf(map: ReadonlyMap<string, unknown>): string {
  return map.keys().next().value as string;
}
