import { type FindingGroup, openStore } from '@seawall/store';
import type { Command } from 'commander';
import { storeOption } from '../actions/store-option.ts';
import type { CommandContext, OutputFormat } from '../command-context.ts';
import { jsonText } from '../json-text.ts';
import { countText } from '../number-text.ts';
import { outputOption } from '../output-option.ts';
import { exitCodes } from '../terminal/exit-code.ts';
import { renderTable } from '../terminal/table.ts';
import type { OutputStream } from '../terminal/terminal.ts';
import { wholeNumber } from '../whole-number.ts';
import { addFilterOptions, type FilterOptions, filterOf } from './filter-options.ts';
import { gapData, groupData } from './finding-data.ts';
import { paintOf, placeText, timeText } from './finding-text.ts';
import { gapsText, gapsWithin } from './gaps.ts';

interface Options extends FilterOptions {
  readonly limit: number;
  readonly after?: string;
  readonly failOnFinding: boolean;
  readonly store: string;
  readonly output: OutputFormat;
}

/** `seawall findings list`: groups of findings, what happened last first. */
export function addListCommand(parent: Command, context: CommandContext): void {
  addFilterOptions(
    parent.command('list').description('list findings, alike ones as one, what happened last first'),
  )
    .option('--limit <count>', 'at most so many', wholeNumber, 50)
    .option('--after <cursor>', 'go on behind a list, with what it told as the next page')
    .option('--fail-on-finding', 'end with exit code 1 when there is a finding to list', false)
    .addOption(storeOption())
    .addOption(outputOption())
    .addHelpText(
      'after',
      '\nExit codes: 0 they are listed; 1 there are some, with --fail-on-finding; 2 wrong usage; 3 the store could not be read.',
    )
    .action((options: Options) => listFindings(context, options));
}

async function listFindings({ terminal, setExitCode }: CommandContext, options: Options): Promise<void> {
  const store = openStore({ path: options.store, access: 'read' });
  try {
    const filter = filterOf(options);
    const { items, next } = await store.groups(filter, { limit: options.limit, after: options.after });
    const gaps = await gapsWithin(store, filter);
    if (items.length > 0 && options.failOnFinding) setExitCode(exitCodes.findings);
    if (options.output === 'json') {
      terminal.output.write(jsonText({ findings: items.map(groupData), gaps: gaps.map(gapData), next }));
      return;
    }
    terminal.output.write(items.length === 0 ? 'no findings\n' : tableOf(items, terminal.output));
    terminal.errors.write(gapsText(gaps, terminal.errors.palette));
    if (next !== undefined) terminal.errors.write(`there are more: --after ${next} goes on\n`);
  } finally {
    await store.close();
  }
}

function tableOf(groups: readonly FindingGroup[], { palette }: OutputStream): string {
  return renderTable(
    [
      { title: 'ID', align: 'right' },
      { title: 'SEVERITY' },
      { title: 'STATE' },
      { title: 'COUNT', align: 'right' },
      { title: 'LAST' },
      { title: 'WHERE' },
      { title: 'RULE' },
      { title: 'OUTPUT' },
    ],
    groups.map((group) => [
      String(group.id),
      { text: group.severity, paint: paintOf(group.severity, palette) },
      group.state === 'open' ? group.state : { text: group.state, paint: palette.faint },
      countText(group.count),
      timeText(group.last),
      placeText(group.workload),
      group.rule,
      { text: group.output, paint: palette.faint },
    ]),
  );
}
