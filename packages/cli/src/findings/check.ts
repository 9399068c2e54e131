import { openStore } from '@seawall/store';
import type { Command } from 'commander';
import { storeOption } from '../actions/store-option.ts';
import type { CommandContext, OutputFormat } from '../command-context.ts';
import { jsonText } from '../json-text.ts';
import { countOf, sizeText } from '../number-text.ts';
import { outputOption } from '../output-option.ts';
import { exitCodes } from '../terminal/exit-code.ts';

interface Options {
  readonly store: string;
  readonly output: OutputFormat;
}

/** `seawall findings check`: whether the store's file is whole. */
export function addCheckCommand(parent: Command, context: CommandContext): void {
  parent
    .command('check')
    .description('read all of the store and say whether it is whole, and what it holds')
    .addOption(storeOption())
    .addOption(outputOption())
    .addHelpText(
      'after',
      '\nExit codes: 0 it is whole; 1 it is damaged; 2 wrong usage; 3 it could not be read.',
    )
    .action((options: Options) => checkStore(context, options));
}

async function checkStore({ terminal, setExitCode }: CommandContext, options: Options): Promise<void> {
  const store = openStore({ path: options.store, access: 'read' });
  try {
    const problems = await store.check();
    const holds = await store.statistics();
    if (problems.length > 0) setExitCode(exitCodes.findings);
    if (options.output === 'json') {
      const { schemaVersion, lastOccurrence, ...counts } = holds;
      terminal.output.write(jsonText({ problems, schema_version: schemaVersion, ...counts }));
      return;
    }
    terminal.output.write(
      `${countOf(holds.groups, 'finding')} with ${countOf(holds.occurrences, 'occurrence')} in ${sizeText(holds.bytes)}; ` +
        `${countOf(holds.waiting, 'message')} waiting, ${holds.dead} dead\n`,
    );
    terminal.output.write(problems.length === 0 ? 'the store is whole\n' : 'the store is damaged:\n');
    for (const problem of problems) terminal.output.write(`  ${problem}\n`);
  } finally {
    await store.close();
  }
}
