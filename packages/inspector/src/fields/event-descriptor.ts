import { eventTypes } from '@seawall/events';
import type { EventContext } from '../context.ts';
import { type Descriptor, DescriptorType } from '../descriptor/descriptor.ts';
import { DescriptorFlag, Protocol } from '../descriptor/flags.ts';

/** One byte per event type: 1 where events of the type make, use or end a descriptor. Without it fd.* are unset. */
const concernsDescriptor = Uint8Array.from(eventTypes, ({ flags }) =>
  flags.has('creates_fd') || flags.has('uses_fd') || flags.has('destroys_fd') ? 1 : 0,
);

/** Whether fd.* never have a value for events of the type. */
export function isAboutNoDescriptor(eventType: number): boolean {
  return concernsDescriptor[eventType] === 0;
}

/** Whether fd.* have a meaning for this event: it is about a descriptor, and its thread is known. */
export function hasDescriptorFields(context: EventContext): boolean {
  return concernsDescriptor[context.view.type] === 1 && context.process !== undefined;
}

/** The descriptor that fd.* describe: the event's own, else what the thread has open under its number. */
export function descriptorOf(context: EventContext): Descriptor | undefined {
  if (!hasDescriptorFields(context)) return undefined;
  const { descriptor, descriptorNumber = -1 } = context;
  if (descriptor !== undefined || descriptorNumber < 0) return descriptor;
  return context.process!.descriptors.get(descriptorNumber);
}

/** The transport protocol as Falco shows it: connections without a known direction show none, unless they are raw. */
export function transportProtocol(descriptor: Descriptor): number {
  switch (descriptor.type) {
    case DescriptorType.ipv4ServerSocket:
    case DescriptorType.ipv6ServerSocket:
      return descriptor.protocol;
    case DescriptorType.ipv4Socket:
    case DescriptorType.ipv6Socket:
      return descriptor.protocol === Protocol.raw || hasRole(descriptor)
        ? descriptor.protocol
        : Protocol.notAvailable;
    default:
      return Protocol.notAvailable;
  }
}

/** Whether it is known which end of the connection is the client. */
export function hasRole({ flags }: Descriptor): boolean {
  return (flags & (DescriptorFlag.roleClient | DescriptorFlag.roleServer)) !== 0;
}
