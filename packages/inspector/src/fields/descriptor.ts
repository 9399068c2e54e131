import { eventTypeOfSymbol } from '@seawall/events';
import type { FieldType, RuleOut } from '@seawall/rules';
import type { EventContext } from '../context.ts';
import { type Descriptor, DescriptorType } from '../descriptor/descriptor.ts';
import { DescriptorFlag, Protocol } from '../descriptor/flags.ts';
import { connectionField } from './connection.ts';
import { descriptorNameFromEvent } from './descriptor-name.ts';
import { type DomainNames, domainField } from './domain.ts';
import {
  descriptorOf,
  hasDescriptorFields,
  isAboutNoDescriptor,
  transportProtocol,
} from './event-descriptor.ts';
import { isFile, isNetwork } from './event-facts.ts';
import { type Extract, field, fieldWithArgument, type InspectorField, parseIndex } from './field.ts';
import { descriptorTypeCharacter, descriptorTypeName, integer } from './text.ts';

/** How the type shows when the descriptor itself is unknown: what the call would have made. */
const charactersByEvent: ReadonlyMap<number, string> = new Map(
  Object.entries({
    f: ['SYSCALL_OPENAT_2_X', 'SYSCALL_OPENAT2_X', 'SYSCALL_CREAT_X'],
    4: ['SOCKET_SOCKET_X', 'SOCKET_ACCEPT_5_X', 'SOCKET_ACCEPT4_6_X'],
    p: ['SYSCALL_PIPE_X', 'SYSCALL_PIPE2_X'],
    e: ['SYSCALL_EVENTFD_X', 'SYSCALL_EVENTFD2_X'],
    s: ['SYSCALL_SIGNALFD_X', 'SYSCALL_SIGNALFD4_X'],
    t: ['SYSCALL_TIMERFD_CREATE_X'],
    i: ['SYSCALL_INOTIFY_INIT_X', 'SYSCALL_INOTIFY_INIT1_X'],
  }).flatMap(([character, symbols]) =>
    symbols.map((symbol) => [eventTypeOfSymbol(symbol).id, character] as const),
  ),
);

/** The fields of the descriptor that the event is about. @param domains who knows addresses by name. */
export function createDescriptorFields(domains: DomainNames): readonly InspectorField[] {
  return [
    ...identityFields,
    ...connectionFields,
    domainField('fd.cip.name', 'client', domains),
    domainField('fd.sip.name', 'server', domains),
    domainField('fd.lip.name', 'local', domains),
    domainField('fd.rip.name', 'remote', domains),
  ];
}

