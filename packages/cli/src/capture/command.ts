import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { addCopyCommand } from './copy.ts';
import { addInfoCommand } from './info.ts';
import { addPrintCommand } from './print.ts';
import { addRecordCommand } from './record.ts';

/** `seawall capture ...`: looking into capture files, and making new ones from them. */
export function defineCapture(capture: Command, context: CommandContext): void {
  addRecordCommand(capture, context);
  addInfoCommand(capture, context);
  addPrintCommand(capture, context);
  addCopyCommand(capture, context);
}
