import { runHere } from '../../packages/cli/src/testing/run-here.ts';

export interface SeawallRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the seawall command in this process, with what it prints collected. */
export async function runSeawall(
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<SeawallRun> {
  const { code, output, errors } = await runHere(words, environment);
  return { exitCode: code, stdout: output, stderr: errors };
}
