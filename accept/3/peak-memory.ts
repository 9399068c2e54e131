import type { AcceptanceResult } from '../row.ts';
import { caseOf, runBenchmark } from './support/benchmark.ts';

export const title = 'peak memory, whole process, large capture, 93 rules: under 200 MB';

export async function run(): Promise<AcceptanceResult> {
  const benchmark = runBenchmark();
  if ('skipped' in benchmark) return benchmark;
  const { peakBytes } = caseOf(benchmark, 93).measured;
  return { figure: `${(peakBytes / 1e6).toFixed(0)} MB`, passed: peakBytes < 200e6 };
}
