import type { AcceptanceResult } from '../row.ts';
import { caseOf, replayRow } from './support/benchmark.ts';

export const title = '93 stock rules: at most 0.40 units';

export async function run(): Promise<AcceptanceResult> {
  return replayRow((benchmark) => caseOf(benchmark, 93), 0.4);
}
