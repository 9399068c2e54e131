import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { addCheckCommand } from './check.ts';
import { addExplainCommand } from './explain.ts';
import { addListCommand } from './list.ts';
import { addSchemaCommand } from './schema.ts';

/** `seawall policies ...`: which rules run where, and what follows from a finding. */
export function definePolicies(policies: Command, context: CommandContext): void {
  addCheckCommand(policies, context);
  addListCommand(policies, context);
  addExplainCommand(policies, context);
  addSchemaCommand(policies, context);
}
