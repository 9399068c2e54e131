import { hostname as machineHostname } from 'node:os';
import { EVENT_TYPE_COUNT, timestampOf } from '@seawall/events';
import {
  type ContainerInfo,
  createInspector,
  type EventContext,
  processScopes,
  type SyscallCatalogue,
} from '@seawall/inspector';
import { type CompilableRule, type Rule, textFromBytes } from '@seawall/rules';
import { type Accounting, createAccounting } from '../accounting.ts';
import type { Alert } from '../alert/alert.ts';
import { type AlertFactory, createAlertFactory } from '../alert/create-alerts.ts';
import { dropAlert } from '../alert/drop-alert.ts';
import { createDropWatch, type DropNotice, type DropPolicy } from '../drops.ts';
import { errors } from '../errors.ts';
import { createCompiledMatcher } from '../replay/compiled-matcher.ts';
import type { Matcher } from '../replay/matcher.ts';
import { type CaptureReplay, replayCapture } from '../replay/replay-capture.ts';
import type { WatchOptions } from './options.ts';

/** What watching system calls is told, wherever they come from. */
export interface SectionsWatchOptions extends WatchOptions {
  readonly catalogue: SyscallCatalogue;
  /** What is known of containers besides what the source says. */
  readonly containers: readonly ContainerInfo[];
  readonly drops: DropPolicy;
  /** Called for each event that rules match, before `onAlert` for each: the context is still about the event. */
  onMatches?(alerts: readonly Alert[], context: EventContext): void;
  /** Events were lost, and the policy says to tell it. */
  onDrops?(notice: DropNotice): void;
}

/** A stream of sections being watched. */
export interface SectionsWatch {
  /**
   * @param sections what a capture holds, from a file or from the kernel.
   * @param lost how many events the source has lost so far.
   */
  run(sections: CaptureReplay['sections'], lost: () => number): Promise<void>;
  /**
   * Goes on with other rules, from the next batch on: each event meets the old ones or the new ones, and is lost to
   * neither. Compiling takes as long as the call.
   */
  replaceRules(rules: readonly Rule[]): void;
  readonly accounting: Accounting;
  /** How often events were lost, and how often something was done about it. */
  dropReport(): { readonly occurrences: number; readonly actionsTaken: number };
}

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
  let running = prepare(options.rules);
  const inspector = createInspector();
  inspector.setContainers(options.containers);
  const accounting = createAccounting(EVENT_TYPE_COUNT);
  let hostname = options.hostname ?? machineHostname();
  let eventCount = 0;
  let lostSoFar = (): number => 0;
  const drops = createDropWatch(options.drops, () => ({ delivered: eventCount, lost: lostSoFar() }));
  const { actions } = options.drops;

  function prepare(rules: readonly Rule[]): RunningRules {
    return {
      factories: rules.map((rule) => createAlertFactory<EventContext>(rule, catalogue, { isIsoTime })),
      matcher: createCompiledMatcher(rules as readonly CompilableRule<EventContext>[], {
        catalogue,
        tracker: processScopes,
        isFirstOnly: options.isFirstOnly,
      }),
    };
  }

  function handleDrops(notice: DropNotice, context: EventContext): boolean {
    options.onDrops?.(notice);
    if (actions.includes('alert')) {
      options.onAlert(dropAlert(notice, timestampOf(context.view), hostname, isIsoTime));
    }
    if (actions.includes('exit')) throw errors.create('STOPPED_BY_DROPS', { lost: notice.lost });
    return true;
  }

  return {
    run(sections, lost) {
      lostSoFar = lost;
      return replayCapture({
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
          if (section.kind === 'machine') {
            hostname = options.hostname ?? (textFromBytes(section.machine.hostname) || machineHostname());
          }
        },
        onMatches(context, matches, count) {
          const timestamp = timestampOf(context.view);
          const alerts = Array.from(matches.subarray(0, count), (rule) =>
            running.factories[rule].create(context, timestamp, hostname),
          );
          options.onMatches?.(alerts, context);
          for (const alert of alerts) options.onAlert(alert);
        },
        onBatch(count) {
          eventCount += count;
          options.onProgress?.(eventCount);
          return true;
        },
      });
    },
    replaceRules(rules) {
      running = prepare(rules);
    },
    accounting,
    dropReport: drops.report,
  };
}
