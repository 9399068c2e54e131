import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { addListCommand } from './list.ts';
import { addUndoCommand } from './undo.ts';

/** `seawall actions ...`: the audit trail of what was done about findings. */
export function defineActions(actions: Command, context: CommandContext): void {
  addListCommand(actions, context);
  addUndoCommand(actions, context);
}
