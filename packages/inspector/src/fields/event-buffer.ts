import { type EventCategory, parameterLength, readByteString } from '@seawall/events';
import type { EventContext } from '../context.ts';
import { categoryByType, hasResult, isDataTransfer, isFile, isNetwork, resultOf } from './event-facts.ts';
import { field, type InspectorField } from './field.ts';
import { parameterIndices } from './parameter-index.ts';

const dataIndices = parameterIndices('evt.buffer', 'data');

type Direction = (category: EventCategory) => boolean;
type Kind = (type: number) => boolean;
const anyKind: Kind = () => true;
const isRead: Direction = (category) => category === 'io_read';
const isWritten: Direction = (category) => category === 'io_write';

/** The data that calls read or wrote. */
export const bufferFields: readonly InspectorField[] = [
  field({
    name: 'evt.buffer',
    type: 'bytebuf',
    format: 'na',
    dependsOn: ['event'],
    description: 'The data that the call read or wrote, as far as it was captured.',
    extract: buffer,
  }),
  length('evt.buflen', isDataTransfer, anyKind, 'Bytes that the call read or wrote.'),
  tableLength('evt.buflen.in', isRead, anyKind, 'Bytes that the call read.'),
  tableLength('evt.buflen.out', isWritten, anyKind, 'Bytes that the call wrote.'),
  tableLength('evt.buflen.file', isDataTransfer, isFile, 'Bytes that the call read from or wrote to a file.'),
  tableLength('evt.buflen.file.in', isRead, isFile, 'Bytes that the call read from a file.'),
  tableLength('evt.buflen.file.out', isWritten, isFile, 'Bytes that the call wrote to a file.'),
  tableLength('evt.buflen.net', isDataTransfer, isNetwork, 'Bytes that the call moved through a socket.'),
  tableLength('evt.buflen.net.in', isRead, isNetwork, 'Bytes that the call received from a socket.'),
  tableLength('evt.buflen.net.out', isWritten, isNetwork, 'Bytes that the call sent through a socket.'),
];

function buffer({ view }: EventContext): string | undefined {
  const index = dataIndices[view.type]!;
  if (index < 0 || index >= view.parameterCount) return undefined;
  return parameterLength(view, index) === 0 ? '' : readByteString(view, index);
}

function tableLength(
  name: string,
  isDirection: Direction,
  isKind: Kind,
  description: string,
): InspectorField {
  return length(name, isDirection, isKind, description, true);
}

function length(
  name: string,
  isDirection: Direction,
  isKind: Kind,
  description: string,
  isTableOnly = false,
): InspectorField {
  return field({
    name,
    type: 'uint64',
    format: 'decimal',
    ...(isTableOnly && { isTableOnly }),
    dependsOn: ['event', 'descriptor'],
    description,
    extract({ view, descriptor }) {
      if (descriptor === undefined || !isKind(descriptor.type)) return undefined;
      if (!hasResult(view) || !isDirection(categoryByType[view.type]!)) return undefined;
      const result = resultOf(view);
      return result >= 0 ? result : undefined;
    },
  });
}
