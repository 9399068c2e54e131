import { drillSteps } from '@seawall/agent/drills';
import type { Command } from 'commander';
import type { CommandContext, OutputFormat } from '../command-context.ts';
import { jsonText } from '../json-text.ts';
import { outputOption } from '../output-option.ts';
import { renderTable } from '../terminal/table.ts';

const columns = [{ title: 'STEP' }, { title: 'WHAT HAPPENS' }, { title: 'RULES TAGGED' }];

/** `seawall drill list`: what is played. */
export function addListCommand(parent: Command, { terminal }: CommandContext): void {
  parent
    .command('list')
    .description('list the steps of a drill, what each does and the tags of the rules that answer')
    .addOption(outputOption())
    .action(({ output }: { readonly output: OutputFormat }) => {
      const rows = drillSteps.map(({ name, title, tags }) => [name, title, tags.join(', ')]);
      terminal.output.write(output === 'json' ? jsonText(drillSteps) : renderTable(columns, rows));
    });
}
