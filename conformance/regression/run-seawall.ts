import { Readable } from 'node:stream';
import { run } from '../../packages/cli/src/run.ts';
import { createPalette } from '../../packages/cli/src/terminal/color.ts';
import type { OutputStream } from '../../packages/cli/src/terminal/terminal.ts';

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
  const stdout = collector();
  const stderr = collector();
  const exitCode = await run(words, {
    input: Readable.from([]),
    environment,
    output: stdout.stream,
    errors: stderr.stream,
  });
  return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
}

function collector(): { readonly stream: OutputStream; text(): string } {
  const chunks: Buffer[] = [];
  return {
    stream: {
      isTerminal: false,
      columns: undefined,
      palette: createPalette(false),
      write(text) {
        chunks.push(Buffer.from(text as string));
      },
    },
    text: () => Buffer.concat(chunks).toString('utf8'),
  };
}
