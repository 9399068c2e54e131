import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { addCopyCommand } from './copy.ts';
import { addInfoCommand } from './info.ts';
import { addPrintCommand } from './print.ts';
import { addRecordCommand } from './record.ts';

/** `seawall capture ...`: looking into capture files, and making new ones from them. */
export function addCaptureCommands(program: Command, context: CommandContext): void {
  const capture = program
    .command('capture')
    .description('record system calls, look into captures of them, and copy parts of them');
  addRecordCommand(capture, context);
  addInfoCommand(capture, context);
  addPrintCommand(capture, context);
  addCopyCommand(capture, context);
}
