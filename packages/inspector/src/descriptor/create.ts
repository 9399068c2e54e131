import { type Descriptor, DescriptorType } from './descriptor.ts';
import { CLOSE_ON_EXEC_BIT_ZERO, DescriptorFlag, OpenFlag } from './flags.ts';

const NO_ADDRESS = new Uint8Array(0);

export function createDescriptor(type: number): Descriptor {
  return {
    type,
    flags: 0,
    name: '',
    rawName: '',
    oldName: '',
    openFlags: 0,
    device: 0,
    mountId: 0,
    inode: 0,
    pid: 0,
    sourceAddress: NO_ADDRESS,
    sourcePort: 0,
    destinationAddress: NO_ADDRESS,
    destinationPort: 0,
    protocol: 0,
    unixSource: 0n,
    unixDestination: 0n,
    socket: undefined,
    sharesSocket: false,
    verdicts: undefined,
  };
}

export function copyDescriptor(original: Descriptor): Descriptor {
  original.sharesSocket = true;
  return {
    type: original.type,
    flags: original.flags,
    name: original.name,
    rawName: original.rawName,
    oldName: original.oldName,
    openFlags: original.openFlags,
    device: original.device,
    mountId: original.mountId,
    inode: original.inode,
    pid: original.pid,
    sourceAddress: original.sourceAddress,
    sourcePort: original.sourcePort,
    destinationAddress: original.destinationAddress,
    destinationPort: original.destinationPort,
    protocol: original.protocol,
    unixSource: original.unixSource,
    unixDestination: original.unixDestination,
    socket: original.socket,
    sharesSocket: true,
    verdicts: undefined,
  };
}

/** Whether an exec closes it. Epoll descriptors and memory files number the flag differently. */
export function isCloseOnExec(descriptor: Descriptor): boolean {
  const { openFlags, type } = descriptor;
  if ((openFlags & OpenFlag.closeOnExec) !== 0) return true;
  if (type !== DescriptorType.eventPoll && type !== DescriptorType.memfd) return false;
  return (openFlags & CLOSE_ON_EXEC_BIT_ZERO) !== 0;
}

export function clearCloseOnExec(descriptor: Descriptor): void {
  descriptor.openFlags &= ~(OpenFlag.closeOnExec | CLOSE_ON_EXEC_BIT_ZERO);
}

const ROLES = DescriptorFlag.roleClient | DescriptorFlag.roleServer;
const CONNECTION =
  DescriptorFlag.isConnected | DescriptorFlag.isConnectionPending | DescriptorFlag.hasConnectionFailed;

export function hasNoRole(descriptor: Descriptor): boolean {
  return (descriptor.flags & ROLES) === 0;
}

export function isServer(descriptor: Descriptor): boolean {
  return (descriptor.flags & DescriptorFlag.roleServer) !== 0;
}

export function isClient(descriptor: Descriptor): boolean {
  return (descriptor.flags & DescriptorFlag.roleClient) !== 0;
}

export function isConnected(descriptor: Descriptor): boolean {
  return (descriptor.flags & CONNECTION) === DescriptorFlag.isConnected;
}

/** The connection stands; a pending or failed one is forgotten. */
export function setConnected(descriptor: Descriptor): void {
  if (isConnected(descriptor)) return;
  descriptor.flags = (descriptor.flags & ~CONNECTION) | DescriptorFlag.isConnected;
}
