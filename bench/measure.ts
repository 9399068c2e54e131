import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scanCapture } from './scan.ts';

/** What `bench/case.ts` measures: one replay with one set of rules, in a process of its own. */
export interface MeasuredCase {
  readonly rules: number;
  readonly events: number;
  readonly alerts: number;
  readonly loadMilliseconds: number;
  readonly compileMilliseconds: number;
  /** In process, after loading and compiling. */
  readonly replayMilliseconds: number;
  readonly replayCpuMilliseconds: number;
  readonly wholeMilliseconds: number;
  /** Of the whole process. */
  readonly peakBytes: number;
  readonly residues: number;
}

/** All that was measured on one file, in one run. */
export interface MeasuredCapture {
  readonly capture: string;
  /** A bare look at all headers. */
  readonly scan: { readonly milliseconds: number; readonly events: number };
  /** The unit: a plain scan by the reference program; undefined without one. */
  readonly referenceMilliseconds: number | undefined;
  readonly cases: readonly MeasuredCase[];
}

export interface MeasureOptions {
  /** The file to replay, not compressed: compression is not what is measured. */
  readonly file: string;
  /** What the result calls it. */
  readonly name: string;
  /** A command that runs sysdig, perhaps `chroot DIR sysdig`. */
  readonly reference: string | undefined;
  /** How often each measurement is made: the fastest counts, since what disturbs one only makes it longer. */
  readonly rounds: number;
  /** For each case its rule files. */
  readonly cases: readonly (readonly string[])[];
}

/** Measures scan, reference and cases in turn. @throws Error when one of the programs fails. */
export function measureCapture({ file, name, reference, rounds, cases }: MeasureOptions): MeasuredCapture {
  return {
    capture: name,
    scan: fastest(rounds, 'milliseconds', () => {
      const { events, seconds } = scanCapture(file);
      return { milliseconds: seconds * 1000, events };
    }),
    referenceMilliseconds: reference === undefined ? undefined : measureReference(reference, file, rounds),
    cases: cases.map((rules) =>
      fastest(rounds, 'replayMilliseconds', () => runScript<MeasuredCase>('bench/case.ts', file, ...rules)),
    ),
  };
}

function runScript<Result>(script: string, ...parameters: string[]): Result {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...process.execArgv, script, ...parameters],
    { cwd: join(import.meta.dirname, '..'), encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`${script} failed: ${stderr.slice(-2000)}`);
  return JSON.parse(stdout) as Result;
}

function fastest<Key extends string, Result extends Readonly<Record<Key, number>>>(
  rounds: number,
  key: Key,
  measure: () => Result,
): Result {
  let best = measure();
  for (let round = 1; round < rounds; round++) {
    const next = measure();
    if (next[key] < best[key]) best = next;
  }
  return best;
}

/** How long `sysdig -r FILE proc.name=nosuchproc` takes, start-up included. */
function measureReference(command: string, file: string, rounds: number): number {
  const [program, ...parameters] = command.split(' ');
  const root = program === 'chroot' ? parameters[0] : undefined;
  const inside = `/tmp/seawall-bench-${process.pid}.scap`;
  if (root !== undefined) writeFileSync(join(root, inside), readFileSync(file));
  const seen = root === undefined ? file : inside;
  try {
    return fastest(rounds, 'milliseconds', () => {
      const started = performance.now();
      const { status, stderr, error } = spawnSync(
        program,
        [...parameters, '-r', seen, 'proc.name=nosuchproc'],
        { encoding: 'utf8' },
      );
      if (status !== 0) throw new Error(`${command} failed: ${error?.message ?? stderr}`);
      return { milliseconds: performance.now() - started };
    }).milliseconds;
  } finally {
    if (root !== undefined) rmSync(join(root, inside));
  }
}
