import { type Alert, alertJson, alertText } from '@seawall/agent';
import type { OutputStream } from '../terminal/terminal.ts';
import type { WatchSettings } from './settings.ts';

/** Writes alerts as lines, several at once. */
export interface AlertWriter {
  write(alert: Alert): void;
  /** Writes out what waits: alerts are to be seen as they happen. */
  flush(): void;
}

/** Text that may wait until the next flush. */
const MAXIMUM_WAITING = 64 * 1024;

export function createAlertWriter(
  output: OutputStream,
  { isJson, json }: Pick<WatchSettings, 'isJson' | 'json'>,
): AlertWriter {
  let waiting = '';
  function flush(): void {
    if (waiting === '') return;
    output.write(waiting);
    waiting = '';
  }
  return {
    write(alert) {
      waiting += `${isJson ? alertJson(alert, json) : colored(alert, output)}\n`;
      if (waiting.length > MAXIMUM_WAITING) flush();
    },
    flush,
  };
}

const URGENT = new Set(['Emergency', 'Alert', 'Critical', 'Error']);

function colored(alert: Alert, { palette }: OutputStream): string {
  const text = alertText(alert);
  const end = alertText({ ...alert, message: '', isIncomplete: false }).length;
  const paint = URGENT.has(alert.priority)
    ? palette.bad
    : alert.priority === 'Warning'
      ? palette.warning
      : palette.accent;
  return `${paint(text.slice(0, end).trimEnd())}${text.slice(end - 1)}`;
}
