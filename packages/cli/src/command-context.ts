import type { ExitCode } from './terminal/exit-code.ts';
import type { Terminal } from './terminal/terminal.ts';

/** What every command is given: where to write, and how to say how it ended. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** The code that the process ends with, unless the command throws; 0 when never set. */
  setExitCode(code: ExitCode): void;
}

/** How results are printed: for people, or one JSON document (or one a line) for programs. */
export const outputFormats = ['text', 'json'] as const;

export type OutputFormat = (typeof outputFormats)[number];
