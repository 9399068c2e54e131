import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { MeasuredCapture, MeasuredCase } from '../../../bench/measure.ts';
import type { AcceptanceResult } from '../../row.ts';

/** What one run of the benchmark gave; all its ratios are to the unit that was measured in the same run. */
interface Benchmark extends MeasuredCapture {
  readonly dense: MeasuredCapture;
}

/** A case of the benchmark, in units: what the reference program takes for a plain scan of the same file. */
export interface CaseInUnits {
  readonly measured: MeasuredCase;
  readonly unitMilliseconds: number;
  /** In process, after loading. */
  readonly replayUnits: number;
  readonly loadingUnits: number;
}

export interface BenchmarkUnits {
  /** By number of rules. */
  readonly cases: ReadonlyMap<number, CaseInUnits>;
  readonly dense: CaseInUnits;
}

const NOT_MEASURABLE = 3;

/** Once for all rows that are measured in one go. */
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
  const words = ['--json', '--dense', '--reference', reference, '--rules', '25,93,1000,10000'];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...process.execArgv, join('bench', 'main.ts'), ...words],
    { cwd: join(import.meta.dirname, '../../..'), encoding: 'utf8' },
  );
  if (status === NOT_MEASURABLE) return { skipped: stderr.trim() };
  if (status !== 0) throw new Error(`the benchmark failed: ${stderr.slice(-2000)}`);
  const benchmark = JSON.parse(stdout) as Benchmark;
  const [few, stock, thousand, tenThousand] = inUnits(benchmark);
  return {
    cases: new Map([
      [25, few],
      [93, stock],
      [1000, thousand],
      [10_000, tenThousand],
    ]),
    dense: inUnits(benchmark.dense)[0],
  };
}

function inUnits({ cases, referenceMilliseconds }: MeasuredCapture): CaseInUnits[] {
  const unitMilliseconds = referenceMilliseconds as number;
  return cases.map((measured) => ({
    measured,
    unitMilliseconds,
    replayUnits: measured.replayMilliseconds / unitMilliseconds,
    loadingUnits: (measured.loadMilliseconds + measured.compileMilliseconds) / unitMilliseconds,
  }));
}

/** The row of a replay that may take at most so many units. */
export function replayRow(
  choose: (units: BenchmarkUnits) => CaseInUnits,
  mostUnits: number,
): AcceptanceResult {
  const benchmark = runBenchmark();
  if ('skipped' in benchmark) return benchmark;
  const { measured, replayUnits, unitMilliseconds } = choose(benchmark);
  const { rules, events, replayMilliseconds } = measured;
  return {
    figure:
      `${replayUnits.toFixed(2)} units (${rules} rules, ${events} events in ${replayMilliseconds.toFixed(0)} ms; ` +
      `1 unit ${unitMilliseconds.toFixed(0)} ms)`,
    passed: replayUnits <= mostUnits,
  };
}

/** @throws Error where the benchmark has no such case. */
export function caseOf({ cases }: BenchmarkUnits, rules: number): CaseInUnits {
  const found = cases.get(rules);
  if (found === undefined) throw new Error(`the benchmark has no case of ${rules} rules`);
  return found;
}
