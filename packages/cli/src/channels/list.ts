import { isSeawallError } from '@seawall/base';
import { kindOf, type NotificationChannelSpec } from '@seawall/policies';
import { type OutboxEntry, openStore, type Store } from '@seawall/store';
import type { Command } from 'commander';
import type { CommandContext, OutputFormat } from '../command-context.ts';
import { jsonText } from '../json-text.ts';
import { outputOption } from '../output-option.ts';
import { renderTable } from '../terminal/table.ts';
import { configOption, readChannels } from './configured.ts';

interface Options {
  readonly config: string;
  readonly output: OutputFormat;
}

/** Counting stops here: who has more waiting needs no exact number. */
const MOST_COUNTED = 10_000;

/** `seawall channels list` */
export function addListCommand(parent: Command, { terminal }: CommandContext): void {
  parent
    .command('list')
    .description(
      'the channels, what they take, and how many messages wait for them or could not be delivered',
    )
    .addOption(configOption())
    .addOption(outputOption())
    .action(async ({ config, output }: Options) => {
      const { channels, configuration } = await readChannels(config, terminal);
      const store = openIfThere(configuration.store.path);
      const list = [];
      for (const { name, spec } of channels) {
        const [waiting, dead] = store
          ? [await count(store, name, 'waiting'), await count(store, name, 'dead')]
          : [null, null];
        list.push({ name, kind: kindOf(spec), takes: takesText(spec), waiting, dead });
      }
      await store?.close();
      if (output === 'json') {
        terminal.output.write(jsonText(list));
        return;
      }
      if (list.length === 0) {
        terminal.errors.write('no channels: write objects of kind NotificationChannel (docs/channels.md)\n');
        return;
      }
      const rows = list.map(({ name, kind, takes, waiting, dead }) => [
        ...[name, kind, takes, String(waiting ?? '-'), String(dead ?? '-')],
      ]);
      const numbers = { align: 'right' } as const;
      const columns = [
        ...[{ title: 'NAME' }, { title: 'KIND' }, { title: 'TAKES' }],
        ...[
          { title: 'WAITING', ...numbers },
          { title: 'DEAD', ...numbers },
        ],
      ];
      terminal.output.write(renderTable(columns, rows));
    });
}

/** The store, where an agent has made one already. */
function openIfThere(path: string): Store | undefined {
  try {
    return openStore({ path, access: 'read' });
  } catch (error) {
    if (isSeawallError(error, 'store/ABSENT')) return undefined;
    throw error;
  }
}

async function count(store: Store, channel: string, state: OutboxEntry['state']): Promise<number> {
  let found = 0;
  let after: string | undefined;
  do {
    const page = { limit: 1000, ...(after === undefined ? {} : { after }) };
    const { items, next } = await store.outbox({ channel, states: [state] }, page);
    found += items.length;
    after = next;
  } while (after !== undefined && found < MOST_COUNTED);
  return found;
}

function takesText({ routing = {}, quietHours }: NotificationChannelSpec): string {
  const conditions = Object.entries(routing).map(([name, value]) => {
    if (typeof value === 'string') return `${name}=${value}`;
    if (Array.isArray(value)) return `${name}=${value.join(',')}`;
    const labels = Object.entries(value ?? {}).map(([label, wanted]) => `${label}:${wanted}`);
    return `${name}=${labels.join(',')}`;
  });
  if (quietHours !== undefined) conditions.push('quiet hours');
  return conditions.join(' ') || 'everything';
}
