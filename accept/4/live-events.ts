import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { probeSupport } from '@seawall/probe';
import type { AcceptanceResult } from '../row.ts';

export const title =
  'a tiny program per behaviour (at least 60 live event types), run live: the event with every parameter right, compared with what the program did';

export async function run(): Promise<AcceptanceResult> {
  const support = probeSupport();
  if (!support.isSupported) return { skipped: support.reason };
  const file = join(import.meta.dirname, '..', '..', 'packages', 'probe', 'src', 'live-calls.test.ts');
  const { status, stdout } = spawnSync(process.execPath, [...process.execArgv, '--test', file], {
    encoding: 'utf8',
  });
  const types = Number(/(\d+) event types/.exec(stdout)?.[1] ?? 0);
  const failed = /fail (\d+)/.exec(stdout)?.[1] ?? '?';
  return {
    figure: `${types} event types of system calls, and exec, fork and exit; ${failed} tests failed`,
    passed: status === 0 && types >= 60,
  };
}
