import {
  type EventCategory,
  type EventView,
  eventTypeOfSymbol,
  eventTypes,
  parameterLength,
  readInt32,
  readInt64,
} from '@seawall/events';
import { type Descriptor, DescriptorType } from '../descriptor/descriptor.ts';

/** What fields ask of an event's type, one byte per type id, so that no event looks anything up by name. */
export const EventTrait = {
  reads: 1,
  writes: 2,
  waits: 4,
  hasResult: 8,
  isSyscall: 16,
  isMetaEvent: 32,
} as const;

const GENERIC_EXIT = eventTypeOfSymbol('GENERIC_X').id;

export const traitsByType = Uint8Array.from(eventTypes, ({ id, flags, source, isEnter }) => {
  const isSyscall = source === 'syscall';
  return (
    (flags.has('reads_from_fd') ? EventTrait.reads : 0) |
    (flags.has('writes_to_fd') ? EventTrait.writes : 0) |
    (flags.has('waits') ? EventTrait.waits : 0) |
    (isSyscall && !isEnter && id !== GENERIC_EXIT ? EventTrait.hasResult : 0) |
    (isSyscall ? EventTrait.isSyscall : 0) |
    (source === 'metaevent' ? EventTrait.isMetaEvent : 0)
  );
});

export function hasTrait(view: EventView, trait: number): boolean {
  return (traitsByType[view.type]! & trait) !== 0;
}

const parameterCounts = Uint8Array.from(eventTypes, ({ parameters }) => parameters.length);

/** How many arguments the event has that its type knows; a damaged event may hold more. */
export function argumentCount(view: EventView): number {
  return Math.min(view.parameterCount, parameterCounts[view.type]!);
}

/** Whether the event ends a system call whose result it holds (its first parameter). */
export function hasResult(view: EventView): boolean {
  return (traitsByType[view.type]! & EventTrait.hasResult) !== 0 && argumentCount(view) > 0;
}

/** The call's result; only for events with one. 0 where the capture lost it. */
export function resultOf(view: EventView): number | bigint {
  return parameterLength(view, 0) === 4 ? readInt32(view, 0) : readInt64(view, 0);
}

export const categoryByType: readonly EventCategory[] = eventTypes.map(({ category }) => category);

/** Categories whose events move data through a descriptor. */
export function isDataTransfer(category: EventCategory): boolean {
  return category === 'io_read' || category === 'io_write' || category === 'io_other';
}

const INTER_PROCESS: ReadonlySet<number> = new Set([
  DescriptorType.fifo,
  DescriptorType.unixSocket,
  DescriptorType.event,
  DescriptorType.signal,
  DescriptorType.inotify,
  DescriptorType.userFault,
]);

/** What `evt.category` calls events of that type on that descriptor. */
export function categoryName(type: number, descriptor: Descriptor | undefined): string {
  const category = categoryByType[type]!;
  if (isDataTransfer(category)) return descriptor === undefined ? 'unknown' : transferName(descriptor);
  if (category === 'ipc') return 'IPC';
  return category;
}

function transferName({ type }: Descriptor): string {
  if (isFileLike(type)) return 'file';
  if (isNetwork(type)) return 'net';
  return INTER_PROCESS.has(type) ? 'ipc' : 'unknown';
}

/** Whether the type of a descriptor is that of a file. */
export function isFile(type: number): boolean {
  return type === DescriptorType.file || type === DescriptorType.fileV2;
}

/** Whether the type of a descriptor is that of a file or a directory. */
export function isFileLike(type: number): boolean {
  return isFile(type) || type === DescriptorType.directory;
}

/** Whether the type of a descriptor is that of an IPv4 or IPv6 socket, connected or serving. */
export function isNetwork(type: number): boolean {
  return type >= DescriptorType.ipv4Socket && type <= DescriptorType.ipv6ServerSocket;
}
