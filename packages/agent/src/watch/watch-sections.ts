import { hostname as machineHostname } from 'node:os';
import { nanosecondsNow, systemClock } from '@seawall/base';
import { EVENT_TYPE_COUNT, timestampOf } from '@seawall/events';
import {
  type ContainerInfo,
  createInspector,
  type EventContext,
  processScopes,
  type SyscallCatalogue,
  type Tables,
} from '@seawall/inspector';
import { type CompilableRule, type Rule, textFromBytes } from '@seawall/rules';
import { type Accounting, createAccounting } from '../accounting.ts';
import type { ActivityCollector } from '../activity/collector.ts';
import { observingMatcher } from '../activity/observing-matcher.ts';
import type { Alert } from '../alert/alert.ts';
import { type AlertFactory, createAlertFactory } from '../alert/create-alerts.ts';
import { dropAlert } from '../alert/drop-alert.ts';
import { createDropWatch, type DropNotice, type DropPolicy } from '../drops.ts';
import { errors } from '../errors.ts';
import { createCompiledMatcher } from '../replay/compiled-matcher.ts';
import type { Matcher } from '../replay/matcher.ts';
import { type CaptureReplay, replayCapture } from '../replay/replay-capture.ts';
import {
  type ContainerWaiting,
  createContainerWaiting,
  type Decide,
  type WaitingOptions,
} from '../waiting/container-waiting.ts';
import type { WatchOptions } from './options.ts';
import { createThreadVerdicts, type ThreadVerdicts } from './thread-verdicts.ts';

/** What watching system calls is told, wherever they come from. */
export interface SectionsWatchOptions extends WatchOptions {
  readonly catalogue: SyscallCatalogue;
  /** What is known of containers besides what the source says. */
  readonly containers: readonly ContainerInfo[];
  readonly drops: DropPolicy;
  /** True to take everything for the host's, as Falco does without its container plugin. */
  readonly ignoresContainers?: boolean;
  /** How matches wait for what is still to be told of their container; by default for two seconds at most. */
  readonly waiting?: Partial<Omit<WaitingOptions, 'isFirstOnly'>>;
  /** Who sees what workloads do, by the same events; watching live, the kernel shows what that takes as well. */
  readonly activity?: Pick<ActivityCollector, 'rules' | 'wanted' | 'observe' | 'observeTables'>;
  /** Asked now and then: whether nothing that comes later matters, so that reading may end. */
  isDone?(): boolean;
  /** Called for each event that rules match, before `onAlert` for each: the context is still about the event. */
  onMatches?(alerts: readonly Alert[], context: EventContext): void;
  /** Events were lost, and the policy says to tell it. */
  onDrops?(notice: DropNotice): void;
  /** Whether what is known of processes may be wrong just now: matches are marked then. */
  isStateIncomplete?(): boolean;
}

/** A stream of sections being watched. */
export interface SectionsWatch {
  /**
   * @param sections what a capture holds, from a file or from the kernel.
   * @param lost how many events the source has lost so far; asked a last time when the sections have ended.
   */
  run(sections: CaptureReplay['sections'], lost: () => number): Promise<void>;
  /**
   * Goes on with other rules, from the next batch on: each event meets the old ones or the new ones, and is lost to
   * neither. Compiling takes as long as the call.
   */
  replaceRules(rules: readonly Rule[]): void;
  readonly accounting: Accounting;
  /** What the rules at work say of threads, between two batches. */
  readonly threads: ThreadVerdicts;
  /** The matches that wait, or waited, for what there is to know of their container. */
  readonly waiting: Pick<
    ContainerWaiting,
    'advance' | 'isPending' | 'isOverdue' | 'report' | 'unwritten' | 'resume'
  >;
  /** What is known of the machine, as it is just now. */
  readonly tables: Tables;
  /** How often events were lost, and how often something was done about it. */
  dropReport(): { readonly occurrences: number; readonly actionsTaken: number };
}

/** Milliseconds for which matches wait for the description of their container unless told. */
const WAITING_LIMIT = 2000;

/** Rules made ready to run. */
interface RunningRules {
  readonly factories: readonly AlertFactory<EventContext>[];
  readonly matcher: Matcher<EventContext>;
}

/**
 * Makes ready to send system calls through rules: live or replayed, it is the same way.
 * `run` throws what the source throws (after everything readable went through) and agent/STOPPED_BY_DROPS.
 * @throws agent/DROP_THRESHOLD_INVALID, agent/DROP_ACTIONS_CONTRADICT
 */
