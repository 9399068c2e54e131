import type { Clock } from '@seawall/base';
import type { EventContext } from '@seawall/inspector';
import {
  type ActionOutcome,
  countingMatches,
  createScopeCache,
  decideActions,
  type GuardState,
  type OffenceFacts,
  occurrenceKey,
  type PlannedAction,
  type ResolvedPolicy,
} from '@seawall/policies';
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
   * @returns a sighting for each policy that a match counts for.
   */
  sight(alerts: readonly Alert[], context: EventContext, event: string): readonly Sighting[];
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
  /** Whether the tables were whole when the event came. */
  isComplete(): boolean;
}

const NANOSECONDS_PER_MILLISECOND = 1e6;

export function createGate(options: GateOptions): Gate {
  const { set, generation, workloadOf, guards, mounts, clock } = options;
  const scopes = createScopeCache(set.policies);

  function actionsOf(policy: ResolvedPolicy, facts: OffenceFacts, readAt: number): readonly SightedAction[] {
    return decideActions(policy, facts, guards).map((decision): SightedAction => {
      if (decision.outcome !== 'planned') {
        return {
          decision,
          outcome: undefined,
          latencyMilliseconds: undefined,
          reactionMilliseconds: undefined,
        };
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
    sight(alerts, context, event) {
      const readAt = clock.monotonic();
      const workload = workloadOf(context);
      const isKnown = workload.container === undefined || context.container !== undefined;
      // What still isn't known here won't be: matches that hinge on metadata waited for it before.
      const decision = scopes.decisionFor(workload, true);
      const rules = alerts.map(({ rule }) => rule);
      return countingMatches(set.policies, decision, rules).map(({ policy, rule }): Sighting => {
        const alert = alerts[rules.indexOf(rule)];
        const key = occurrenceKey(event, { name: rule, source: alert.source }, policy.name);
        const facts = offenceOf(context, workload, key, alert.timestamp, mounts);
        return {
          alert,
          policy: policy.name,
          generation,
          event,
          workload,
          ancestry: ancestryOf(context),
          facts,
          isStateComplete: isKnown && options.isComplete(),
          actions: options.isLive ? actionsOf(policy, facts, readAt) : [],
        };
      });
    },
  };
}
