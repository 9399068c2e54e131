import { field, type InspectorField } from './field.ts';

/**
 * Fields whose values whoever starts Seawall sets once for all events (the name of the cluster, of the team), as
 * `static.` and their name. Falco calls them static fields.
 * @param values by name; names and values are byte strings.
 */
export function createStaticFields(values: Readonly<Record<string, string>>): readonly InspectorField[] {
  return Object.entries(values).map(([name, value]) =>
    field({
      name: `static.${name}`,
      type: 'charbuf',
      format: 'na',
      dependsOn: ['constant'],
      description: 'Set in the configuration.',
      extract: () => value,
    }),
  );
}
