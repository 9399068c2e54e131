import { diffProfiles, type PodDifference } from '@seawall/policies';
import type { Command } from 'commander';
import type { CommandContext, OutputFormat } from '../command-context.ts';
import { jsonText } from '../json-text.ts';
import { outputOption } from '../output-option.ts';
import type { Palette } from '../terminal/color.ts';
import { exitCodes } from '../terminal/exit-code.ts';
import { readProfile } from './read-profile.ts';

/** `seawall profile diff`: what one profile allows and another doesn't. */
export function addDiffCommand(parent: Command, context: CommandContext): void {
  parent
    .command('diff')
    .argument('<old>', 'a profile (YAML); - for standard input')
    .argument('<new>', 'the profile to hold against it')
    .description('show what a profile allows more and less than another')
    .addOption(outputOption())
    .addHelpText(
      'after',
      '\nExit codes: 0 they allow the same; 1 they differ; 2 wrong usage; 3 a file could not be read, or is no profile.',
    )
    .action((older: string, newer: string, options: { readonly output: OutputFormat }) =>
      diff(context, older, newer, options.output),
    );
}

async function diff(
  { terminal, setExitCode }: CommandContext,
  older: string,
  newer: string,
  output: OutputFormat,
): Promise<void> {
  const differences = diffProfiles(await readProfile(older, terminal), await readProfile(newer, terminal));
  terminal.output.write(
    output === 'json'
      ? jsonText(differences)
      : differences.map((one) => textOf(one, terminal.output.palette)).join(''),
  );
  if (differences.length > 0) setExitCode(exitCodes.findings);
}

function textOf({ pod, presence, changes }: PodDifference, { warning, good }: Palette): string {
  const head = presence === undefined ? pod : `${pod} (${presence})`;
  const lines = changes.flatMap(({ key, guarding, added, removed }) => [
    ...(guarding === undefined
      ? []
      : [`  ${key}: ${guarding === 'begins' ? 'guarded from now on' : 'guarded no more'}`]),
    ...added.map((value) => warning(`  + ${key}: ${value}`)),
    ...removed.map((value) => good(`  - ${key}: ${value}`)),
  ]);
  return `${[head, ...lines].join('\n')}\n`;
}
