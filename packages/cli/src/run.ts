import type { CommandContext } from './command-context.ts';
import { createProgram } from './program.ts';
import { reportError } from './report-error.ts';
import { type ExitCode, exitCodes } from './terminal/exit-code.ts';
import type { Terminal } from './terminal/terminal.ts';

/**
 * Runs a command line.
 * @param words the arguments behind the command's own name.
 * @returns the exit code; never throws.
 */
export async function run(words: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.fine;
  const context: CommandContext = {
    terminal,
    setExitCode(code) {
      exitCode = code;
    },
  };
  try {
    const program = await createProgram(words, context);
    await program.parseAsync([...words], { from: 'user' });
    return exitCode;
  } catch (error) {
    return reportError(error, terminal);
  }
}
