import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { addCheckCommand } from './check.ts';
import { addCollectCommand } from './collect.ts';
import { addListCommands } from './list.ts';
import { addProbeCommand } from './probe.ts';
import { addShowCommand } from './show.ts';

/** `seawall posture ...`, and `seawall check` for what is asked most. */
export function addPostureCommands(program: Command, context: CommandContext): void {
  const posture = program
    .command('posture')
    .description('how a node’s components are configured, and what is wrong with it');
  addCheckCommand(posture, context);
  addShowCommand(posture, context);
  addListCommands(posture, context);
  addCollectCommand(posture, context);
  addProbeCommand(posture, context);
  addCheckCommand(program, context);
}
