import type { FieldCatalogue } from '@seawall/rules';
import type { EventContext } from '../context.ts';
import { ancestorFields } from './ancestors.ts';
import { containerFields } from './container.ts';
import { createDescriptorFields } from './descriptor.ts';
import { descriptorListFields } from './descriptor-list.ts';
import { type DomainNames, noDomainNames } from './domain.ts';
import { withDottedNames } from './dotted-names.ts';
import { eventFields } from './event.ts';
import { syscallEventTypeNames } from './event-type-names.ts';
import type { FieldClass } from './field.ts';
import { fsPathFields } from './fs-path.ts';
import { genericFields } from './generic.ts';
import { kubernetesFields } from './kubernetes.ts';
import { processFields } from './process.ts';
import { createStaticFields } from './static.ts';
import { threadFields } from './thread.ts';
import { groupFields, userFields } from './user.ts';
import { utilityFields } from './utility.ts';

/** The catalogue with its fields grouped for lists and documents. */
export interface SyscallCatalogue extends FieldCatalogue<EventContext> {
  readonly classes: readonly FieldClass[];
}

export interface SyscallCatalogueOptions {
  /** Who knows addresses by their domain names (fd.*.name); nobody unless given. */
  readonly domains?: DomainNames;
  /** Values of further fields `static.NAME`, the same for every event (byte strings). */
  readonly staticFields?: Readonly<Record<string, string>>;
}

/**
 * Makes the catalogue of fields of the source `syscall`: what rules may ask of system call events and of the
 * threads, descriptors, users, containers and pods behind them.
 */
export function createSyscallCatalogue(options: SyscallCatalogueOptions = {}): SyscallCatalogue {
  const staticFields = createStaticFields(options.staticFields ?? {});
  const classes: readonly FieldClass[] = [
    { name: 'evt', description: 'Every event: when it happened, where it is from.', fields: genericFields },
    {
      name: 'evt (system calls)',
      description: 'System calls: which one, its arguments, its result.',
      fields: eventFields,
    },
    {
      name: 'process',
      description: 'The process and thread that made the event, and their ancestors.',
      fields: [...processFields, ...ancestorFields, ...threadFields],
    },
    { name: 'user', description: 'The user that the thread runs as.', fields: userFields },
    { name: 'group', description: 'The group that the thread runs as.', fields: groupFields },
    {
      name: 'fd',
      description: 'The descriptor that the event is about: file, connection, pipe.',
      fields: createDescriptorFields(options.domains ?? noDomainNames),
    },
    { name: 'fs.path', description: 'Paths that file system calls were given.', fields: fsPathFields },
    { name: 'fdlist', description: 'Descriptors that poll waits for.', fields: descriptorListFields },
    { name: 'container', description: 'The container that the thread runs in.', fields: containerFields },
    {
      name: 'k8s',
      description: 'The Kubernetes pod that the container belongs to.',
      fields: kubernetesFields,
    },
    { name: 'util', description: 'Aids for trying out outputs.', fields: utilityFields },
    ...(staticFields.length > 0
      ? [{ name: 'static', description: 'Values set in the configuration.', fields: staticFields }]
      : []),
  ];
  return {
    source: 'syscall',
    classes,
    fields: withDottedNames(
      new Map(classes.flatMap(({ fields }) => fields.map((field) => [field.name, field] as const))),
    ),
    eventTypes: syscallEventTypeNames,
  };
}
