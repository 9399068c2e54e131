import { createAccounting, createInterpretedMatcher, type Matcher, replayCapture } from '@seawall/agent';
import { EVENT_TYPE_COUNT, visitCapture } from '@seawall/events';
import {
  type ContainerInfo,
  createInspector,
  type EventContext,
  type Inspector,
  processScopes,
} from '@seawall/inspector';
import { compileProgram } from '@seawall/rules';
import { catalogue, type RunnableRule } from './stock-rules.ts';

export interface ComparedCapture {
  readonly path: string;
  readonly containers: readonly ContainerInfo[];
  readonly maximumEvents: number;
}

export interface FoundAlert {
  readonly event: number;
  readonly rule: RunnableRule;
}

export interface ComparedAlerts {
  readonly events: number;
  /** Those of the compiled program, in the order of the events, then of the rules. */
  readonly alerts: readonly FoundAlert[];
  /** Alerts of one way that the other doesn't have. */
  readonly differences: readonly string[];
}

/**
 * Replays a capture as `seawall watch` does (compiled, stepping over events that concern nobody), and once more with
 * every event applied to the tables and the plain interpreter asked.
 */
export async function compareAlerts(
  rules: readonly RunnableRule[],
  capture: ComparedCapture,
): Promise<ComparedAlerts> {
  const options = { typeCount: EVENT_TYPE_COUNT, isFirstOnly: false };
  const compiled = await replay(rules, capture, compileProgram(rules, catalogue, processScopes), false);
  const interpreted = await replay(rules, capture, createInterpretedMatcher(rules, options), true);
  const found = namesOf(compiled.alerts);
  const expected = namesOf(interpreted.alerts);
  return {
    ...compiled,
    differences: [
      ...[...found].filter((name) => !expected.has(name)).map((name) => `${name}, compiled only`),
      ...[...expected].filter((name) => !found.has(name)).map((name) => `${name}, interpreted only`),
    ],
  };
}

function namesOf(alerts: readonly FoundAlert[]): ReadonlySet<string> {
  return new Set(alerts.map(({ event, rule }) => `event ${event}: ${rule.name}`));
}

function applyingEveryEvent(inspector: Inspector): Inspector {
  return {
    ...inspector,
    steps: new Uint8Array(EVENT_TYPE_COUNT),
    pass(_data, _limit, place) {
      place.passed = 0;
      place.isBarred = true;
    },
  };
}

async function replay(
  rules: readonly RunnableRule[],
  { path, containers, maximumEvents }: ComparedCapture,
  matcher: Matcher<EventContext>,
  isEveryEventApplied: boolean,
): Promise<{ readonly events: number; readonly alerts: readonly FoundAlert[] }> {
  const inspector = createInspector();
  inspector.setContainers(containers);
  const alerts: FoundAlert[] = [];
  let events = 0;
  await replayCapture({
    sections: (visitor) => visitCapture(path, visitor),
    inspector: isEveryEventApplied ? applyingEveryEvent(inspector) : inspector,
    matcher,
    accounting: createAccounting(EVENT_TYPE_COUNT),
    onMatches(context, matches, count) {
      if (context.view.number > maximumEvents) return;
      for (const index of matches.subarray(0, count)) {
        alerts.push({ event: context.view.number, rule: rules[index] });
      }
    },
    onBatch(count) {
      events = Math.min(events + count, maximumEvents);
      return events < maximumEvents;
    },
  });
  return { events, alerts };
}
