import { spawnSync } from 'node:child_process';

/** Longest that a tool of the tests may take, in milliseconds. */
const LIMIT = 60_000;

/**
 * Runs a program to its end. @returns what it wrote to standard output, trimmed.
 * @throws with what it wrote to standard error when it fails.
 */
export function runTool(program: string, ...parameters: readonly string[]): string {
  const { status, signal, stdout, stderr, error } = spawnSync(program, parameters, {
    encoding: 'utf8',
    timeout: LIMIT,
  });
  if (status === 0) return stdout.trim();
  const ending = error?.message ?? signal ?? `exit code ${status}`;
  throw new Error(`${program} ${parameters.join(' ')}: ${ending}\n${stderr}${stdout}`);
}
