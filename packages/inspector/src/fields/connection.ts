import type { BoundField } from '@seawall/rules';
import type { EventContext } from '../context.ts';
import { type Descriptor, DescriptorType } from '../descriptor/descriptor.ts';
import { descriptorOf, hasRole, isAboutNoDescriptor } from './event-descriptor.ts';
import { field, type InspectorField } from './field.ts';

/** Which end of a connection a field is about; `either` fields can only be compared, not shown. */
export type ConnectionEnd = 'client' | 'server' | 'local' | 'remote' | 'either';
type Aspect = 'ip' | 'port' | 'proto' | 'net';
type CompareEach = NonNullable<BoundField<EventContext>['compareEach']>;
type OneEnd = Exclude<ConnectionEnd, 'either'>;

/** A field about one aspect of one end of the connection under the descriptor. */
export function connectionField(
  name: string,
  aspect: Aspect,
  end: ConnectionEnd,
  description: string,
): InspectorField {
  const isEither = end === 'either';
  const isFilterOnly = isEither || aspect === 'net';
  const read = aspect === 'ip' || aspect === 'net' ? addressOf : aspect === 'port' ? portOf : portTextOf;
  return field({
    name,
    type: aspect === 'ip' ? 'ipaddr' : aspect === 'net' ? 'ipnet' : typeOfPort(aspect, isEither),
    format: aspect === 'port' ? 'decimal' : 'na',
    ...(isFilterOnly && { isFilterOnly, acceptsNoFieldComparison: true, acceptsNoTransformer: true }),
    // Which end is local rests on the container and the machine.
    dependsOn: end === 'local' || end === 'remote' ? ['event', 'descriptor'] : ['descriptor'],
    description,
    extract(context) {
      const descriptor = descriptorOf(context);
      return descriptor && end !== 'either' ? read(context, descriptor, end) : undefined;
    },
    isAbsentFrom: isAboutNoDescriptor,
    ...(isEither && { compareEach: aspect === 'ip' || aspect === 'net' ? compareAddresses : comparePorts }),
  });
}

function typeOfPort(aspect: 'port' | 'proto', isEither: boolean): 'port' | 'charbuf' {
  return aspect === 'port' || isEither ? 'port' : 'charbuf';
}

/** The address of that end; undefined where the descriptor is no connection, or its direction isn't known. */
export function addressOf(
  context: EventContext,
  descriptor: Descriptor,
  end: OneEnd,
): Uint8Array | undefined {
  if (!hasRole(descriptor)) return undefined;
  if (isServing(descriptor)) return end === 'server' ? descriptor.sourceAddress : undefined;
  if (!isConnection(descriptor)) return undefined;
  return isSource(context, descriptor, end) ? descriptor.sourceAddress : descriptor.destinationAddress;
}

function portOf(context: EventContext, descriptor: Descriptor, end: OneEnd): number | undefined {
  if (isServing(descriptor)) return end === 'server' ? descriptor.sourcePort : undefined;
  if (!isConnection(descriptor) || !hasRole(descriptor)) return undefined;
  return isSource(context, descriptor, end) ? descriptor.sourcePort : descriptor.destinationPort;
}

/** The two ends of `fd.ip` and `fd.net`: one must do, but that `!=` asks it of both. */
const compareAddresses: CompareEach = (context, holds, operator) => {
  const descriptor = descriptorOf(context);
  if (descriptor === undefined) return false;
  if (operator === 'exists') return true;
  if (isServing(descriptor)) return holds(descriptor.sourceAddress);
  if (!isConnection(descriptor)) return false;
  const { sourceAddress, destinationAddress } = descriptor;
  return operator === '!='
    ? holds(sourceAddress) && holds(destinationAddress)
    : holds(sourceAddress) || holds(destinationAddress);
};

const comparePorts: CompareEach = (context, holds, operator) => {
  const descriptor = descriptorOf(context);
  if (descriptor === undefined) return false;
  if (operator === 'exists') return true;
  if (isServing(descriptor)) return holds(descriptor.sourcePort);
  if (!isConnection(descriptor)) return false;
  const { sourcePort, destinationPort } = descriptor;
  return operator === '!='
    ? holds(sourcePort) && holds(destinationPort)
    : holds(sourcePort) || holds(destinationPort);
};

/** Falco's texts for ports: never a name (services are not looked up), and empty for servers that only listen. */
function portTextOf(context: EventContext, descriptor: Descriptor, end: OneEnd): string | undefined {
  if (isConnection(descriptor)) return portOf(context, descriptor, end)?.toString();
  if (end === 'server') return isServing(descriptor) ? '' : undefined;
  return end === 'client' && hasRole(descriptor) ? '' : undefined;
}

function isConnection({ type }: Descriptor): boolean {
  return type === DescriptorType.ipv4Socket || type === DescriptorType.ipv6Socket;
}

function isServing({ type }: Descriptor): boolean {
  return type === DescriptorType.ipv4ServerSocket || type === DescriptorType.ipv6ServerSocket;
}

function isSource(context: EventContext, descriptor: Descriptor, end: OneEnd): boolean {
  if (end === 'client' || end === 'server') return end === 'client';
  const isSourceLocal = context.tables.isLocalAddress(context.process!, descriptor.sourceAddress);
  return isSourceLocal === (end === 'local');
}
