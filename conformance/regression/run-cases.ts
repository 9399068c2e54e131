import type { Failure, SuiteResult } from '../suite.ts';
import { argumentsOf } from './arguments.ts';
import { type RegressionCase, readCases } from './case.ts';
import { runSeawall } from './run-seawall.ts';
import { findDifferences } from './verdict.ts';

/** Runs the chosen cases with Seawall, one after the other. */
export async function runCases(
  folder: string,
  isChosen: (regressionCase: RegressionCase) => boolean,
): Promise<SuiteResult> {
  const all = readCases(folder);
  const chosen = all.filter(isChosen);
  const failures: Failure[] = [];
  for (const regressionCase of chosen) {
    const words = argumentsOf(regressionCase, all, folder);
    const run = await runSeawall(words, { TZ: 'UTC', ...regressionCase.env });
    const differences = findDifferences(regressionCase, run);
    if (differences.length > 0) failures.push({ name: regressionCase.id, detail: differences.join('; ') });
  }
  return { passed: chosen.length - failures.length, total: chosen.length, failures };
}
