import type { OutboxEntry } from '@seawall/store';

/**
 * Which entries have to wait for others: a decision doesn't overtake the message that it is about, nor a new message the
 * decision before it; otherwise an incident would stay open, or be closed that just began.
 */
export interface Sequence {
  /** The entry stays for now, since it failed or waits itself: what comes behind it may have to wait. */
  stays(entry: OutboxEntry): void;
  /** The entry has left, one way or the other. */
  left(entry: OutboxEntry): void;
  mustWait(entry: OutboxEntry): boolean;
}

export function createSequence(): Sequence {
  const waiting = new Map<string, Map<number, boolean>>();
  return {
    stays(entry) {
      if (entry.group === undefined) return;
      const ofGroup = waiting.get(entry.group) ?? new Map<number, boolean>();
      ofGroup.set(entry.id, isDecision(entry));
      waiting.set(entry.group, ofGroup);
    },
    left({ group, id }) {
      const ofGroup = group === undefined ? undefined : waiting.get(group);
      ofGroup?.delete(id);
      if (ofGroup?.size === 0) waiting.delete(group!);
    },
    mustWait(entry) {
      const ofGroup = entry.group === undefined ? undefined : waiting.get(entry.group);
      if (ofGroup === undefined) return false;
      for (const [id, decision] of ofGroup) {
        if (id < entry.id && decision !== isDecision(entry)) return true;
      }
      return false;
    },
  };
}

function isDecision({ event }: OutboxEntry): boolean {
  return event === 'acknowledge' || event === 'resolve';
}
