import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { addBacktestCommand } from './backtest.ts';
import { addDiffCommand } from './diff.ts';
import { addExtractCommand } from './extract.ts';
import { addGenerateCommand } from './generate.ts';
import { addLearnCommand } from './learn.ts';
import { addMergeCommand } from './merge.ts';

/** `seawall profile ...`: short descriptions of what pods may do, and the rules that keep pods to them. */
export function defineProfile(profile: Command, context: CommandContext): void {
  addGenerateCommand(profile, context);
  addExtractCommand(profile, context);
  addLearnCommand(profile, context);
  addDiffCommand(profile, context);
  addMergeCommand(profile, context);
  addBacktestCommand(profile, context);
}
