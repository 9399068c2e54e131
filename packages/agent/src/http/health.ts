import { countOf } from '../daemon/count-text.ts';
import type { DaemonStatus, ReloadStatus } from '../daemon/status.ts';

/** One thing that health or readiness looks at. */
export interface HealthCheck {
  readonly name: string;
  readonly isFine: boolean;
  /** In a sentence, also when it is fine. */
  readonly detail: string;
}

/** Whether the agent works at all: where not, it should be started anew. */
export function liveness({ hotLoop }: DaemonStatus): readonly HealthCheck[] {
  return [
    {
      name: 'events',
      isFine: hotLoop.state !== 'failed',
      detail: {
        starting: 'starting',
        running: 'being looked at',
        ended: 'all read',
        failed: 'no longer looked at',
      }[hotLoop.state],
    },
  ];
}

/** Whether it does all that it is there for. */
export function readiness(status: DaemonStatus): readonly HealthCheck[] {
  const { hotLoop, ledger, reload, store } = status;
  const isStarted = hotLoop.state === 'running' || hotLoop.state === 'ended';
  return [
    { name: 'events', isFine: isStarted, detail: liveness(status)[0].detail },
    {
      name: 'store',
      isFine: ledger.failure === undefined && store !== undefined,
      detail: ledger.failure ?? `${countOf(ledger.stored, 'finding')} stored, ${ledger.waiting} waiting`,
    },
    {
      name: 'rules',
      isFine: reload.refused === undefined,
      detail: rulesDetail(reload),
    },
  ];
}

function rulesDetail({ refused, keptSince, rules, policies }: ReloadStatus): string {
  if (refused === undefined) return `${countOf(rules, 'rule')} in ${countOf(policies, 'policy', 'policies')}`;
  const [reason] = refused.messages;
  if (keptSince === undefined) return `what has changed was refused: ${reason}`;
  const since = new Date(keptSince).toISOString();
  return `what is on disk was refused, what was taken over before the start (${since}) runs: ${reason}`;
}