const identityFields: readonly InspectorField[] = [
  descriptorField({
    name: 'fd.num',
    type: 'int64',
    format: 'id',
    dependsOn: ['event', 'descriptor'],
    description: 'Number of the descriptor; -1 where the call made none.',
    extract: (context) => (hasDescriptorFields(context) ? (context.descriptorNumber ?? -1) : undefined),
  }),
  text(
    'fd.type',
    'What the descriptor refers to: file, directory, ipv4, ipv6, unix, pipe, event, signalfd, eventpoll, inotify, timerfd, netlink, bpf, userfaultfd, io_uring, memfd or pidfd.',
    (context) => {
      const descriptor = descriptorOf(context);
      return descriptor && descriptorTypeName(descriptor);
    },
    'decimal',
  ),
  text(
    'fd.typechar',
    'The type as one character: f file, d directory, 4 and 6 IPv4 and IPv6 socket, u unix socket or userfaultfd, p pipe, e eventfd, s signalfd, l eventpoll, i inotify, t timerfd, n netlink, b bpf, r io_uring, m memfd, P pidfd, o unknown.',
    (context) => {
      if (!hasDescriptorFields(context)) return undefined;
      const descriptor = descriptorOf(context);
      return descriptor === undefined
        ? (charactersByEvent.get(context.view.type | 1) ?? 'o')
        : descriptorTypeCharacter(descriptor);
    },
    'decimal',
  ),
  eventText(
    'fd.name',
    'Full name: the path of a file, the ends of a connection, whatever names the rest. Where the call failed, the name that it asked for.',
    nameOf,
  ),
  eventText(
    'fd.directory',
    'Directory that holds the file (for a directory: itself); unset for what is no file.',
    directoryOf,
    // A directory's own is itself.
    ruleOutByName(
      (name) => [directoryOfPath(name), name],
      (name, directory) => name.startsWith(directory),
    ),
  ),
  descriptorField({
    name: 'fd.filename',
    type: 'charbuf',
    format: 'na',
    dependsOn: ['descriptor'],
    description: "The file's name without its directory; unset for what is no file.",
    extract(context) {
      const descriptor = descriptorOf(context);
      if (descriptor === undefined || !isFile(descriptor.type)) return undefined;
      return partsOfPath(descriptor.name).filename;
    },
    ruleOut: ruleOutByName(
      (name) => [fileNameOfPath(name)],
      (name, filename) => name.endsWith(filename),
    ),
  }),
  eventText(
    'fd.uid',
    'Thread id and descriptor number written one behind the other, which tells descriptors of different threads apart.',
    (context) =>
      hasDescriptorFields(context) ? `${context.process!.tid}${context.descriptorNumber ?? -1}` : undefined,
  ),
  eventText('fd.containername', 'Container id, a colon, and fd.name.', (context) =>
    inContainer(context, nameOf(context)),
  ),
  eventText('fd.containerdirectory', 'Container id, a colon, and fd.directory.', (context) =>
    inContainer(context, directoryOf(context)),
  ),
  descriptorField({
    name: 'fd.name_changed',
    type: 'bool',
    format: 'na',
    dependsOn: ['event', 'descriptor'],
    description: "True where the event changed the descriptor's name, as a datagram to another peer does.",
    extract(context) {
      const descriptor = descriptorOf(context);
      const { descriptorOldName } = context;
      return descriptor && descriptorOldName !== undefined && descriptor.name !== descriptorOldName;
    },
  }),
  number(
    'fd.dev',
    'int32',
    'hexadecimal',
    'Device of the file, major and minor in one.',
    ({ device }) => device | 0,
  ),
  number(
    'fd.dev.major',
    'int32',
    'decimal',
    'Major number of the device of the file.',
    ({ device }) => (device & 0xf_ff00) >>> 8,
  ),
  number(
    'fd.dev.minor',
    'int32',
    'decimal',
    'Minor number of the device of the file.',
    ({ device }) => (device & 0xff) | ((device >>> 12) & 0xf_ff00),
  ),
  number('fd.ino', 'int64', 'decimal', 'Inode number of the file.', ({ inode }) =>
    typeof inode === 'bigint' ? integer(BigInt.asIntN(64, inode)) : inode,
  ),
  eventText(
    'fd.nameraw',
    'For files the path as the caller wrote it, only doubled slashes removed; it may be relative.',
    (context) => {
      if (!hasDescriptorFields(context)) return undefined;
      const descriptor = descriptorOf(context);
      const name = descriptor === undefined ? descriptorNameFromEvent(context, 'raw') : descriptor.rawName;
      return name?.includes('//') ? name.replace(/\/{2,}/g, '/') : name;
    },
  ),
  fieldWithArgument({
    name: 'fd.types',
    type: 'charbuf',
    format: 'decimal',
    isList: true,
    acceptsNoFieldComparison: true,
    dependsOn: ['event'],
    description:
      'The types (see fd.type) of all open descriptors, each once; fd.types[0] is the type of descriptor 0 alone, as a list of one.',
    presence: 'allowed',
    example: 'fd.types[0]',
    bind(argument) {
      const number = argument === undefined ? -1 : parseIndex('fd.types', argument, 'fd.types[0]');
      return {
        extract: number === -1 ? openTypes : typeOfNumber(number),
        isAbsentFrom: isAboutNoDescriptor,
      };
    },
  }),
  flag(
    'fd.is_upper_layer',
    'True where the file lies in the upper (writable) layer of an overlay file system.',
    ({ flags }) => (flags & DescriptorFlag.isOverlayUpper) !== 0,
  ),
  flag(
    'fd.is_lower_layer',
    'True where the file lies in a lower (image) layer of an overlay file system.',
    ({ flags }) => (flags & DescriptorFlag.isOverlayLower) !== 0,
  ),
];

