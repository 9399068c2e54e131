import { nextTurn } from '@seawall/base';
import type { CaptureSection } from '@seawall/events';
import {
  buildAhead,
  eitherWanted,
  type KernelCounters,
  liveSections,
  openProbe,
  type Probe,
  type ProbeStatus,
} from '@seawall/probe';
import type { Rule } from '@seawall/rules';
import type { AccountingReport, EventCounts } from '../accounting.ts';
import type { Watch } from '../watch/options.ts';
import {
  createSectionsWatch,
  type SectionsWatch,
  type SectionsWatchOptions,
} from '../watch/watch-sections.ts';
import { createIgnoring } from './ignoring.ts';
import { makeObjectsYoung } from './lean-memory.ts';
import type { LiveContainers } from './live-containers.ts';
import { createTurnTaking } from './take-turn-first.ts';
import { wantedFor } from './wanted-calls.ts';
import { withContainers } from './with-containers.ts';

export interface LiveWatchOptions extends SectionsWatchOptions {
  /** Ends the watching: what happened until then is still evaluated. */
  readonly signal: AbortSignal;
  /** Bytes of the ring between kernel and agent. */
  readonly ringBytes?: number;
  /** Who finds out about containers; nobody unless given. Started and closed with the watch. */
  readonly liveContainers?: LiveContainers;
  /** Whether the kernel is to leave out nothing of the calls that are on: for recordings, of which more is asked. */
  readonly isUnfiltered?: boolean;
  /** What runs in the kernel has to be compiled first, which takes a while: told before it begins. */
  onBuild?(what: string): void;
  /** Everything is on: what happens from now on is seen. */
  onStart?(status: ProbeStatus): void;
  /** Called with each section before rules see it: to record it. A batch is only valid until it returns. */
  onSection?(section: CaptureSection): Promise<void> | void;
  /** Everything that had happened until just now has been looked at. */
  onDrained?(): void;
}

/** Milliseconds between two looks whether matches have waited long enough. */
const DEADLINE_INTERVAL = 100;
/** Milliseconds that an event may take from the kernel to here: those from before a deadline go first. */
const DEADLINE_SLACK = 200;

export interface LiveWatch extends Watch, Pick<SectionsWatch, 'dropReport' | 'tables'> {
  /** The matches that wait for the description of their container. */
  readonly waiting: SectionsWatch['waiting'];
  /**
   * Goes on with other rules without losing an event: the kernel shows what either set wants until the new one has taken
   * over.
   */
  replaceRules(rules: readonly Rule[]): void;
}

/**
 * Makes ready to watch this machine.
 * `run` throws what opening the probe throws, and agent/STOPPED_BY_DROPS; whatever happens, the probe is gone after it.
 * @throws agent/DROP_THRESHOLD_INVALID, agent/DROP_ACTIONS_CONTRADICT
 */
export function createLiveWatch(options: LiveWatchOptions): LiveWatch {
  const { liveContainers } = options;
  let isStateIncomplete = false;
  const watch = createSectionsWatch({
    ...options,
    isStateIncomplete: () => isStateIncomplete,
    waiting: {
      ...options.waiting,
      ...(liveContainers !== undefined && { lookUp: liveContainers.lookUp }),
    },
  });
  let probe: Probe | undefined;
  const { isUnfiltered = false } = options;
  const activityRules = options.activity?.rules ?? [];
  let wanted = wantedFor([...options.rules, ...activityRules], options.catalogue, { isUnfiltered });

  async function* sectionsOf(opened: Probe): AsyncGenerator<CaptureSection> {
    const ignoring = createIgnoring(opened.ignored, opened.ring, watch.threads);
    const sections = liveSections(opened, {
      signal: options.signal,
      onPressure: createTurnTaking(),
      ...(options.onDrained !== undefined && { onIdle: options.onDrained }),
      onHandled() {
        if (!isStateIncomplete) ignoring.onHandled();
      },
      onIncomplete() {
        isStateIncomplete = true;
        ignoring.forget();
      },
      onComplete() {
        isStateIncomplete = false;
      },
    });
    for await (const section of liveContainers === undefined
      ? sections
      : withContainers(sections, liveContainers)) {
      await options.onSection?.(section);
      if (section.kind === 'events' && section.batch === opened.ring.batch) ignoring.onBatch(section.batch);
      // What is said of processes or containers other than by the kernel.
      else ignoring.forget();
      yield section;
    }
  }

  /** @returns whether to go on. Loading the probe keeps this thread for a while: who wants it to end is heard before. */
  async function makeReady(): Promise<boolean> {
    const { signal, onBuild } = options;
    try {
      await buildAhead({ signal, ...(onBuild !== undefined && { onBuild }) });
      await liveContainers?.start();
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    await nextTurn();
    return !signal.aborted;
  }

  return {
    async run() {
      try {
        makeObjectsYoung();
        if (!(await makeReady())) return;
        const opened = openProbe(options.ringBytes === undefined ? {} : { ringBytes: options.ringBytes });
        probe = opened;
        // On a machine where nothing else happens no event says that the time is up.
        const deadlines = setInterval(
          () => watch.waiting.advance((Date.now() - DEADLINE_SLACK) / 1000),
          DEADLINE_INTERVAL,
        );
        try {
          await nextTurn();
          if (options.signal.aborted) return;
          opened.want(wanted);
          options.onStart?.(opened.status());
          await watch.run(sectionsOf(opened), () => countDropped(opened.counters()));
        } finally {
          clearInterval(deadlines);
          opened.close();
        }
      } finally {
        await liveContainers?.close();
      }
    },
    replaceRules(next) {
      const wantedNext = wantedFor([...next, ...activityRules], options.catalogue, { isUnfiltered });
      probe?.want(eitherWanted(wanted, wantedNext));
      watch.replaceRules(next);
      wanted = wantedNext;
      probe?.want(wanted);
    },
    report: () => ({
      accounting: withKernelCounts(watch.accounting.report(), probe?.counters()),
      merged: 0,
      unknown: 0,
    }),
    dropReport: watch.dropReport,
    waiting: watch.waiting,
    tables: watch.tables,
  };
}

/** Adds what the kernel counted and did not hand over: the agent's own events, and those for which there was no room. */
function withKernelCounts(report: AccountingReport, counters: KernelCounters | undefined): AccountingReport {
  if (counters === undefined) return report;
  const byType = new Map(report.byType);
  let total: EventCounts = report;
  for (let type = 0; type < counters.filtered.length; type += 1) {
    const filtered = counters.filtered[type];
    const dropped = counters.dropped[type];
    if (filtered === 0 && dropped === 0) continue;
    byType.set(type, withCounts(byType.get(type) ?? NONE, filtered, dropped));
    total = withCounts(total, filtered, dropped);
  }
  return { ...total, byType: new Map([...byType].sort(([left], [right]) => left - right)) };
}

/** By the kernel's own account: what was lost behind the last event that came through shows nowhere else. */
function countDropped({ dropped }: KernelCounters): number {
  return dropped.reduce((sum, count) => sum + count, 0);
}

const NONE: EventCounts = { seen: 0, evaluated: 0, filtered: 0, dropped: 0 };

function withCounts(counts: EventCounts, filtered: number, dropped: number): EventCounts {
  return {
    seen: counts.seen + filtered + dropped,
    evaluated: counts.evaluated,
    filtered: counts.filtered + filtered,
    dropped: counts.dropped + dropped,
  };
}
