import { descriptorListDescriptor, descriptorListLength, eventTypeOfSymbol } from '@seawall/events';
import { type Descriptor, DescriptorType } from '../descriptor/descriptor.ts';
import { field, type InspectorField } from './field.ts';
import { addressText } from './socket-text.ts';

const POLLING: ReadonlySet<number> = new Set(
  ['SYSCALL_POLL_X', 'SYSCALL_PPOLL_X'].map((symbol) => eventTypeOfSymbol(symbol).id),
);
/** Which parameter of the polling calls holds the list. */
const LIST = 1;

/** What polling calls wait for, one entry a descriptor, joined by commas. */
export const descriptorListFields: readonly InspectorField[] = [
  listField('fdlist.nums', 'id', 'Numbers of the descriptors that poll waits for.', String),
  listField(
    'fdlist.names',
    'na',
    'Names of the descriptors that poll waits for, <NA> for unknown ones.',
    (_, descriptor) => (descriptor?.name ? descriptor.name : '<NA>'),
  ),
  listField(
    'fdlist.cips',
    'na',
    'Client addresses of the connections that poll waits for.',
    (_, descriptor) =>
      descriptor && isConnection(descriptor) ? addressText(descriptor.sourceAddress) : undefined,
  ),
  listField('fdlist.sips', 'na', 'Server addresses of the sockets that poll waits for.', (_, descriptor) => {
    if (descriptor === undefined) return undefined;
    if (isConnection(descriptor)) return addressText(descriptor.destinationAddress);
    return isServing(descriptor) ? addressText(descriptor.sourceAddress) : undefined;
  }),
  listField(
    'fdlist.cports',
    'decimal',
    'Client ports of the connections that poll waits for.',
    (_, descriptor) => (descriptor && isConnection(descriptor) ? String(descriptor.sourcePort) : undefined),
  ),
  listField(
    'fdlist.sports',
    'decimal',
    'Server ports of the connections that poll waits for.',
    (_, descriptor) =>
      descriptor && isConnection(descriptor) ? String(descriptor.destinationPort) : undefined,
  ),
];

function listField(
  name: string,
  format: 'na' | 'id' | 'decimal',
  description: string,
  show: (number: number, descriptor: Descriptor | undefined) => string | undefined,
): InspectorField {
  return field({
    name,
    type: 'charbuf',
    format,
    dependsOn: ['event'],
    description,
    extract({ view, process }) {
      if (!POLLING.has(view.type) || process === undefined) return undefined;
      const entries: string[] = [];
      for (let position = 0; position < descriptorListLength(view, LIST); position++) {
        const number = descriptorListDescriptor(view, LIST, position);
        const entry = show(number, number < 0 ? undefined : process.descriptors.get(number));
        if (entry !== undefined) entries.push(entry);
      }
      return entries.length === 0 ? undefined : entries.join(',');
    },
  });
}

function isConnection({ type }: Descriptor): boolean {
  return type === DescriptorType.ipv4Socket || type === DescriptorType.ipv6Socket;
}

function isServing({ type }: Descriptor): boolean {
  return type === DescriptorType.ipv4ServerSocket || type === DescriptorType.ipv6ServerSocket;
}
