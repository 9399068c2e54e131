import { eventTypeOfSymbol } from '@seawall/events';
import type { EventContext } from '../context.ts';
import { DescriptorType } from '../descriptor/descriptor.ts';
import { isLeader } from '../process/create.ts';
import { categoryByType, hasResult, isFileLike, isNetwork, resultOf } from './event-facts.ts';
import { field, type InspectorField } from './field.ts';

const PROCESS_INFO = eventTypeOfSymbol('PROCINFO_E').id;
const OPENING: ReadonlySet<number> = typeIds(
  'SYSCALL_OPEN_X',
  'SYSCALL_CREAT_X',
  'SYSCALL_OPENAT_2_X',
  'SYSCALL_OPENAT2_X',
  'SYSCALL_OPEN_BY_HANDLE_AT_X',
);
const CONNECTING: ReadonlySet<number> = typeIds(
  'SOCKET_ACCEPT_5_X',
  'SOCKET_ACCEPT4_6_X',
  'SOCKET_CONNECT_X',
);

/** Fields that are 1 where something holds, made to be summed up over events. */
export const countFields: readonly InspectorField[] = [
  count('evt.count', 'Always 1.', () => 1, { isConstant: true }),
  count('evt.count.error', '1 for calls that failed, 0 for others that ended.', failureCount),
  count('evt.count.error.file', 'evt.count.error, only for calls on files.', (context) =>
    isAboutFile(context) ? failureCount(context) : undefined,
  ),
  count('evt.count.error.net', 'evt.count.error, only for calls on sockets.', (context) =>
    isAboutSocket(context) ? failureCount(context) : undefined,
  ),
  count('evt.count.error.memory', 'evt.count.error, only for calls on memory.', (context) =>
    isAboutMemory(context) ? failureCount(context) : undefined,
  ),
  count('evt.count.error.other', 'evt.count.error, only for calls on nothing of that kind.', (context) =>
    isAboutOther(context) ? failureCount(context) : undefined,
  ),
  count('evt.count.exit', '1 for events of calls that ended; else unset.', ({ view }) =>
    (view.type & 1) === 1 ? 1 : undefined,
  ),
  count(
    'evt.count.procinfo',
    '1 for procinfo events of leaders of processes, else 0.',
    ({ view, process }) => (view.type === PROCESS_INFO && process !== undefined && isLeader(process) ? 1 : 0),
    { isTableOnly: true },
  ),
  count(
    'evt.count.threadinfo',
    '1 for procinfo events, else 0.',
    ({ view }) => (view.type === PROCESS_INFO ? 1 : 0),
    { isTableOnly: true },
  ),
];

function failureCount({ view }: EventContext): number | undefined {
  if (!hasResult(view)) return undefined;
  return resultOf(view) < 0 ? 1 : 0;
}

function isAboutFile({ view, descriptor }: EventContext): boolean {
  return descriptor === undefined ? OPENING.has(view.type) : isFileLike(descriptor.type);
}

function isAboutSocket({ view, descriptor }: EventContext): boolean {
  if (descriptor === undefined) return CONNECTING.has(view.type);
  return isNetwork(descriptor.type) || descriptor.type === DescriptorType.unixSocket;
}

function isAboutMemory({ view }: EventContext): boolean {
  return categoryByType[view.type] === 'memory';
}

function isAboutOther(context: EventContext): boolean {
  if (isAboutFile(context) || isAboutSocket(context)) return false;
  return context.descriptor !== undefined || !isAboutMemory(context);
}

function count(
  name: string,
  description: string,
  extract: (context: EventContext) => number | undefined,
  traits: { readonly isConstant?: true; readonly isTableOnly?: true } = {},
): InspectorField {
  return field({
    name,
    type: 'uint32',
    format: 'decimal',
    ...(traits.isTableOnly && { isTableOnly: true }),
    dependsOn: [traits.isConstant ? 'constant' : 'event'],
    description,
    extract,
  });
}

function typeIds(...symbols: readonly string[]): ReadonlySet<number> {
  return new Set(symbols.map((symbol) => eventTypeOfSymbol(symbol).id));
}
