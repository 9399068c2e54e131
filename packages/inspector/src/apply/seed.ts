import type { DescriptorEntry, MachineInfo, ProcessEntry } from '@seawall/events';
import { isIpv4Mapped } from '../descriptor/address.ts';
import { createDescriptor, setConnected } from '../descriptor/create.ts';
import { type Descriptor, DescriptorType } from '../descriptor/descriptor.ts';
import { DescriptorFlag, Protocol } from '../descriptor/flags.ts';
import type { Interfaces } from '../descriptor/interfaces.ts';
import {
  becomeType,
  endsText,
  listeningText,
  setEnds,
  setListening,
  setProtocol,
  setUnixEnds,
  swapEnds,
} from '../descriptor/socket.ts';
import { markChanged } from '../process/changed.ts';
import { createProcess, isLeader, setArguments, setExepath } from '../process/create.ts';
import { ProcessFlag } from '../process/flags.ts';
import { concatenatePaths } from '../process/path.ts';
import type { Process } from '../process/process.ts';
import { textsOf } from '../process/texts.ts';
import { identifyContainer, normalizeCgroups, noteCredentials } from './identity.ts';
import type { State } from './state.ts';

/* Filling the tables from what a capture says of the time before its first event. */

/** What is to be done when everything has been loaded. */
export interface Seeding {
  processes(entries: readonly ProcessEntry[]): void;
  descriptors(tid: number, entries: readonly DescriptorEntry[]): void;
  machine(machine: MachineInfo): void;
  /** Connects what was loaded; does nothing when there is nothing new. */
  finish(): void;
}

export function createSeeding(state: State): Seeding {
  const { processes, interfaces } = state;
  const listeningPorts = new Set<number>();
  let isFinished = true;

  return {
    processes(entries) {
      isFinished = false;
      for (const entry of entries) {
        const process = processOf(entry);
        processes.add(process, false);
        noteCredentials(state, process);
      }
    },
    descriptors(tid, entries) {
      isFinished = false;
      const process = processes.find(tid);
      if (process === undefined) return;
      const table = processes.ownDescriptors(process);
      for (const entry of entries) {
        const descriptor = descriptorOf(entry, interfaces);
        if (isListening(descriptor)) listeningPorts.add(descriptor.sourcePort);
        table.set(entry.fd, descriptor);
      }
    },
    machine(machine) {
      state.tables.machine = machine;
    },
    finish() {
      if (isFinished) return;
      isFinished = true;
      for (const process of processes.all()) processes.connect(process);
      for (const process of processes.all()) {
        assignRoles(process, listeningPorts);
        identifyContainer(state, process);
        markChanged(process);
      }
    },
  };
}

/** The table's entry for a thread that a capture lists. */
function processOf(entry: ProcessEntry): Process {
  const process = createProcess(entry.tid);
  process.pid = entry.pid;
  process.parentTid = entry.parentTid;
  process.sessionId = entry.sessionId;
  process.vpgid = entry.vpgid;
  process.pgid = entry.pgid ?? -1;
  process.comm = entry.comm;
  process.exe = entry.exe;
  setExepath(process, entry.exepath);
  setArguments(process, withoutLoneNul(entry.args));
  process.isExeWritable = entry.isExeWritable;
  process.isExeUpperLayer = entry.isExeUpperLayer;
  process.isExeLowerLayer = entry.isExeLowerLayer;
  process.isExeFromMemfd = entry.isExeFromMemfd;
  process.flags |= entry.flags | ProcessFlag.active;
  if (isLeader(process)) {
    process.environment = textsOf(withoutLoneNul(entry.environment));
    const cwd = concatenatePaths('', entry.cwd);
    process.cwd = cwd.endsWith('/') ? cwd : `${cwd}/`;
  }
  process.descriptorLimit = entry.descriptorLimit;
  process.capInheritable = entry.capabilities.inheritable;
  process.capPermitted = entry.capabilities.permitted;
  process.capEffective = entry.capabilities.effective;
  process.exeInode = entry.exeInode;
  process.exeInodeCtime = entry.exeInodeCtime;
  process.exeInodeMtime = entry.exeInodeMtime;
  process.virtualSize = entry.memory.virtualSize;
  process.residentSize = entry.memory.residentSize;
  process.swapSize = entry.memory.swapSize;
  process.majorFaults = entry.memory.majorFaults;
  process.minorFaults = entry.memory.minorFaults;
  process.vtid = entry.vtid;
  process.vpid = entry.vpid;
  process.pidNamespaceStart = entry.pidNamespaceStart;
  process.cloneTime = entry.cloneTime;
  process.tty = entry.tty;
  process.cgroups = normalizeCgroups(entry.cgroups) ?? [];
  process.root = entry.root;
  process.uid = entry.uid;
  process.gid = entry.gid;
  process.loginUid = entry.loginUid;
  return process;
}

