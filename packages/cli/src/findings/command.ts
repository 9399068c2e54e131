import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { addCheckCommand } from './check.ts';
import { addDecisionCommands } from './decide.ts';
import { addListCommand } from './list.ts';
import { addShowCommand } from './show.ts';
import { addTailCommand } from './tail.ts';

/** `seawall findings ...`: what broke a policy, and what people have to say about it. */
export function defineFindings(findings: Command, context: CommandContext): void {
  addListCommand(findings, context);
  addShowCommand(findings, context);
  addTailCommand(findings, context);
  addDecisionCommands(findings, context);
  addCheckCommand(findings, context);
}
