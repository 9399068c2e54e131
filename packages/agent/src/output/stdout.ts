import type { Writable } from 'node:stream';
import type { Output } from './output.ts';

/** Lines on standard output, waiting for a slow reader. The stream stays open: it isn't ours. */
export function createStdoutOutput(stream: Writable): Output {
  return {
    name: 'stdout',
    mostAtOnce: 1000,
    write: (alerts) =>
      new Promise((resolve, reject) => {
        stream.write(alerts.map(({ line }) => `${line}\n`).join(''), (error) =>
          error ? reject(error) : resolve(),
        );
      }),
    reopen: async () => undefined,
    close: async () => undefined,
  };
}
