import { extractProfile, renderProfile } from '@seawall/policies';
import type { RuleFile } from '@seawall/rules';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { expandFolders, nameOfPath, readWhole } from '../input/open.ts';

/** `seawall profile extract`: reads the profile back from generated rules. */
export function addExtractCommand(parent: Command, context: CommandContext): void {
  parent
    .command('extract')
    .argument('<file...>', 'rule files, and folders of them, in the order to load them; - for standard input')
    .description('write the profile that generated rules were made from, with what was added to their lists')
    .addHelpText(
      'after',
      `
What a profile can’t say (other rules, changed conditions) is told on standard error.

Exit codes: 0 the profile is written; 2 wrong usage; 3 a file could not be read, or holds no generated rule.`,
    )
    .action((paths: readonly string[]) => extract(context, paths));
}

async function extract({ terminal }: CommandContext, paths: readonly string[]): Promise<void> {
  const files: RuleFile[] = [];
  for (const path of await expandFolders(paths)) {
    const content = new TextDecoder().decode(await readWhole(path, terminal));
    files.push({ name: nameOfPath(path), content });
  }
  const { profile, leftOut, changed } = extractProfile(files);
  if (leftOut.length > 0) {
    terminal.errors.write(`left out, as not generated or switched off: ${leftOut.join(', ')}\n`);
  }
  if (changed.length > 0) {
    terminal.errors.write(`changed by hand, which a profile can’t hold: ${changed.join(', ')}\n`);
  }
  terminal.output.write(renderProfile(profile));
}
