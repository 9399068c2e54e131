import { objectsJsonSchema } from '@seawall/policies';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { jsonText } from '../json-text.ts';

/** `seawall policies schema`: the JSON Schema of all objects, for editors. */
export function addSchemaCommand(parent: Command, { terminal }: CommandContext): void {
  parent
    .command('schema')
    .description('print the JSON Schema of policies, rule sets and channels')
    .action(() => terminal.output.write(jsonText(objectsJsonSchema())));
}
