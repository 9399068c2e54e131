import { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import { commands } from './commands.ts';
import { version } from './version.ts';

/**
 * The command line, with all of the one command that `words` are for; the others have only name and description.
 * @param words the arguments behind the command's own name.
 */
export async function createProgram(words: readonly string[], context: CommandContext): Promise<Command> {
  const { output, errors } = context.terminal;
  const program = new Command('seawall')
    .description('Guards the control plane of a Kubernetes cluster and the nodes under it.')
    .version(version, '-V, --version', 'print the version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.write(text),
      writeErr: (text) => errors.write(text),
      getOutHelpWidth: () => output.columns ?? 100,
      getErrHelpWidth: () => errors.columns ?? 100,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .showHelpAfterError('(--help says more)');
  const chosen = chosenName(words);
  for (const { name, description, load } of commands) {
    const command = program.command(name).description(description);
    if (name === chosen) (await load())(command, context);
    else command.action(() => failUnloaded(name));
  }
  return program;
}

/** The command that is run, or asked about with `help NAME`. No option in front of it takes a value. */
function chosenName(words: readonly string[]): string | undefined {
  return words.find((word) => !word.startsWith('-') && word !== 'help');
}

function failUnloaded(name: string): never {
  throw new Error(`the command ${name} is run, but the words were understood to be for another`);
}
