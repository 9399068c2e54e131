import type { Readable } from 'node:stream';
import { errors } from '../errors.ts';
import { fileReasonOf } from '../input/file-reason.ts';
import { reportError } from '../report-error.ts';
import { createPalette, isColorWanted, type Palette } from './color.ts';
import { type ExitCode, exitCodes } from './exit-code.ts';

/** What a command may touch of the process around it; tests hand in their own. */
export interface Terminal {
  readonly input: Readable;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Standard output: results, and nothing else. */
  readonly output: OutputStream;
  /** Standard error: progress, summaries, warnings, errors. */
  readonly errors: OutputStream;
  /** From now on this process goes on when those who read its output leave; what is written for them is lost. */
  outliveReaders?(): void;
  /** This process does not stay for those who still read its output but have stopped taking any: it ends a moment from now at the latest. */
  leaveReaders?(): void;
  /**
   * From now on this is called when those who read its output leave, or nothing can be written for them any more: the command then ends in
   * order, and the process with the code that says why. Without it the process ends at once.
   * @returns what takes it back.
   */
  endWithReaders?(stop: () => void): () => void;
}

export interface OutputStream {
  readonly isTerminal: boolean;
  /** Columns of the terminal; undefined where there is none. */
  readonly columns: number | undefined;
  readonly palette: Palette;
  write(text: string | Uint8Array): void;
}

/** Milliseconds in which what was written last still leaves. */
const LAST_WORDS = 1000;

/** The terminal that this process was started on. */
export function createProcessTerminal(): Terminal {
  let outlivesReaders = false;
  let endInOrder: (() => void) | undefined;
  const onError = (tell: (error: NodeJS.ErrnoException) => ExitCode) => (error: NodeJS.ErrnoException) => {
    if (outlivesReaders) return;
    // The reader of a pipe may leave whenever it has seen enough (`seawall ... | head`): that is no fault.
    const code = error.code === 'EPIPE' ? exitCodes.brokenPipe : tell(error);
    if (endInOrder === undefined) process.exit(code);
    // Whatever the command itself comes to by then.
    process.once('exit', () => {
      process.exitCode = code;
    });
    outlivesReaders = true;
    endInOrder();
  };
  const terminal: Terminal = {
    input: process.stdin,
    environment: process.env,
    output: createOutputStream(
      process.stdout,
      onError((error) => {
        const details = { path: 'standard output', reason: fileReasonOf(error) };
        return reportError(errors.create('FILE_UNWRITABLE', details, error), terminal);
      }),
    ),
    // Where standard error fails there is nowhere to say so.
    errors: createOutputStream(
      process.stderr,
      onError(() => exitCodes.failure),
    ),
    outliveReaders() {
      outlivesReaders = true;
    },
    leaveReaders() {
      // Nothing else keeps the process by then, and it hears this only where something does.
      setTimeout(() => process.exit(), LAST_WORDS).unref();
    },
    endWithReaders(stop) {
      endInOrder = stop;
      return () => {
        endInOrder = undefined;
      };
    },
  };
  return terminal;
}

function createOutputStream(
  stream: NodeJS.WriteStream,
  onError: (error: NodeJS.ErrnoException) => void,
): OutputStream {
  const isTerminal = stream.isTTY === true;
  stream.on('error', onError);
  return {
    isTerminal,
    get columns() {
      return isTerminal ? stream.columns : undefined;
    },
    palette: createPalette(isColorWanted(isTerminal, process.env)),
    write(text) {
      stream.write(text);
    },
  };
}
