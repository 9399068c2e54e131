import type { AuditContext, AuditInputFault, AuditInputItem } from '@seawall/kube';
import type { Accounting } from '../accounting.ts';
import type { Matcher } from './matcher.ts';

export interface AuditReplay {
  readonly items: AsyncIterable<AuditInputItem>;
  readonly context: AuditContext;
  readonly matcher: Matcher<AuditContext>;
  readonly accounting: Accounting;
  onMatches(context: AuditContext, matches: Int32Array, count: number): void;
  /** Something in the input was no event. */
  onFault(fault: AuditInputFault): void;
  onEvent?(): void;
}

/** Audit events are all of one type. */
export const AUDIT_EVENT_TYPE = 0;

/** Sends audit events through the rules, in their order. Faults of the input are told and left behind. */
export async function replayAudit(replay: AuditReplay): Promise<void> {
  const { context, matcher, accounting } = replay;
  const { wanted, matches } = matcher;
  let isFirst = true;
  for await (const item of replay.items) {
    if (item.kind === 'fault') {
      replay.onFault(item.fault);
      continue;
    }
    context.event = item.event;
    if (isFirst) context.firstTimestamp = item.event.timestamp;
    isFirst = false;
    if (wanted[AUDIT_EVENT_TYPE] === 0) {
      accounting.filtered(AUDIT_EVENT_TYPE);
    } else {
      accounting.evaluated(AUDIT_EVENT_TYPE);
      const count = matcher.evaluate(context, AUDIT_EVENT_TYPE);
      if (count > 0) replay.onMatches(context, matches, count);
    }
    replay.onEvent?.();
  }
}
