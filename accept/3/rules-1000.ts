import type { AcceptanceResult } from '../row.ts';
import { caseOf, replayRow } from './support/benchmark.ts';

export const title = '1,000 rules: at most 0.60 units';

export async function run(): Promise<AcceptanceResult> {
  return replayRow((benchmark) => caseOf(benchmark, 1000), 0.6);
}
