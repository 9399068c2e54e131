import { hostname as machineHostname } from 'node:os';
import { type CaptureSection, EVENT_TYPE_COUNT, timestampOf } from '@seawall/events';
import {
  type ContainerInfo,
  createInspector,
  type EventContext,
  processScopes,
  type SyscallCatalogue,
} from '@seawall/inspector';
import { type CompilableRule, textFromBytes } from '@seawall/rules';
import { type Accounting, createAccounting } from '../accounting.ts';
import type { Alert } from '../alert/alert.ts';
import { createAlertFactory } from '../alert/create-alerts.ts';
import { dropAlert } from '../alert/drop-alert.ts';
import { createDropWatch, type DropNotice, type DropPolicy } from '../drops.ts';
import { errors } from '../errors.ts';
import { createCompiledMatcher } from '../replay/compiled-matcher.ts';
import { replayCapture } from '../replay/replay-capture.ts';
import type { WatchOptions } from './options.ts';

/** What watching system calls is told, wherever they come from. */
export interface SectionsWatchOptions extends WatchOptions {
  readonly catalogue: SyscallCatalogue;
  /** What is known of containers besides what the source says. */
  readonly containers: readonly ContainerInfo[];
  readonly drops: DropPolicy;
  /** Called with each match before `onAlert`, while the context is still about its event. */
  onMatch?(alert: Alert, context: EventContext): void;
  /** Events were lost, and the policy says to tell it. */
  onDrops?(notice: DropNotice): void;
}

/** A stream of sections being watched. */
export interface SectionsWatch {
  /**
   * @param sections what a capture holds, from a file or from the kernel.
   * @param lost how many events the source has lost so far.
   */
  run(sections: AsyncIterable<CaptureSection>, lost: () => number): Promise<void>;
  readonly accounting: Accounting;
  /** How often events were lost, and how often something was done about it. */
  dropReport(): { readonly occurrences: number; readonly actionsTaken: number };
}

/**
 * Makes ready to send system calls through rules: live or replayed, it is the same way.
 * `run` throws what the source throws (after everything readable went through) and agent/STOPPED_BY_DROPS.
 * @throws agent/DROP_THRESHOLD_INVALID, agent/DROP_ACTIONS_CONTRADICT
 */
export function createSectionsWatch(options: SectionsWatchOptions): SectionsWatch {
  const { rules, catalogue, isIsoTime } = options;
  const factories = rules.map((rule) => createAlertFactory<EventContext>(rule, catalogue, { isIsoTime }));
  const matcher = createCompiledMatcher(rules as readonly CompilableRule<EventContext>[], {
    catalogue,
    tracker: processScopes,
    isFirstOnly: options.isFirstOnly,
  });
  const inspector = createInspector();
  inspector.setContainers(options.containers);
  const accounting = createAccounting(EVENT_TYPE_COUNT);
  let hostname = options.hostname ?? machineHostname();
  let eventCount = 0;
  let lostSoFar = (): number => 0;
  const drops = createDropWatch(options.drops, () => ({ delivered: eventCount, lost: lostSoFar() }));
  const { actions } = options.drops;

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
        matcher,
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
          for (let index = 0; index < count; index += 1) {
            const alert = factories[matches[index]].create(context, timestamp, hostname);
            options.onMatch?.(alert, context);
            options.onAlert(alert);
          }
        },
        onBatch(count) {
          eventCount += count;
          options.onProgress?.(eventCount);
          return true;
        },
      });
    },
    accounting,
    dropReport: drops.report,
  };
}
