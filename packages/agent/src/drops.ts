import { errors } from './errors.ts';

/** What to do when events were lost in the last second; Falco's `syscall_event_drops`. */
export type DropAction = 'ignore' | 'log' | 'alert' | 'exit';

export interface DropPolicy {
  readonly actions: readonly DropAction[];
  /** Nothing is done until more than this part of a second's events was lost (0 to 1). */
  readonly threshold: number;
  /** Actions per second that are allowed for long, and how many at once. */
  readonly rate: number;
  readonly maximumBurst: number;
  /** Pretends that an event is lost each second: to try out the actions. */
  readonly isSimulated: boolean;
}

export const defaultDropPolicy: DropPolicy = {
  actions: ['log', 'alert'],
  threshold: 0.1,
  rate: 0.03333,
  maximumBurst: 1,
  isSimulated: false,
};

/** Events that a source has delivered and lost so far. */
export interface SourceCounts {
  readonly delivered: number;
  readonly lost: number;
}

/** Events were lost, and something is to be done about it now. */
export interface DropNotice {
  readonly delivered: number;
  readonly lost: number;
  /** When was looked before: seconds of event time, undefined where this is the first look. What was lost was lost after that. */
  readonly since: number | undefined;
}

export interface DropWatch {
  /**
   * Looks at the counts once a second of event time.
   * @param seconds the time of the event at hand.
   */
  observe(seconds: number): DropNotice | undefined;
  /** Looks at the counts a last time, when there are no more events: as nothing follows, the rate does not count. */
  finish(): DropNotice | undefined;
  report(): { readonly occurrences: number; readonly actionsTaken: number };
}

/** @throws agent/DROP_THRESHOLD_INVALID, agent/DROP_ACTIONS_CONTRADICT */
export function createDropWatch(policy: DropPolicy, countsOf: () => SourceCounts): DropWatch {
  checkDropPolicy(policy);
  const threshold = policy.isSimulated ? 0 : policy.threshold;
  let nextCheck = Number.NEGATIVE_INFINITY;
  let last = countsOf();
  let lookedAt: number | undefined;
  let tokens = policy.maximumBurst;
  let tokensAt = 0;
  let occurrences = 0;
  let actionsTaken = 0;

  function claimToken(seconds: number): boolean {
    tokens = Math.min(policy.maximumBurst, tokens + policy.rate * (seconds - tokensAt));
    tokensAt = seconds;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  }

  /** What was delivered and lost since it was asked before, where so much was lost that the policy is about it. */
  function lossSinceLast(simulated: number, seconds?: number): DropNotice | undefined {
    const counts = countsOf();
    const since = lookedAt;
    lookedAt = seconds;
    const lost = counts.lost - last.lost + simulated;
    const delivered = counts.delivered - last.delivered;
    last = counts;
    if (lost === 0 || lost / (delivered + lost) <= threshold) return undefined;
    occurrences += 1;
    return { delivered, lost, since };
  }

  return {
    observe(seconds) {
      if (seconds <= nextCheck) return undefined;
      const isFirst = nextCheck === Number.NEGATIVE_INFINITY;
      nextCheck = seconds + 1;
      if (isFirst) {
        tokensAt = seconds;
        lookedAt = seconds;
        return undefined;
      }
      const loss = lossSinceLast(policy.isSimulated ? 1 : 0, seconds);
      if (loss === undefined || !claimToken(seconds)) return undefined;
      actionsTaken += 1;
      return loss;
    },
    finish() {
      const loss = lossSinceLast(0);
      if (loss !== undefined) actionsTaken += 1;
      return loss;
    },
    report: () => ({ occurrences, actionsTaken }),
  };
}

function checkDropPolicy({ actions, threshold }: DropPolicy): void {
  if (!(threshold >= 0 && threshold <= 1)) throw errors.create('DROP_THRESHOLD_INVALID', { threshold });
  const other = actions.find((action) => action === 'log' || action === 'alert');
  if (actions.includes('ignore') && other !== undefined) {
    throw errors.create('DROP_ACTIONS_CONTRADICT', { other });
  }
}
