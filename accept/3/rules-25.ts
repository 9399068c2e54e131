import type { AcceptanceResult } from '../row.ts';
import { caseOf, replayRow } from './support/benchmark.ts';

export const title = '25 stable rules, in process: at most 0.33 units';

export async function run(): Promise<AcceptanceResult> {
  return replayRow((benchmark) => caseOf(benchmark, 25), 0.33);
}