/** A list that holds nothing but the NUL behind its last text is empty. */
function withoutLoneNul(texts: readonly string[]): readonly string[] {
  return texts.length === 1 && texts[0] === '' ? [] : texts;
}

/** The table's entry for a descriptor that a capture lists. */
function descriptorOf(entry: DescriptorEntry, interfaces: Interfaces): Descriptor {
  const descriptor = createDescriptor(entry.type);
  descriptor.flags = DescriptorFlag.fromProc;
  descriptor.inode = entry.inode;
  const { body } = entry;
  switch (body.kind) {
    case 'ipv4':
    case 'ipv6':
      setTuple(descriptor, body, interfaces);
      break;
    case 'ipv4server':
    case 'ipv6server': {
      const length = body.kind === 'ipv4server' ? 4 : 16;
      const bytes = packAddress(body.localAddress, body.localPort);
      setListening(descriptor, length, bytes, 0, length, body.protocol);
      descriptor.name = listeningText(descriptor);
      break;
    }
    case 'unix':
      setUnixEnds(descriptor, packUnix(body.source, body.destination), 0);
      descriptor.name = body.name;
      descriptor.flags |= body.name === '' ? DescriptorFlag.roleClient : DescriptorFlag.roleServer;
      break;
    case 'file':
      descriptor.openFlags = body.openFlags;
      descriptor.name = body.name;
      descriptor.mountId = body.mountId;
      descriptor.device = body.device;
      break;
    case 'named':
      descriptor.name = body.name;
      break;
    case 'none':
  }
  return descriptor;
}

type TupleBody = Extract<DescriptorEntry['body'], { readonly kind: 'ipv4' | 'ipv6' }>;

function setTuple(descriptor: Descriptor, body: TupleBody, interfaces: Interfaces): void {
  const source = packAddress(body.sourceAddress, body.sourcePort);
  const bytes = Buffer.concat([source, packAddress(body.destinationAddress, body.destinationPort)]);
  const isMapped = body.kind === 'ipv6' && isIpv4Mapped(bytes, 0) && isIpv4Mapped(bytes, 18);
  const isIpv4 = body.kind === 'ipv4' || isMapped;
  const size = body.kind === 'ipv4' ? 4 : 16;
  const skipped = isMapped ? 12 : 0;
  becomeType(descriptor, isIpv4 ? DescriptorType.ipv4Socket : DescriptorType.ipv6Socket);
  const places = {
    source: skipped,
    sourcePort: size,
    destination: size + 2 + skipped,
    destinationPort: 2 * size + 2,
  };
  setEnds(descriptor, isIpv4 ? 4 : 16, bytes, places);
  setProtocol(descriptor, body.protocol);
  if (body.protocol === Protocol.tcp) setConnected(descriptor);
  if (isIpv4) interfaces.complete(descriptor);
  descriptor.name = endsText(descriptor);
}

function packAddress(address: Uint8Array, port: number): Uint8Array {
  const bytes = new Uint8Array(address.length + 2);
  bytes.set(address);
  bytes[address.length] = port & 0xff;
  bytes[address.length + 1] = port >> 8;
  return bytes;
}

function packUnix(source: bigint, destination: bigint): Uint8Array {
  const bytes = Buffer.alloc(16);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, source), 0);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, destination), 8);
  return bytes;
}

function isListening({ type }: Descriptor): boolean {
  return type === DescriptorType.ipv4ServerSocket || type === DescriptorType.ipv6ServerSocket;
}

/** Which end of a listed connection a process is: the one that serves when somebody listens on its near port. */
function assignRoles(process: Process, listeningPorts: ReadonlySet<number>): void {
  const { ownDescriptors } = process.bookkeeping;
  if (ownDescriptors === undefined) return;
  for (const [, descriptor] of ownDescriptors.entries()) {
    if (descriptor.type !== DescriptorType.ipv4Socket) continue;
    if (listeningPorts.has(descriptor.sourcePort)) {
      swapEnds(descriptor);
      descriptor.name = endsText(descriptor);
      descriptor.flags |= DescriptorFlag.roleServer;
    } else descriptor.flags |= DescriptorFlag.roleClient;
  }
}
