import { userInfo } from 'node:os';
import { nanosecondsNow, systemClock } from '@seawall/base';
import { type FindingState, openStore } from '@seawall/store';
import type { Command } from 'commander';
import { storeOption } from '../actions/store-option.ts';
import type { CommandContext, OutputFormat } from '../command-context.ts';
import { jsonText } from '../json-text.ts';
import { outputOption } from '../output-option.ts';
import { wholeNumber } from '../whole-number.ts';
import { groupData } from './finding-data.ts';

interface Options {
  readonly comment?: string;
  readonly actor?: string;
  readonly store: string;
  readonly output: OutputFormat;
}

/** `seawall findings ack`, `resolve` and `reopen`: what people decide about findings. */
export function addDecisionCommands(parent: Command, context: CommandContext): void {
  addDecision('ack', 'acknowledged', 'say that somebody looks after findings: reminders about them end');
  addDecision(
    'resolve',
    'resolved',
    'say that findings are dealt with; when they happen again they are open again',
  );
  addDecision('reopen', 'open', 'take such a decision back');

  function addDecision(name: string, state: FindingState, description: string): void {
    parent
      .command(name)
      .argument('<id...>', 'the findings’ numbers, as the list shows them')
      .description(description)
      .option('--comment <text>', 'what there is to say about it')
      .option('--actor <name>', 'who decides; you, unless told')
      .addOption(storeOption())
      .addOption(outputOption())
      .addHelpText(
        'after',
        '\nExit codes: 0 it is written down; 2 wrong usage; 3 there is no such finding (those before it are done), or the store could not be written.',
      )
      .action((ids: readonly string[], options: Options) =>
        decide(context, ids.map(wholeNumber), state, options),
      );
  }
}

async function decide(
  { terminal }: CommandContext,
  ids: readonly number[],
  state: FindingState,
  { comment, actor, store: path, output }: Options,
): Promise<void> {
  // Behind sudo it is the person who asked that counts.
  const person = actor ?? terminal.environment.SUDO_USER ?? userInfo().username;
  const store = openStore({ path, access: 'edit' });
  try {
    for (const id of ids) {
      const time = nanosecondsNow(systemClock);
      const group = await store.decide(id, { state, actor: `user ${person}`, time, comment });
      const text = `finding ${id} is ${state}\n`;
      terminal.output.write(output === 'json' ? jsonText(groupData(group)) : text);
    }
  } finally {
    await store.close();
  }
}
