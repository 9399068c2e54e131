import type { LoadOptions } from '@seawall/rules';

/** What Falco's container plugin suggests to show with every alert about system calls, in its order. */
const SUGGESTED_FIELDS = [
  'container.id',
  'container.name',
  'container.image.repository',
  'container.image.tag',
  'k8s.pod.name',
  'k8s.ns.name',
] as const;

/** The extra output that says in which container and pod something happened: `container_id=%container.id ...`. */
export const suggestedOutput: NonNullable<LoadOptions['extraOutput']> = SUGGESTED_FIELDS.map((field) => ({
  source: 'syscall',
  format: `${field.replaceAll('.', '_')}=%${field}`,
}));
