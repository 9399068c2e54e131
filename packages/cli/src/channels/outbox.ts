import { readConfiguration } from '@seawall/agent/daemon';
import { type Notice, titleOf } from '@seawall/policies';
import { type OutboxEntry, openStore } from '@seawall/store';
import { type Command, Option } from 'commander';
import type { CommandContext, OutputFormat } from '../command-context.ts';
import { timeText } from '../findings/finding-text.ts';
import { jsonText } from '../json-text.ts';
import { outputOption } from '../output-option.ts';
import { renderTable } from '../terminal/table.ts';
import { configOption, requireChannel } from './configured.ts';
import { countOption } from './count-option.ts';

interface Options {
  readonly config: string;
  readonly channel?: string;
  readonly state: readonly OutboxEntry['state'][];
  readonly limit: number;
  readonly output: OutputFormat;
}

/** `seawall channels outbox` */
export function addOutboxCommand(parent: Command, { terminal }: CommandContext): void {
  parent
    .command('outbox')
    .description('messages that wait, and dead letters: those that could not be delivered; the newest first')
    .addOption(configOption())
    .option('--channel <name>', 'only this channel’s')
    .addOption(
      new Option('--state <state...>', 'which messages')
        .choices(['waiting', 'dead', 'delivered'])
        .default(['waiting', 'dead'], 'waiting and dead'),
    )
    .addOption(countOption('--limit <count>', 'at most so many', 50))
    .addOption(outputOption())
    .action(async ({ config, channel, state, limit, output }: Options) => {
      const store = openStore({ path: readConfiguration(config).store.path, access: 'read' });
      try {
        if (channel !== undefined) await requireChannel(channel, store, config, terminal);
        const filter = { states: state, ...(channel === undefined ? {} : { channel }) };
        const { items } = await store.outbox(filter, { limit });
        if (output === 'json') terminal.output.write(jsonText(items));
        else terminal.output.write(tableOf(items));
      } finally {
        await store.close();
      }
    });
}

function tableOf(entries: readonly OutboxEntry[]): string {
  const columns = [
    { title: 'ID', align: 'right' },
    ...[{ title: 'CHANNEL' }, { title: 'STATE' }, { title: 'CREATED' }],
    { title: 'ATTEMPTS', align: 'right' },
    ...[{ title: 'MESSAGE' }, { title: 'LAST ERROR' }],
  ] as const;
  const rows = entries.map(({ id, channel, state, created, attempts, payload, lastError }) => [
    ...[String(id), channel, state, timeText(created)],
    ...[String(attempts), titleOf(payload as Notice), lastError ?? ''],
  ]);
  return renderTable(columns, rows);
}
