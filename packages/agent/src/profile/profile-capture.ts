import { type Clock, systemClock } from '@seawall/base';
import { type CaptureInput, EVENT_TYPE_COUNT, readCapture } from '@seawall/events';
import {
  type ContainerInfo,
  createInspector,
  type EventContext,
  type SyscallCatalogue,
} from '@seawall/inspector';
import {
  createRuleProfiler,
  type FieldCatalogue,
  type Rule,
  type RuleSet,
  type RuleSetProfile,
} from '@seawall/rules';
import { createAccounting } from '../accounting.ts';
import { replayCapture } from '../replay/replay-capture.ts';
import { firstEvents } from './first-events.ts';

export interface CaptureProfileOptions {
  readonly input: CaptureInput;
  /** What errors call the input. */
  readonly inputName: string;
  /** Rules of the catalogue's source. */
  readonly rules: readonly Rule[];
  readonly ruleSet: RuleSet;
  readonly catalogue: SyscallCatalogue;
  /** What is known of containers besides what the capture says. */
  readonly containers: readonly ContainerInfo[];
  /** Stop after so many events. */
  readonly maximumEvents?: number;
  onProgress?(eventCount: number): void;
  readonly clock?: Clock;
  random?(): number;
}

/** A profile under way: `run` reads the events, `report` says what was measured so far, also when reading broke off. */
export interface CaptureProfile {
  run(): Promise<void>;
  report(): CaptureProfileReport;
}

export interface CaptureProfileReport extends RuleSetProfile {
  /** All events that were read, also of types that no rule is about. */
  readonly events: number;
}

/** Makes ready to measure rules on a capture. `run` throws what reading throws, after everything readable went through. */
export function createCaptureProfile(options: CaptureProfileOptions): CaptureProfile {
  const { rules, ruleSet, catalogue, clock = systemClock, random = Math.random } = options;
  const profiler = createRuleProfiler<EventContext>(rules, {
    ruleSet,
    catalogue: catalogue as FieldCatalogue<EventContext>,
    clock,
    random,
  });
  const inspector = createInspector();
  inspector.setContainers(options.containers);
  let events = 0;
  return {
    run: () =>
      replayCapture({
        sections: firstEvents(
          readCapture(options.input, { name: options.inputName }),
          options.maximumEvents ?? Number.POSITIVE_INFINITY,
        ),
        inspector,
        matcher: {
          ...profiler,
          isOpen: (_context, eventType) => profiler.wanted[eventType] !== 0,
          isRuledOut: () => false,
        },
        accounting: createAccounting(EVENT_TYPE_COUNT),
        onMatches: () => undefined,
        onBatch(count) {
          events += count;
          options.onProgress?.(events);
          return true;
        },
      }),
    report: () => ({ events, ...profiler.report() }),
  };
}