export function createSectionsWatch(options: SectionsWatchOptions): SectionsWatch {
  const { catalogue, isIsoTime } = options;
  const waiting = createContainerWaiting({
    limit: WAITING_LIMIT,
    ...options.waiting,
    isFirstOnly: options.isFirstOnly,
  });
  let running = prepare(options.rules);
  const inspector = createInspector({
    containerWatcher: waiting.watcher,
    ignoresContainers: options.ignoresContainers === true,
  });
  waiting.observe(inspector.context);
  inspector.setContainers(options.containers);
  const accounting = createAccounting(EVENT_TYPE_COUNT);
  let hostname = options.hostname ?? machineHostname();
  let eventCount = 0;
  let lostSoFar = (): number => 0;
  const drops = createDropWatch(options.drops, () => ({ delivered: eventCount, lost: lostSoFar() }));
  const { actions } = options.drops;

  function prepare(rules: readonly Rule[]): RunningRules {
    const factories = rules.map((rule) => createAlertFactory<EventContext>(rule, catalogue, { isIsoTime }));
    const matcher = createCompiledMatcher(rules as readonly CompilableRule<EventContext>[], {
      catalogue,
      tracker: processScopes,
      isFirstOnly: options.isFirstOnly,
    });
    const waitingRules = rules.map((rule) => ({
      ...(rule as CompilableRule<EventContext>),
      name: rule.name,
      priority: rule.priority,
      outputs: [rule.output, ...rule.extraFields.map(({ format }) => format)],
    }));
    const decide: Decide = (waitingMatches, context, isIncomplete) => {
      const alerts = waitingMatches.map((rule) => {
        const alert = factories[rule].create(context, timestampOf(context.view), hostname);
        return isIncomplete ? { ...alert, isIncomplete } : alert;
      });
      tell(alerts, context);
    };
    const waitingMatcher = waiting.wrap(matcher, waitingRules, decide);
    const { activity } = options;
    return {
      factories,
      matcher: activity === undefined ? waitingMatcher : observingMatcher(waitingMatcher, activity),
    };
  }

  function tell(alerts: readonly Alert[], context: EventContext): void {
    options.onMatches?.(alerts, context);
    for (const alert of alerts) options.onAlert(alert);
  }

  /** What is decided between batches is to be seen at once as well. */
  function advance(seconds: number): void {
    const { waitingNow } = waiting.report();
    waiting.advance(seconds);
    if (waiting.report().waitingNow !== waitingNow) options.onProgress?.(eventCount);
  }

  function tellDrops(notice: DropNotice, timestamp: bigint): void {
    options.onDrops?.(notice);
    if (actions.includes('alert')) options.onAlert(dropAlert(notice, timestamp, hostname, isIsoTime));
  }

  function handleDrops(notice: DropNotice, context: EventContext): boolean {
    tellDrops(notice, timestampOf(context.view));
    if (actions.includes('exit')) throw errors.create('STOPPED_BY_DROPS', { lost: notice.lost });
    return true;
  }

  return {
    async run(sections, lost) {
      lostSoFar = lost;
      try {
        await replayCapture({
          sections,
          inspector,
          // Read anew with each batch.
          get matcher() {
            return running.matcher;
          },
          accounting,
          drops,
          onDrops: handleDrops,
          onSection(section) {
            options.activity?.observeTables(section);
            if (section.kind === 'machine') {
              hostname = options.hostname ?? (textFromBytes(section.machine.hostname) || machineHostname());
            }
          },
          onMatches(context, matches, count) {
            const timestamp = timestampOf(context.view);
            const isIncomplete = waiting.isOverdue(context) || options.isStateIncomplete?.() === true;
            const alerts = Array.from(matches.subarray(0, count), (rule) => {
              const alert = running.factories[rule].create(context, timestamp, hostname);
              return isIncomplete ? { ...alert, isIncomplete } : alert;
            });
            tell(alerts, context);
          },
          onBatch(count) {
            eventCount += count;
            options.onProgress?.(eventCount);
            return options.isDone?.() !== true;
          },
        });
      } finally {
        // Whatever ended it: the memory of the last event may be the source's again.
        const loss = drops.finish();
        if (loss !== undefined) tellDrops(loss, nanosecondsNow(systemClock));
        waiting.finish();
      }
    },
    replaceRules(rules) {
      running = prepare(rules);
    },
    accounting,
    threads: createThreadVerdicts(inspector, () => running.matcher),
    waiting: { ...waiting, advance },
    tables: inspector.context.tables,
    dropReport: drops.report,
  };
}
