import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

/** A program that lines are written to. */
export interface LineProcess {
  /** Ends when the program's pipe took it; fails where the program is not there or has ended. */
  write(text: string): Promise<void>;
  /** No more lines: waits for the program to end, so long, then ends it and its children. */
  end(withinMilliseconds: number): Promise<void>;
  hasEnded(): boolean;
}

export interface LineProcessOptions {
  readonly command: string;
  readonly words: readonly string[];
  /** What it says on standard error; without this it says it on ours. */
  onErrorText?(text: string): void;
}

/** Starts a program in a process group of its own. */
export function startLineProcess({ command, words, onErrorText }: LineProcessOptions): LineProcess {
  const child = spawn(command, words, {
    stdio: ['pipe', 'inherit', onErrorText === undefined ? 'inherit' : 'pipe'],
    detached: true,
  });
  let failure: Error | undefined;
  let isOver = false;
  const over = new Promise<void>((resolve) => {
    child.on('error', (error) => {
      failure ??= error;
      isOver = true;
      resolve();
    });
    child.on('exit', (code, signal) => {
      failure ??= new Error(`${command} has ended (${signal ?? `exit code ${code}`})`);
      isOver = true;
      resolve();
    });
  });
  const { stdin, stderr } = child;
  if (stdin === null) throw new Error(`${command} has no standard input`);
  // Told by `write`, which waits for it; alone it would end the agent.
  stdin.on('error', (error) => {
    failure ??= error;
  });
  stderr?.setEncoding('utf8').on('data', (text: string) => onErrorText?.(text));
  return {
    hasEnded: () => isOver,
    async write(text) {
      if (failure !== undefined) throw failure;
      const taken = new Promise<void>((resolve, reject) => {
        stdin.write(text, (error) => (error ? reject(error) : resolve()));
      });
      await Promise.race([
        taken,
        over.then(() => {
          throw failure;
        }),
      ]);
    },
    async end(withinMilliseconds) {
      stdin.end();
      await Promise.race([over, sleep(withinMilliseconds, undefined, { ref: false })]);
      if (isOver) return;
      killGroup(child);
      await once(child, 'exit');
    },
  };
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // It ended just now.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