const connectionFields: readonly InspectorField[] = [
  connectionField('fd.ip', 'ip', 'either', 'IP address of either end of the connection.'),
  connectionField('fd.cip', 'ip', 'client', 'IP address of the client.'),
  connectionField('fd.sip', 'ip', 'server', 'IP address of the server.'),
  connectionField('fd.lip', 'ip', 'local', 'IP address of the end on this machine.'),
  connectionField('fd.rip', 'ip', 'remote', 'IP address of the other end.'),
  connectionField('fd.port', 'port', 'either', 'Port of either end of the connection.'),
  connectionField('fd.cport', 'port', 'client', 'Port of the client.'),
  connectionField('fd.sport', 'port', 'server', 'Port of the server.'),
  connectionField('fd.lport', 'port', 'local', 'Port of the end on this machine.'),
  connectionField('fd.rport', 'port', 'remote', 'Port of the other end.'),
  connectionField('fd.proto', 'proto', 'either', 'Port of either end, under the name of its protocol.'),
  connectionField('fd.cproto', 'proto', 'client', 'Port of the client, as text.'),
  connectionField('fd.sproto', 'proto', 'server', 'Port of the server, as text.'),
  connectionField('fd.lproto', 'proto', 'local', 'Port of the end on this machine, as text.'),
  connectionField('fd.rproto', 'proto', 'remote', 'Port of the other end, as text.'),
  connectionField('fd.net', 'net', 'either', 'Network (address/length) that either end lies in.'),
  connectionField('fd.cnet', 'net', 'client', 'Network (address/length) that the client lies in.'),
  connectionField('fd.snet', 'net', 'server', 'Network (address/length) that the server lies in.'),
  connectionField(
    'fd.lnet',
    'net',
    'local',
    'Network (address/length) that the end on this machine lies in.',
  ),
  connectionField('fd.rnet', 'net', 'remote', 'Network (address/length) that the other end lies in.'),
  text('fd.l4proto', 'Transport protocol of the socket: tcp, udp, icmp or raw.', (context) => {
    const descriptor = descriptorOf(context);
    return descriptor && (protocolNames.get(transportProtocol(descriptor)) ?? '<NA>');
  }),
  text('fd.sockfamily', 'Family of the socket: ip or unix; unset for what is no socket.', (context) => {
    const descriptor = descriptorOf(context);
    if (descriptor === undefined) return undefined;
    if (isNetwork(descriptor.type)) return 'ip';
    return descriptor.type === DescriptorType.unixSocket ? 'unix' : undefined;
  }),
  descriptorField({
    name: 'fd.is_server',
    type: 'bool',
    format: 'na',
    dependsOn: ['event', 'descriptor'],
    description: 'True where this machine is the server of the connection.',
    extract(context) {
      const descriptor = descriptorOf(context);
      switch (descriptor?.type) {
        case undefined:
          return undefined;
        case DescriptorType.ipv4ServerSocket:
        case DescriptorType.ipv6ServerSocket:
          return true;
        case DescriptorType.ipv4Socket:
        case DescriptorType.ipv6Socket:
          return context.tables.isLocalAddress(context.process!, descriptor.destinationAddress);
        default:
          return false;
      }
    },
  }),
  flag(
    'fd.connected',
    'True where the socket is connected.',
    ({ flags }) => (flags & DescriptorFlag.isConnected) !== 0,
  ),
];

const protocolNames: ReadonlyMap<number, string> = new Map([
  [Protocol.tcp, 'tcp'],
  [Protocol.udp, 'udp'],
  [Protocol.icmp, 'icmp'],
  [Protocol.raw, 'raw'],
]);

function nameOf(context: EventContext): string | undefined {
  if (!hasDescriptorFields(context)) return undefined;
  return descriptorOf(context)?.name ?? descriptorNameFromEvent(context, 'absolute');
}

function directoryOf(context: EventContext): string | undefined {
  if (!hasDescriptorFields(context)) return undefined;
  const descriptor = descriptorOf(context);
  if (descriptor?.type === DescriptorType.directory) return descriptor.name;
  if (descriptor !== undefined && !isFile(descriptor.type)) return undefined;
  const name = descriptor?.name ?? descriptorNameFromEvent(context, 'absolute');
  return name === undefined ? undefined : partsOfPath(name).directory;
}

/**
 * What a path's part is ruled out by: the path.
 * @param possibleFor what that part of a path can be.
 * @param isPossible whether a path can have that part, unless it is the root, which what is no path has as its parts.
 */
