import { reasonOf } from '@seawall/base';
import type { OutputsConfig } from './configuration.ts';
import { type LineProcess, startLineProcess } from './line-process.ts';
import type { Output } from './output.ts';
import { untilAborted } from './until-aborted.ts';

/** A program that doesn't end by itself at the end of its input is given so long. */
const END_WITHIN = 2000;

/** Lines to a program's standard input: to one that is started again when it ends, or to a new one for each alert. */
export function createProgramOutput({
  program,
  keep_alive: isKept,
}: NonNullable<OutputsConfig['program_output']>): Output {
  let running: LineProcess | undefined;

  function start(): LineProcess {
    return startLineProcess({ command: '/bin/sh', words: ['-c', program] });
  }

  async function close(): Promise<void> {
    const before = running;
    running = undefined;
    await before?.end(END_WITHIN);
  }

  return {
    name: 'program',
    mostAtOnce: isKept ? 1000 : 1,
    async write(alerts, signal) {
      if (running?.hasEnded()) running = undefined;
      running ??= start();
      const taken = running.write(alerts.map(({ line }) => `${line}\n`).join(''));
      await untilAborted(taken, signal).catch((error: unknown) => {
        // What it is run with may hold what is secret.
        const text = `the program of program_output takes no alerts: ${reasonFor(error)}; try it by hand`;
        throw new Error(text, { cause: error });
      });
      if (isKept) return;
      // However long it takes: the next alert's program starts when this one is done. At the end of the agent it has a while.
      const mine = running;
      running = undefined;
      await Promise.race([
        mine.end(2 ** 31 - 1),
        new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })),
      ]);
      if (signal.aborted && !mine.hasEnded()) await mine.end(END_WITHIN);
    },
    async reopen() {
      await close();
      if (isKept) running = start();
    },
    close,
  };
}

function reasonFor(error: unknown): string {
  return (error as NodeJS.ErrnoException).code === 'EPIPE'
    ? 'it does not read them (EPIPE)'
    : reasonOf(error);
}
