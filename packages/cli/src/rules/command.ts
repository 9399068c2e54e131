import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { addCheckCommand } from './check.ts';
import { addEventsCommand } from './events.ts';
import { addFieldsCommand } from './fields.ts';
import { addListCommand } from './list.ts';
import { addProfileCommand } from './profile.ts';
import { addTestCommand } from './test.ts';

/** `seawall rules ...`: rule files and what they can be written with. */
export function defineRules(rules: Command, context: CommandContext): void {
  addCheckCommand(rules, context);
  addListCommand(rules, context);
  addFieldsCommand(rules, context);
  addEventsCommand(rules, context);
  addProfileCommand(rules, context);
  addTestCommand(rules, context);
}
