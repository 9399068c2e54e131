import { type InspectorField, statefulField } from './field.ts';

/** What has to do with no event at all. */
export const utilityFields: readonly InspectorField[] = [
  statefulField({
    name: 'util.cnt',
    type: 'uint64',
    format: 'id',
    dependsOn: ['event'],
    description: 'How often this use of the field was read: 1, 2, 3 ...',
    createExtract() {
      let count = 0;
      return () => ++count;
    },
  }),
];
