import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { locateShared } from '../../../test/shared.ts';

/** The 25 stable rules; undefined where the shared data is absent. */
export function stableRules(): string | undefined {
  return locateShared('conformance', 'stock-rules', 'falco_rules.yaml');
}

const ROOT = join(import.meta.dirname, '..', '..', '..');
export const MAIN = join(ROOT, 'packages', 'cli', 'src', 'main.ts');

/** `seawall watch`, watching this machine. */
export interface Watching {
  readonly process: ChildProcess;
  /** Asks it to end, and gives what it printed, to standard output and to standard error. */
  end(): Promise<{ readonly output: string; readonly errors: string }>;
}

/**
 * Starts it and waits until it watches. Its own options of V8 are those of this process.
 * @param onOutput takes what it prints to standard output, which is else kept for the end.
 */
export function startWatching(
  words: readonly string[],
  onOutput?: (bytes: Buffer) => void,
): Promise<Watching> {
  const child = spawn(process.execPath, [...process.execArgv, MAIN, 'watch', ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.on(
    'data',
    onOutput ??
      ((bytes: Buffer) => {
        output += bytes.toString('latin1');
      }),
  );
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  const watching: Watching = {
    process: child,
    async end() {
      child.kill('SIGINT');
      await ended;
      return { output, errors };
    },
  };
  return new Promise((resolve, reject) => {
    child.stderr.on('data', (bytes: Buffer) => {
      errors += bytes.toString();
      if (errors.includes('watching this machine')) resolve(watching);
    });
    child.on('close', () => reject(new Error(`it ended: ${errors}`)));
  });
}

/** The most memory that the process has had so far, in bytes. */
export function peakMemory({ pid }: ChildProcess): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) * 1024;
}

/** Runs `act` with the program that does one thing many times (native/testing/measure.c), compiled. */
export async function withMeasure<Result>(act: (program: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'seawall-accept-'));
  try {
    const program = join(folder, 'measure');
    const source = join(ROOT, 'packages', 'probe', 'native', 'testing', 'measure.c');
    const { status, stderr } = spawnSync('cc', ['-O2', '-o', program, source], { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    return await act(program);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs a program to its end without holding this process up; gives what it printed. */
export function runToEnd(command: string, words: readonly string[]): Promise<string> {
  const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (bytes: Buffer) => {
    output += bytes.toString();
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => resolve(output));
  });
}
