import { Readable } from 'node:stream';
import { run } from '../run.ts';
import { createPalette } from '../terminal/color.ts';
import type { OutputStream } from '../terminal/terminal.ts';

/** What a command came to. */
export interface RanHere {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

/** Runs a command in this process, without a terminal and with nothing to read. */
export async function runHere(
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<RanHere> {
  const output = collector();
  const errors = collector();
  const streams = { output: output.stream, errors: errors.stream };
  const code = await run(words, { input: Readable.from([]), environment, ...streams });
  return { code, output: output.text(), errors: errors.text() };
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
