import type { AcceptanceResult } from '../row.ts';
import { benchLive } from './support/bench-live.ts';

export const title =
  'agent CPU while 12 million open/close calls run: at most 25 % of the loop’s own CPU time in the same run';

export async function run(): Promise<AcceptanceResult> {
  const bench = benchLive(1);
  if (bench === undefined) return { skipped: 'this machine can’t be watched, or the stock rules are absent' };
  return { figure: `${(100 * bench.agentShare).toFixed(1)} %`, passed: bench.agentShare <= 0.25 };
}
