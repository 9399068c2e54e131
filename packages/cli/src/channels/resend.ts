import { readConfiguration } from '@seawall/agent/daemon';
import { nanosecondsNow, systemClock } from '@seawall/base';
import { openStore, type Store } from '@seawall/store';
import type { Command } from 'commander';
import type { CommandContext, OutputFormat } from '../command-context.ts';
import { errors } from '../errors.ts';
import { jsonText } from '../json-text.ts';
import { countOf } from '../number-text.ts';
import { outputOption } from '../output-option.ts';
import { configOption, requireChannel } from './configured.ts';

interface Options {
  readonly config: string;
  readonly channel?: string;
  readonly all: boolean;
  readonly output: OutputFormat;
}

/** `seawall channels resend` */
export function addResendCommand(parent: Command, { terminal }: CommandContext): void {
  parent
    .command('resend')
    .description('put dead letters on their way again; the agent sends them')
    .argument('[ids...]', 'which, as `outbox` shows them')
    .addOption(configOption())
    .option('--channel <name>', 'all dead letters of this channel')
    .option('--all', 'all dead letters', false)
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
Exit codes: 0 they are on the way again; 2 wrong usage, or there is no such channel; 3 there is no such dead letter (no other
is sent again then), or the store could not be written.`,
    )
    .action(async (words: readonly string[], { config, channel, all, output }: Options) => {
      const ids = words.map(idOf);
      if (ids.length === 0 && channel === undefined && !all) {
        const hint = 'name messages by their id, a channel, or --all';
        throw errors.create('OPTION_MISSING', { command: 'resend', option: 'an id', hint });
      }
      const store = openStore({ path: readConfiguration(config).store.path, access: 'edit' });
      try {
        if (channel !== undefined) await requireChannel(channel, store, config, terminal);
        const dead = await deadLetters(store, channel);
        const absent = ids.filter((id) => !dead.includes(id));
        if (absent.length > 0) throw errors.create('NO_SUCH_DEAD_LETTER', { ids: absent.join(', ') });
        const resent = await store.resend(ids.length > 0 ? ids : dead, nanosecondsNow(systemClock));
        if (output === 'json') terminal.output.write(jsonText({ resent }));
        else terminal.output.write(`${countOf(resent, 'dead letter')} on the way again\n`);
      } finally {
        await store.close();
      }
    });
}

function idOf(word: string): number {
  if (!/^\d{1,15}$/.test(word)) {
    throw errors.create('OPTION_INVALID', { option: 'id', value: word, problem: 'it is a whole number' });
  }
  return Number(word);
}

async function deadLetters(store: Store, channel: string | undefined): Promise<number[]> {
  const found: number[] = [];
  let after: string | undefined;
  do {
    const filter = { states: ['dead'] as const, ...(channel === undefined ? {} : { channel }) };
    const page = { limit: 1000, ...(after === undefined ? {} : { after }) };
    const { items, next } = await store.outbox(filter, page);
    found.push(...items.map(({ id }) => id));
    after = next;
  } while (after !== undefined);
  return found;
}
