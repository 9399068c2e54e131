import { spawnSync } from 'node:child_process';
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { replayOptions } from '../scripts/replay-options.mjs';
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

/**
 * Measures scan, reference and cases in turn, round after round: what else the machine does then disturbs all alike.
 * @throws Error when one of the programs fails.
 */
export function measureCapture({ file, name, reference, rounds, cases }: MeasureOptions): MeasuredCapture {
  const scan = createFastest<{ milliseconds: number; events: number }>((result) => result.milliseconds);
  const unit = createFastest<number>((milliseconds) => milliseconds);
  const replays = cases.map(() => createFastest<MeasuredCase>((result) => result.replayMilliseconds));
  const referenceRun = reference === undefined ? undefined : prepareReference(reference, file);
  try {
    for (let round = 0; round < rounds; round++) {
      const { events, seconds } = scanCapture(file);
      scan.add({ milliseconds: seconds * 1000, events });
      if (referenceRun !== undefined) unit.add(referenceRun.run());
      cases.forEach((rules, index) => {
        replays[index].add(runScript<MeasuredCase>('bench/case.ts', file, ...rules));
      });
    }
  } finally {
    referenceRun?.remove();
  }
  return {
    capture: name,
    scan: scan.best(),
    referenceMilliseconds: referenceRun === undefined ? undefined : unit.best(),
    cases: replays.map(({ best }) => best()),
  };
}

function runScript<Result>(script: string, ...parameters: string[]): Result {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...process.execArgv, ...replayOptions, script, ...parameters],
    { cwd: join(import.meta.dirname, '..'), encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`${script} failed: ${stderr.slice(-2000)}`);
  return JSON.parse(stdout) as Result;
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

/** `sysdig -r FILE proc.name=nosuchproc`: `run` gives the milliseconds that it took, start-up included. */
function prepareReference(command: string, file: string): { run(): number; remove(): void } {
  const [program, ...parameters] = command.split(' ');
  const root = program === 'chroot' ? parameters[0] : undefined;
  const inside = `/tmp/seawall-bench-${process.pid}.scap`;
  if (root !== undefined) copyFileSync(file, join(root, inside));
  const seen = root === undefined ? file : inside;
  return {
    run() {
      const started = performance.now();
      const { status, stderr, error } = spawnSync(
        program,
        [...parameters, '-r', seen, 'proc.name=nosuchproc'],
        { encoding: 'utf8' },
      );
      if (status !== 0) throw new Error(`${command} failed: ${error?.message ?? stderr}`);
      return performance.now() - started;
    },
    remove() {
      if (root !== undefined) rmSync(join(root, inside));
    },
  };
}
