import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SOURCES = join(import.meta.dirname, '..', '..', 'native', 'testing');

/** Compiles a program of native/testing into the folder; gives its path. */
export function compileProgram(name: string, folder: string): string {
  const program = join(folder, name);
  const { status, stderr } = spawnSync('cc', ['-O1', '-o', program, join(SOURCES, `${name}.c`)], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${name}.c does not compile: ${stderr}`);
  return program;
}

/** Runs a program to its end, with that to read; gives its process id, what it printed and how it ended. */
export function runProgram(
  program: string,
  parameters: readonly string[],
  input = '',
): Promise<{ readonly pid: number; readonly output: string; readonly status: number | null }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, parameters, { stdio: ['pipe', 'pipe', 'inherit'] });
    // Who ends without reading all of it need not have read it.
    child.stdin.on('error', () => undefined).end(input);
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.on('error', reject);
    child.on('close', (status) => resolve({ pid: child.pid as number, output, status }));
  });
}

/** A folder of its own, removed with what is in it. */
export function createScratch(): { readonly folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'seawall-probe-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
