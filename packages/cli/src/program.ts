import { Command } from 'commander';
import { addCaptureCommands } from './capture/command.ts';
import type { CommandContext } from './command-context.ts';
import { addPkiCommands } from './pki/command.ts';
import { addPostureCommands } from './posture/command.ts';
import { addProbeCommands } from './probe/command.ts';
import { addRulesCommands } from './rules/command.ts';
import { addUpCommand } from './up/command.ts';
import { version } from './version.ts';
import { addWatchCommand } from './watch/command.ts';

/** The whole command line: every command, mounted under its noun. */
export function createProgram(context: CommandContext): Command {
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
  addUpCommand(program, context);
  addWatchCommand(program, context);
  addRulesCommands(program, context);
  addCaptureCommands(program, context);
  addProbeCommands(program, context);
  addPkiCommands(program, context);
  addPostureCommands(program, context);
  return program;
}
