import { spawn } from 'node:child_process';
import { join } from 'node:path';

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  /** What comes in on standard input. */
  readonly input?: string | Uint8Array;
  readonly environment?: Readonly<Record<string, string>>;
}

const main = join(import.meta.dirname, '..', 'main.ts');

/** Runs the real command in a process of its own. */
export function runCommand(
  words: readonly string[],
  { input = '', environment = {} }: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      ['--conditions=seawall-source', '--disable-warning=ExperimentalWarning', main, ...words],
      { env: { ...process.env, TZ: 'UTC', FORCE_COLOR: '', NO_COLOR: '', ...environment } },
    );
    const output = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    child.stdout.on('data', (chunk: Buffer) => output.stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => output.stderr.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      const stdout = Buffer.concat(output.stdout).toString();
      resolve({ code, stdout, stderr: Buffer.concat(output.stderr).toString() });
    });
    // A command that needs no input may be gone before it is written.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
