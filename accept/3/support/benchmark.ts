import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { MeasuredCapture, MeasuredUnits, SummarisedCase } from '../../../bench/measure.ts';
import type { AcceptanceResult } from '../../row.ts';

/** What one run of the benchmark gave; all its ratios are to the unit that was measured in the same run. */
interface Benchmark extends MeasuredCapture {
  readonly dense?: MeasuredCapture;
}

/** A case of the benchmark, in units: what the reference program takes for a plain scan of the same file. */
export interface CaseInUnits {
  readonly measured: SummarisedCase;
  readonly unitMilliseconds: number;
  /** In process, after loading. */
  readonly replayUnits: MeasuredUnits;
  readonly loadUnits: MeasuredUnits;
}

export interface BenchmarkUnits {
  /** By number of rules. */
  readonly cases: ReadonlyMap<number, CaseInUnits>;
  /** Undefined where no row asks for it. */
  readonly dense: CaseInUnits | undefined;
}

const NOT_MEASURABLE = 3;
/** Enough for the median to stay where it is where the machine's speed changes while it is measured. */
const ROUNDS = '9';

/** The numbers of rules that each row needs; the benchmark runs once, for all rows that are measured in one go. */
const RULES_OF_ROWS: Readonly<Record<string, readonly number[]>> = {
  'rules-25': [25],
  'rules-93': [93],
  'rules-1000': [1000],
  'rules-10000': [10_000],
  'peak-memory': [93],
  loading: [93, 10_000],
  dense: [],
};

function rowsAsked(): readonly string[] {
  const [, , , ...wanted] = process.argv;
  return wanted.length > 0 ? wanted : Object.keys(RULES_OF_ROWS);
}

let shared: BenchmarkUnits | { readonly skipped: string } | undefined;

/**
 * Runs the benchmark with the reference program that SEAWALL_SYSDIG names (a command, such as `chroot DIR sysdig`);
 * further calls give the same result.
 */
export function runBenchmark(): BenchmarkUnits | { readonly skipped: string } {
  shared ??= measure();
  return shared;
}

function measure(): BenchmarkUnits | { readonly skipped: string } {
  const reference = process.env.SEAWALL_SYSDIG;
  if (!reference) {
    return { skipped: 'set SEAWALL_SYSDIG to a command that runs sysdig 0.41, such as "chroot DIR sysdig"' };
  }
  const asked = rowsAsked();
  const counts = new Set(asked.flatMap((row) => RULES_OF_ROWS[row] ?? []));
  const words = ['--json', '--rounds', ROUNDS, '--reference', reference, '--rules', [...counts].join(',')];
  if (asked.includes('dense')) words.push('--dense');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...process.execArgv, join('bench', 'main.ts'), ...words],
    { cwd: join(import.meta.dirname, '../../..'), encoding: 'utf8' },
  );
  if (status === NOT_MEASURABLE) return { skipped: stderr.trim() };
  if (status !== 0) throw new Error(`the benchmark failed: ${stderr.slice(-2000)}`);
  const benchmark = JSON.parse(stdout) as Benchmark;
  const cases = inUnits(benchmark);
  return {
    cases: new Map([...counts].map((count, index) => [count, cases[index]])),
    dense: benchmark.dense && inUnits(benchmark.dense)[0],
  };
}

function inUnits({ cases, referenceMilliseconds }: MeasuredCapture): CaseInUnits[] {
  const unitMilliseconds = referenceMilliseconds as number;
  return cases.map((measured) => ({
    measured,
    unitMilliseconds,
    replayUnits: measured.replayUnits as MeasuredUnits,
    loadUnits: measured.loadUnits as MeasuredUnits,
  }));
}

/** The row of a replay that may take at most so many units. */
export function replayRow(
  choose: (units: BenchmarkUnits) => CaseInUnits | undefined,
  mostUnits: number,
): AcceptanceResult {
  const benchmark = runBenchmark();
  if ('skipped' in benchmark) return benchmark;
  const chosen = choose(benchmark);
  if (chosen === undefined) throw new Error('the benchmark did not measure this case');
  const { measured, replayUnits, unitMilliseconds } = chosen;
  const { rules, events, replayMilliseconds } = measured;
  return {
    figure:
      `${replayUnits.median.toFixed(2)} ±${replayUnits.spread.toFixed(2)} units (${rules} rules, ${events} events in ${replayMilliseconds.toFixed(0)} ms at best; ` +
      `1 unit ${unitMilliseconds.toFixed(0)} ms)`,
    passed: replayUnits.median <= mostUnits,
  };
}

/** @throws Error where the benchmark has no such case. */
export function caseOf({ cases }: BenchmarkUnits, rules: number): CaseInUnits {
  const found = cases.get(rules);
  if (found === undefined) throw new Error(`the benchmark has no case of ${rules} rules`);
  return found;
}
