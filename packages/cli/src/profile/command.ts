import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { addExtractCommand } from './extract.ts';
import { addGenerateCommand } from './generate.ts';

/** `seawall profile ...`: short descriptions of what pods may do, and the rules that keep pods to them. */
export function defineProfile(profile: Command, context: CommandContext): void {
  addGenerateCommand(profile, context);
  addExtractCommand(profile, context);
}
