import { join } from 'node:path';
import { runSeawall } from '../../conformance/regression/run-seawall.ts';
import type { AcceptanceResult } from '../row.ts';

export const title =
  'mutation check of the library: each condition part of each rule negated or removed, noticed by the own tests of the rule';

const MINIMUM_PERCENT = 95;

interface Report {
  readonly failed: number;
  readonly cases: readonly unknown[];
  readonly coverage: { readonly percent: number };
  readonly rules: readonly unknown[];
  readonly mutants: {
    readonly all: number;
    readonly done: number;
    readonly percent: number;
    readonly survivors: readonly { readonly rule: string; readonly mutant: string }[];
  };
}

export async function run(): Promise<AcceptanceResult> {
  const tests = join(import.meta.dirname, '../../rules/tests');
  const { stdout, stderr } = await runSeawall(['rules', 'test', tests, '--mutants', '--output', 'json']);
  if (stdout === '') throw new Error(`seawall rules test printed nothing: ${stderr}`);
  const { failed, cases, coverage, rules, mutants }: Report = JSON.parse(stdout);
  for (const { rule, mutant } of mutants.survivors) {
    process.stderr.write(`  not noticed: ${rule}: ${mutant.slice(0, 160)}\n`);
  }
  const figure =
    `${mutants.done} of ${mutants.all} mutants noticed (${mutants.percent}%) by ${cases.length} cases ` +
    `for ${rules.length} rules, ${failed} of them failing; ${coverage.percent}% of the parts held and failed`;
  return { figure, passed: failed === 0 && mutants.percent >= MINIMUM_PERCENT };
}
