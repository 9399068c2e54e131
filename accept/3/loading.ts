import type { AcceptanceResult } from '../row.ts';
import { caseOf, runBenchmark } from './support/benchmark.ts';

export const title = 'loading and compiling: 93 rules at most 0.2 units; 10,000 at most 4 units';

const LIMITS: readonly (readonly [rules: number, units: number])[] = [
  [93, 0.2],
  [10_000, 4],
];

export async function run(): Promise<AcceptanceResult> {
  const benchmark = runBenchmark();
  if ('skipped' in benchmark) return benchmark;
  const figures = LIMITS.map(([rules, limit]) => ({ ...caseOf(benchmark, rules), limit }));
  return {
    figure: figures
      .map(({ measured, loadUnits }) => {
        const { rules, loadMilliseconds, compileMilliseconds } = measured;
        return `${rules} rules ${loadUnits.median.toFixed(2)} units (load ${loadMilliseconds.toFixed(0)} ms, compile ${compileMilliseconds.toFixed(0)} ms)`;
      })
      .join('; '),
    passed: figures.every(({ loadUnits, limit }) => loadUnits.median <= limit),
  };
}
