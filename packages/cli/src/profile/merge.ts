import { mergeProfiles, type Profile, renderProfile } from '@seawall/policies';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { readProfile } from './read-profile.ts';

/** `seawall profile merge`: one profile that allows what any of several allows. */
export function addMergeCommand(parent: Command, context: CommandContext): void {
  parent
    .command('merge')
    .argument('<file...>', 'profiles (YAML); - for standard input')
    .description('write one profile that allows what any of them allows')
    .addHelpText(
      'after',
      `
A profile that says nothing of a behaviour adds nothing to it; what one of them guards is guarded.

Exit codes: 0 the profile is written; 2 wrong usage; 3 a file could not be read, or is no profile.`,
    )
    .action((paths: readonly string[]) => merge(context, paths));
}

async function merge({ terminal }: CommandContext, paths: readonly string[]): Promise<void> {
  const profiles: Profile[] = [];
  for (const path of paths) profiles.push(await readProfile(path, terminal));
  terminal.output.write(renderProfile(mergeProfiles(profiles)));
}
