import { collectFiles } from '@seawall/posture';
import type { Command } from 'commander';
import type { CommandContext, OutputFormat } from '../command-context.ts';
import { countOf } from '../number-text.ts';
import { outputOption } from '../output-option.ts';
import { addNodeOptions, type NodeOptions, openNode } from './options.ts';

/** `seawall posture collect DIR` */
export function addCollectCommand(parent: Command, context: CommandContext): void {
  addNodeOptions(
    parent
      .command('collect <dir>')
      .description(
        'copy what checks need into an empty folder, to be checked elsewhere; no key and no credential is copied',
      ),
  )
    .addOption(outputOption())
    .action((folder: string, options: NodeOptions & { readonly output: OutputFormat }) => {
      const { node } = openNode(options);
      const { copied, withheld } = collectFiles(node, folder);
      const { output } = context.terminal;
      if (options.output === 'json')
        output.write(`${JSON.stringify({ folder, copied, withheld }, undefined, 2)}\n`);
      else {
        output.write(
          `${countOf(copied, 'file')} copied to ${folder}; of ${withheld.length} more, mode and owner alone\n`,
        );
      }
    });
}
