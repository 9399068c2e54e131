import type { Clock } from '@seawall/base';
import type { EventContext } from '@seawall/inspector';
import {
  type ActionOutcome,
  type CountingMatch,
  countingMatches,
  createScopeCache,
  decideActions,
  type GuardState,
  occurrenceKey,
  type PlannedAction,
  type ResolvedPolicy,
  severityOfPriority,
} from '@seawall/policies';
import type { Workload } from '@seawall/store';
import type { Alert } from '../alert/alert.ts';
import type { RunningSet } from '../rule-set/load-running-set.ts';
import { ancestryOf } from './ancestry-of.ts';
import type { CgroupMounts } from './container-cgroups.ts';
import type { SightedAction, Sighting } from './messages.ts';
import { offenceOf } from './offence.ts';
import type { WorkloadOf } from './workload-of.ts';

/** From matches to sightings: which policies they concern, and what is done about them at once. */
export interface Gate {
  /**
   * @param alerts of one event, in the order of the rules.
   * @param event names it for good.
   * @param readAt when the agent got to see it, by the monotonic clock: milliseconds.
   * @returns a sighting for each policy that a match counts for.
   */
  sight(alerts: readonly Alert[], context: EventContext, event: string, readAt: number): readonly Sighting[];
}

export interface GateOptions {
  readonly set: RunningSet;
  readonly generation: number;
  readonly workloadOf: WorkloadOf;
  readonly guards: GuardState;
  readonly mounts: CgroupMounts;
  readonly clock: Clock;
  /** Whether what was found may be acted on: not for recordings, whose processes are long gone or somebody else's. */
  readonly isLive: boolean;
  /** Does what the hot loop may do of an action; never waits. */
  act(action: PlannedAction): ActionOutcome | undefined;
  /** Begins to keep events for a capture; says how it failed where it could not. */
  beginCapture(action: PlannedAction): ActionOutcome | undefined;
  /** What becomes of every action, without trying. Undefined where they are done. */
  readonly refusal?: ActionOutcome;
  /** Whether the tables were whole when the event came. */
  isComplete(): boolean;
}

/** A match that may be acted on. */
interface ActedMatch {
  readonly alert: Alert;
  readonly context: EventContext;
  readonly workload: Workload;
  readonly event: string;
  /** Monotonic milliseconds. */
  readonly readAt: number;
}

const NANOSECONDS_PER_MILLISECOND = 1e6;

/** Where it was done, and was written down as done, that stays. */
const TOO_LATE: ActionOutcome = {
  result: 'refused',
  detail: 'the agent that saw it ended before it could store what it did about it; nothing is done any more',
  undo: undefined,
};

/** The gates of one set of rules and policies. */
export interface Gates {
  readonly ofThisRun: Gate;
  /** For what earlier runs saw: nothing is done about it. */
  ofEarlierRuns(): Gate;
}

/** @param createGuards makes guards for what earlier runs saw, so that it takes no turn from what is done now. */
export function createGates(options: Omit<GateOptions, 'refusal'>, createGuards: () => GuardState): Gates {
  let late: Gate | undefined;
  return {
    ofThisRun: createGate(options),
    ofEarlierRuns() {
      late ??= createGate({ ...options, guards: createGuards(), refusal: TOO_LATE });
      return late;
    },
  };
}

export function createGate(options: GateOptions): Gate {
  const { set, generation, workloadOf, guards, mounts, clock } = options;
  const scopes = createScopeCache(set.policies);

  function actionsOf(policy: ResolvedPolicy, match: ActedMatch): readonly SightedAction[] {
    const { alert, context, workload, event, readAt } = match;
    // Most findings are only to be told: what acting takes need not be looked up for them.
    if (!options.isLive || policy.actions.length === 0) return [];
    const occurrence = occurrenceKey(event, { name: alert.rule, source: alert.source }, policy.name);
    const facts = offenceOf(context, workload, occurrence, alert.timestamp, mounts);
    return decideActions(policy, facts, guards).map((decision): SightedAction => {
      if (decision.outcome !== 'planned' || options.refusal !== undefined) {
        return {
          decision,
          outcome: decision.outcome === 'planned' ? options.refusal : undefined,
          latencyMilliseconds: undefined,
          reactionMilliseconds: undefined,
        };
      }
      if (decision.kind === 'capture') {
        const outcome = options.beginCapture(decision);
        return { decision, outcome, latencyMilliseconds: undefined, reactionMilliseconds: undefined };
      }
      const outcome = decision.isImmediate ? options.act(decision) : undefined;
      if (outcome === undefined) {
        return { decision, outcome, latencyMilliseconds: undefined, reactionMilliseconds: undefined };
      }
      return {
        decision,
        outcome,
        latencyMilliseconds: clock.now() - Number(facts.time) / NANOSECONDS_PER_MILLISECOND,
        reactionMilliseconds: clock.monotonic() - readAt,
      };
    });
  }

  return {
    sight(alerts, context, event, readAt) {
      const workload = workloadOf(context);
      const isIncomplete = alerts.some((alert) => alert.isIncomplete === true);
      // Events that were lost make what is known of processes doubtful, not the container that a runtime has described.
      const isDescribed = context.container !== undefined || !isIncomplete;
      const decision = scopes.decisionFor(workload, isDescribed);
      const rules = alerts.map(({ rule }) => rule);
      const sighting = ({ policy, rule }: CountingMatch, isUndecided: boolean): Sighting => {
        const alert = alerts[rules.indexOf(rule)];
        return {
          alert,
          severity: policy.severity ?? severityOfPriority(alert.priority),
          policy: policy.name,
          generation,
          event,
          workload,
          ancestry: ancestryOf(context),
          isStateComplete: !isIncomplete && options.isComplete(),
          isUndecided,
          actions: isUndecided ? [] : actionsOf(policy, { alert, context, workload, event, readAt }),
        };
      };
      const counting = countingMatches(set.policies, decision, rules).map((match) => sighting(match, false));
      if (decision.undecided.length === 0) return counting;
      // Nobody could say in time whether these are meant: what happened is kept, and nothing else.
      const undecided = rules.flatMap((rule) =>
        decision.undecided.filter(({ ruleFacts }) => ruleFacts.has(rule)).map((policy) => ({ policy, rule })),
      );
      return [...counting, ...undecided.map((match) => sighting(match, true))];
    },
  };
}
