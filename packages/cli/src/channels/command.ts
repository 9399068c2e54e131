import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { addListCommand } from './list.ts';
import { addOutboxCommand } from './outbox.ts';
import { addResendCommand } from './resend.ts';
import { addTestCommand } from './test-command.ts';

/** `seawall channels ...`: where findings are told, and the messages on their way there. */
export function defineChannels(channels: Command, context: CommandContext): void {
  addListCommand(channels, context);
  addTestCommand(channels, context);
  addOutboxCommand(channels, context);
  addResendCommand(channels, context);
}
