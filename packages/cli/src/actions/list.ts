import { type ActionRecord, openStore } from '@seawall/store';
import type { Command } from 'commander';
import type { CommandContext, OutputFormat } from '../command-context.ts';
import { actionData } from '../findings/finding-data.ts';
import { jsonText } from '../json-text.ts';
import { outputOption } from '../output-option.ts';
import type { Palette } from '../terminal/color.ts';
import { renderTable } from '../terminal/table.ts';
import { wholeNumber } from '../whole-number.ts';
import { actionCells } from './action-cells.ts';
import { storeOption } from './store-option.ts';

interface Options {
  readonly store: string;
  readonly finding?: number;
  readonly undoable: boolean;
  readonly limit: number;
  readonly output: OutputFormat;
}

/** `seawall actions list`: what was done about findings, and what was not, and why. */
export function addListCommand(parent: Command, context: CommandContext): void {
  parent
    .command('list')
    .description('list what was done about findings, and what was refused and why, newest first')
    .option('--finding <number>', 'only about this finding', wholeNumber)
    .option('--undoable', 'only what can still be undone', false)
    .option('--limit <count>', 'at most so many', wholeNumber, 50)
    .addOption(storeOption())
    .addOption(outputOption())
    .addHelpText('after', '\nExit codes: 0 they are listed; 2 wrong usage; 3 the store could not be read.')
    .action((options: Options) => listActions(context, options));
}

async function listActions(
  { terminal }: CommandContext,
  { store: path, finding, undoable, limit, output }: Options,
): Promise<void> {
  const store = openStore({ path, access: 'read' });
  try {
    const filter = { ...(finding !== undefined && { groupId: finding }), ...(undoable && { undoable }) };
    const { items } = await store.actions(filter, { limit });
    const { output: stream } = terminal;
    stream.write(output === 'json' ? jsonText(items.map(actionData)) : asText(items, stream.palette));
  } finally {
    await store.close();
  }
}

function asText(records: readonly ActionRecord[], palette: Palette): string {
  if (records.length === 0) return 'nothing was done so far\n';
  return renderTable(
    [
      { title: 'TIME' },
      { title: 'ACTION' },
      { title: 'RESULT' },
      { title: 'TARGET' },
      { title: 'BY' },
      { title: 'AFTER', align: 'right' },
      { title: 'KEY' },
      { title: 'DETAIL' },
    ],
    records.map((record) => {
      const { time, kind, result, after, actor, detail } = actionCells(record, palette);
      const key = shortened(record.key.split('/')[0]!);
      return [time, kind, result, shortened(record.target), actor, after, key, detail];
    }),
  );
}

/** Ids of containers and occurrences are known by their first twelve digits. */
function shortened(text: string): string {
  return /^[0-9a-f]{32,}$/.test(text) ? text.slice(0, 12) : text;
}
