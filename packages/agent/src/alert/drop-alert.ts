import { formatLocalTime, formatUtcTime } from '@seawall/base';
import type { DropNotice } from '../drops.ts';
import type { Alert } from './alert.ts';

/** What Falco calls the alert about lost events; whoever receives alerts matches on it. */
const DROP_RULE = 'Falco internal: syscall event drop';

/** The alert that says that events were lost. */
export function dropAlert(
  { delivered, lost }: DropNotice,
  timestamp: bigint,
  hostname: string,
  isIsoTime: boolean,
): Alert {
  const time = isIsoTime
    ? formatUtcTime(timestamp, '+0000')
    : formatLocalTime(timestamp, { date: false, nanoseconds: true });
  return {
    rule: DROP_RULE,
    priority: 'Debug',
    source: 'internal',
    tags: [],
    timestamp,
    hostname,
    prefix: `${time}: Debug`,
    message: `${DROP_RULE}. ${lost} system calls dropped in last second.`,
    fields: new Map([
      ['n_drops', String(lost)],
      ['n_evts', String(delivered + lost)],
    ]),
  };
}
