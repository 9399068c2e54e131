import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { defineCheck } from './check.ts';
import { checkDescription } from './check-description.ts';
import { addCollectCommand } from './collect.ts';
import { addListCommands } from './list.ts';
import { addProbeCommand } from './probe.ts';
import { addShowCommand } from './show.ts';

/** `seawall posture ...`. */
export function definePosture(posture: Command, context: CommandContext): void {
  defineCheck(posture.command('check').description(checkDescription), context);
  addShowCommand(posture, context);
  addListCommands(posture, context);
  addCollectCommand(posture, context);
  addProbeCommand(posture, context);
}
