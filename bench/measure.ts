import { execFile } from 'node:child_process';
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { replayOptions } from '../scripts/replay-options.mjs';
import { scanCapture } from './scan.ts';
import { median, spread } from './statistics.ts';

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

/** A time against that of the reference program's plain scans right before and after: the median of all rounds. */
export interface MeasuredUnits {
  readonly median: number;
  /** Half the distance between the quartiles. */
  readonly spread: number;
}

/** The fastest of a case's rounds, and what all of them say of it. */
export interface SummarisedCase extends MeasuredCase {
  /** Undefined without a reference program. */
  readonly replayUnits: MeasuredUnits | undefined;
  readonly loadUnits: MeasuredUnits | undefined;
}

/** All that was measured on one file, in one run. */
export interface MeasuredCapture {
  readonly capture: string;
  /** A bare look at all headers: the fastest. */
  readonly scan: { readonly milliseconds: number; readonly events: number };
  /** A plain scan by the reference program, the median; undefined without one. */
  readonly referenceMilliseconds: number | undefined;
  readonly cases: readonly SummarisedCase[];
}

export interface MeasureOptions {
  /** The file to replay, not compressed: compression is not what is measured. */
  readonly file: string;
  /** What the result calls it. */
  readonly name: string;
  /** A command that runs sysdig, perhaps `chroot DIR sysdig`. */
  readonly reference: string | undefined;
  /** How often each measurement is made. */
  readonly rounds: number;
  /** For each case its rule files. */
  readonly cases: readonly (readonly string[])[];
  /** Ends the program that runs, and the measuring. */
  readonly signal: AbortSignal;
}

/**
 * Measures scan, reference and cases in turn, round after round. A machine's speed changes within seconds where others
 * share its cores: each case is held against the reference's runs right before and after it.
 * @throws Error when one of the programs fails, or the signal comes.
 */
export async function measureCapture(options: MeasureOptions): Promise<MeasuredCapture> {
  const { file, name, reference, rounds, cases, signal } = options;
  const scan = createFastest<{ milliseconds: number; events: number }>((result) => result.milliseconds);
  const replays = cases.map(() => createFastest<MeasuredCase>((result) => result.replayMilliseconds));
  const replayUnits = cases.map((): number[] => []);
  const loadUnits = cases.map((): number[] => []);
  const references: number[] = [];
  const referenceRun = reference === undefined ? undefined : prepareReference(reference, file, signal);
  try {
    for (let round = 0; round < rounds; round++) {
      const { events, seconds } = scanCapture(file);
      scan.add({ milliseconds: seconds * 1000, events });
      let before = await referenceRun?.run();
      for (const [index, rules] of cases.entries()) {
        const result = await runCase(signal, file, ...rules);
        replays[index].add(result);
        if (before === undefined || referenceRun === undefined) continue;
        const after = await referenceRun.run();
        const unit = (before + after) / 2;
        replayUnits[index].push(result.replayMilliseconds / unit);
        loadUnits[index].push((result.loadMilliseconds + result.compileMilliseconds) / unit);
        references.push(after);
        before = after;
      }
    }
  } finally {
    referenceRun?.remove();
  }
  return {
    capture: name,
    scan: scan.best(),
    referenceMilliseconds: summarise(references)?.median,
    cases: replays.map(({ best }, index) => ({
      ...best(),
      replayUnits: summarise(replayUnits[index]),
      loadUnits: summarise(loadUnits[index]),
    })),
  };
}

/** Undefined where nothing was measured. */
function summarise(measured: readonly number[]): MeasuredUnits | undefined {
  return measured.length === 0 ? undefined : { median: median(measured), spread: spread(measured) };
}

const runProgram = promisify(execFile);

async function runCase(signal: AbortSignal, ...parameters: string[]): Promise<MeasuredCase> {
  const words = [...process.execArgv, ...replayOptions, 'bench/case.ts', ...parameters];
  const { stdout } = await runProgram(process.execPath, words, {
    cwd: join(import.meta.dirname, '..'),
    signal,
  });
  return JSON.parse(stdout) as MeasuredCase;
}

interface Fastest<Result> {
  add(result: Result): void;
  /** @throws Error where nothing was added. */
  best(): Result;
}

function createFastest<Result>(timeOf: (result: Result) => number): Fastest<Result> {
  let fastest: { readonly result: Result } | undefined;
  return {
    add(result) {
      if (fastest === undefined || timeOf(result) < timeOf(fastest.result)) fastest = { result };
    },
    best() {
      if (fastest === undefined) throw new Error('nothing was measured: --rounds must be 1 or more');
      return fastest.result;
    },
  };
}

interface ReferenceRun {
  /** The milliseconds that `sysdig -r FILE proc.name=nosuchproc` took, start-up included. */
  run(): Promise<number>;
  remove(): void;
}

function prepareReference(command: string, file: string, signal: AbortSignal): ReferenceRun {
  const [program, ...parameters] = command.split(' ');
  const root = program === 'chroot' ? parameters[0] : undefined;
  const inside = `/tmp/seawall-bench-${process.pid}.scap`;
  if (root !== undefined) copyFileSync(file, join(root, inside));
  const seen = root === undefined ? file : inside;
  return {
    async run() {
      const started = performance.now();
      await runProgram(program, [...parameters, '-r', seen, 'proc.name=nosuchproc'], { signal });
      return performance.now() - started;
    },
    remove() {
      if (root !== undefined) rmSync(join(root, inside));
    },
  };
}