function ruleOutByName(
  possibleFor: (name: string) => readonly string[],
  isPossible: (name: string, part: string) => boolean,
): RuleOut<EventContext> {
  return {
    by: 'fd.name',
    possibleFor,
    createLook(constants) {
      const parts = constants.filter((constant) => typeof constant === 'string');
      if (parts.includes('/')) return undefined;
      return (context) => {
        const descriptor = descriptorOf(context);
        if (descriptor === undefined) return false;
        for (let index = 0; index < parts.length; index += 1) {
          if (isPossible(descriptor.name, parts[index])) return false;
        }
        return true;
      };
    },
  };
}

interface PathParts {
  readonly directory: string;
  readonly filename: string;
}

const SLASH = 0x2f;

/** Of paths that were asked for: the same files are opened over and over. */
const partsByPath = new Map<string, PathParts>();
const REMEMBERED_PATHS = 4096;

function partsOfPath(path: string): PathParts {
  let parts = partsByPath.get(path);
  if (parts === undefined) {
    parts = { directory: directoryOfPath(path), filename: fileNameOfPath(path) };
    if (partsByPath.size >= REMEMBERED_PATHS) partsByPath.clear();
    partsByPath.set(path, parts);
  }
  return parts;
}

/** What is before the last slash; of a path that ends with one, and of what is no path, Falco takes something else. */
function directoryOfPath(path: string): string {
  const slash = lastSlashOf(path);
  if (slash <= 0) return '/';
  return slash === path.length - 1 ? path : path.slice(0, slash);
}

/** What is behind the last slash, with the same exceptions. */
function fileNameOfPath(path: string): string {
  const slash = lastSlashOf(path);
  if (slash < 0) return '/';
  return slash === path.length - 1 ? path : path.slice(slash + 1);
}

/** `lastIndexOf` leaves V8's own code; the last slash is never far from a path's end. */
function lastSlashOf(path: string): number {
  let at = path.length - 1;
  while (at >= 0 && path.charCodeAt(at) !== SLASH) at -= 1;
  return at;
}

function inContainer({ process }: EventContext, name: string | undefined): string | undefined {
  return name === undefined ? undefined : `${process?.containerId ?? ''}:${name}`;
}

/** The newest first, which is how Falco's table goes through them. */
function openTypes(context: EventContext): readonly string[] | undefined {
  if (!hasDescriptorFields(context)) return undefined;
  const types = [...context.process!.descriptors.entries()].map(([, descriptor]) =>
    descriptorTypeName(descriptor),
  );
  return [...new Set(types.reverse())];
}

function typeOfNumber(number: number): Extract {
  return (context) => {
    if (!hasDescriptorFields(context) || number < 0) return undefined;
    const descriptor = context.process!.descriptors.get(number);
    return descriptor && [descriptorTypeName(descriptor)];
  };
}

function descriptorField(facts: Omit<Parameters<typeof field>[0], 'isAbsentFrom'>): InspectorField {
  return field({ ...facts, isAbsentFrom: isAboutNoDescriptor });
}

function text(
  name: string,
  description: string,
  extract: Extract,
  format: 'na' | 'decimal' = 'na',
): InspectorField {
  return descriptorField({
    name,
    type: 'charbuf',
    format,
    dependsOn: ['descriptor'],
    description,
    extract,
  });
}

/** A text that rests on more of the event than its descriptor: its number, or the name that a failed call asked for. */
function eventText(
  name: string,
  description: string,
  extract: Extract,
  ruleOut?: RuleOut<EventContext>,
): InspectorField {
  return descriptorField({
    name,
    type: 'charbuf',
    format: 'na',
    dependsOn: ['event', 'descriptor'],
    description,
    extract,
    ...(ruleOut && { ruleOut }),
  });
}

function flag(
  name: string,
  description: string,
  read: (descriptor: Descriptor, context: EventContext) => boolean,
): InspectorField {
  return descriptorField({
    name,
    type: 'bool',
    format: 'na',
    dependsOn: ['descriptor'],
    description,
    extract(context) {
      const descriptor = descriptorOf(context);
      return descriptor && read(descriptor, context);
    },
  });
}

function number(
  name: string,
  type: FieldType,
  format: 'decimal' | 'hexadecimal',
  description: string,
  read: (descriptor: Descriptor) => number | bigint,
): InspectorField {
  return descriptorField({
    name,
    type,
    format,
    // None of what a verdict about a descriptor may rest on.
    dependsOn: ['event', 'descriptor'],
    description,
    extract(context) {
      const descriptor = descriptorOf(context);
      return descriptor && read(descriptor);
    },
  });
}
