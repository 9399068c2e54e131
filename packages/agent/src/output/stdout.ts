import type { Writable } from 'node:stream';
import type { Output } from './output.ts';
import { untilAborted } from './until-aborted.ts';

/** Lines on standard output, waiting for a slow reader. The stream stays open: it isn't ours. */
export function createStdoutOutput(stream: Writable): Output {
  // Told by each write, which waits for it; alone it would end the agent.
  const ignore = (): void => undefined;
  stream.on('error', ignore);
  return {
    name: 'stdout',
    mostAtOnce: 1000,
    write(alerts, signal) {
      const taken = new Promise<void>((resolve, reject) => {
        stream.write(alerts.map(({ line }) => `${line}\n`).join(''), (error) =>
          error ? reject(reasonFor(error)) : resolve(),
        );
      });
      return untilAborted(taken, signal);
    },
    reopen: async () => undefined,
    close: async () => {
      stream.removeListener('error', ignore);
    },
  };
}

function reasonFor(error: Error): Error {
  if ((error as NodeJS.ErrnoException).code !== 'EPIPE') return error;
  return new Error('nobody reads it any more (EPIPE)', { cause: error });
}
