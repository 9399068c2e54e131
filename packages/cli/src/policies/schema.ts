import { customResourcesYaml, objectsJsonSchema } from '@seawall/policies';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { jsonText } from '../json-text.ts';

/** `seawall policies schema`: the JSON Schema of all objects, for editors, or their definitions, for clusters. */
export function addSchemaCommand(parent: Command, { terminal }: CommandContext): void {
  parent
    .command('schema')
    .description('print the JSON Schema of policies, rule sets and channels')
    .option(
      '--custom-resources',
      'print CustomResourceDefinitions of them instead: YAML for kubectl apply',
      false,
    )
    .action(({ customResources }: { readonly customResources: boolean }) => {
      terminal.output.write(customResources ? customResourcesYaml() : jsonText(objectsJsonSchema()));
    });
}
