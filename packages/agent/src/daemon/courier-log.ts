import { reasonOf } from '@seawall/base';
import type { CourierReport } from '@seawall/policies';
import type { LogLevel } from './options.ts';

/** What the log says of messages: the first failure, and the end of those that are given up; not each delivery. */
export function courierLog(report: CourierReport): readonly [LogLevel, string] | undefined {
  const { channel } = report;
  switch (report.kind) {
    case 'dead':
      return [
        'error',
        `channel ${channel}: a message is given up (${report.error}); seawall channels resend sends it again`,
      ];
    case 'retried':
      if (report.entry.attempts > 0) return undefined;
      return ['warning', `channel ${channel}: ${report.error}; it is tried again`];
    case 'store-failed': {
      const { error } = report;
      const reason = reasonOf(error);
      return ['error', `channel ${channel}: the store doesn't answer (${reason}); it is asked again`];
    }
    case 'delivered':
      return undefined;
  }
}
