import type { AcceptanceResult } from '../row.ts';
import { caseOf, replayRow } from './support/benchmark.ts';

export const title = '10,000 rules: at most 1.2 units';

export async function run(): Promise<AcceptanceResult> {
  return replayRow((benchmark) => caseOf(benchmark, 10_000), 1.2);
}
