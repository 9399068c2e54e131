import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { addListCommand } from './list.ts';
import { addRunCommand } from './run.ts';

/** `seawall drill ...`: the articles' tests of policies, played harmlessly in a container. */
export function defineDrill(drill: Command, context: CommandContext): void {
  addListCommand(drill, context);
  addRunCommand(drill, context);
}
