import { type Clock, reasonOf } from '@seawall/base';
import type { CourierReport } from '@seawall/policies';
import type { LogLevel } from './options.ts';

/** What the log says of a report; undefined where it says nothing. */
export type CourierLog = (report: CourierReport) => readonly [LogLevel, string] | undefined;

/** Something that can fail for long. */
interface Trouble {
  toldAt: number;
  /** Whether the log's last word is that it fails. */
  isTold: boolean;
  isOver: boolean;
}

/** What comes and goes is told again after so long, what stays the longer. */
const AGAIN_AFTER = 60_000;
const STILL_AFTER = 600_000;

/**
 * What the log says of messages: when a channel begins to fail, when it works again, and each message that is given up; not each
 * attempt, nor each delivery.
 */
export function createCourierLog(clock: Clock): CourierLog {
  const channels = new Map<string, Trouble>();
  const stores = new Map<string, Trouble>();

  /** @returns whether it is to be told that this fails. */
  function fails(troubles: Map<string, Trouble>, channel: string): boolean {
    const now = clock.monotonic();
    const known = troubles.get(channel);
    const isDue = known === undefined || now - known.toldAt >= (known.isOver ? AGAIN_AFTER : STILL_AFTER);
    const toldAt = isDue ? now : known.toldAt;
    troubles.set(channel, { toldAt, isTold: isDue || known.isTold, isOver: false });
    return isDue;
  }

  /** @returns whether it is to be told that this works again. */
  function works(troubles: Map<string, Trouble>, channel: string): boolean {
    const known = troubles.get(channel);
    if (known === undefined) return false;
    const { isTold, toldAt } = known;
    troubles.set(channel, { toldAt, isTold: false, isOver: true });
    return isTold;
  }

  return (report) => {
    const { channel } = report;
    // Whatever else is reported of a message was written down.
    const isStoreBack = report.kind !== 'store-failed' && works(stores, channel);
    switch (report.kind) {
      case 'dead': {
        const error = `channel ${channel}: a message is given up (${report.error}); seawall channels resend sends it again`;
        return ['error', error];
      }
      case 'retried':
        if (!fails(channels, channel)) break;
        return ['warning', `channel ${channel}: ${report.error}; it is tried again`];
      case 'store-failed': {
        if (!fails(stores, channel)) return undefined;
        const whose = channel === '' ? 'messages' : `channel ${channel}`;
        return ['error', `${whose}: the store doesn't answer (${reasonOf(report.error)}); it is asked again`];
      }
      case 'delivered':
        if (works(channels, channel)) return ['info', `channel ${channel}: messages arrive again`];
    }
    return isStoreBack ? ['info', `channel ${channel}: the store answers again`] : undefined;
  };
}
