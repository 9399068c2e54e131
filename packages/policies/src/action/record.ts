import type { ActionRecord } from '@seawall/store';
import type { ActionDecision, PlannedAction } from './decision.ts';
import type { ActionOutcome } from './executors.ts';
import { targetText } from './target.ts';

/** The audit trail's line of a decision: `pending` where the action is still to be done. */
export function recordOfDecision(decision: ActionDecision): ActionRecord {
  const { key, kind, policy, occurrence, time, reason } = decision;
  const isPlanned = decision.outcome === 'planned';
  return {
    key,
    occurrence,
    kind,
    actor: `policy ${policy}`,
    target: isPlanned ? targetText(decision.target) : decision.target,
    time,
    result: isPlanned ? 'pending' : decision.outcome,
    detail: reason,
    latencyMilliseconds: undefined,
    undo: undefined,
    undone: undefined,
  };
}

/**
 * The line that replaces a pending one.
 * @param finishedAt when the action had its effect: nanoseconds since the epoch.
 */
export function recordOfOutcome(
  action: PlannedAction,
  outcome: ActionOutcome,
  finishedAt: bigint,
): ActionRecord {
  const isDone = outcome.result === 'done';
  return {
    ...recordOfDecision(action),
    result: outcome.result,
    detail: `${outcome.detail}; ${action.reason}`,
    latencyMilliseconds: isDone ? Number(finishedAt - action.eventTime) / 1e6 : undefined,
    undo: outcome.undo,
  };
}
