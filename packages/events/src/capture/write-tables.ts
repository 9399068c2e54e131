import * as blocks from './block-types.ts';
import * as types from './descriptor-types.ts';
import {
  type Encoder,
  putBytes,
  putInt64,
  putText,
  putTexts,
  putUint8,
  putUint16,
  putUint32,
  putUint64,
  reserve,
} from './encoder.ts';
import type {
  CaptureSection,
  DescriptorEntry,
  MachineInfo,
  NetworkInterface,
  ProcessEntry,
} from './section.ts';

const HOSTNAME_LENGTH = 128;
const USER = 0;
const GROUP = 1;

/** Writes any section but events as a block of today's format. */
export function putTable(encoder: Encoder, section: Exclude<CaptureSection, { kind: 'events' }>): void {
  switch (section.kind) {
    case 'header':
      putBlock(encoder, blocks.SECTION_HEADER, () => putHeader(encoder));
      break;
    case 'machine':
      putBlock(encoder, blocks.MACHINE, () => putMachine(encoder, section.machine));
      break;
    case 'interfaces':
      putBlock(encoder, blocks.INTERFACES_V2, () => {
        for (const entry of section.interfaces) putEntry(encoder, 0, () => putInterface(encoder, entry));
      });
      break;
    case 'users':
      putBlock(encoder, blocks.USERS_V2, () => putAccounts(encoder, section));
      break;
    case 'processes':
      putBlock(encoder, blocks.PROCESSES_V9, () => {
        for (const entry of section.processes) putEntry(encoder, 4, () => putProcess(encoder, entry));
      });
      break;
    case 'descriptors':
      putBlock(encoder, blocks.DESCRIPTORS_V2, () => {
        putInt64(encoder, section.tid);
        for (const entry of section.descriptors) putEntry(encoder, 4, () => putDescriptor(encoder, entry));
      });
      break;
  }
}

function putBlock(encoder: Encoder, type: number, putBody: () => void): void {
  const start = reserve(encoder, 8);
  putBody();
  const padding = -(encoder.length - start) & 3;
  encoder.bytes.fill(0, reserve(encoder, padding), encoder.length);
  const length = encoder.length - start + 4;
  putUint32(encoder, length);
  encoder.bytes.writeUInt32LE(type, start);
  encoder.bytes.writeUInt32LE(length, start + 4);
}

/** An entry with its length in front, of which `counted` bytes are the length's own. */
function putEntry(encoder: Encoder, counted: 0 | 4, putFields: () => void): void {
  const start = reserve(encoder, 4);
  putFields();
  encoder.bytes.writeUInt32LE(encoder.length - start - 4 + counted, start);
}

function putHeader(encoder: Encoder): void {
  putUint32(encoder, blocks.BYTE_ORDER_MAGIC);
  putUint16(encoder, 1);
  putUint16(encoder, 2);
  putInt64(encoder, -1);
}

function putMachine(encoder: Encoder, machine: MachineInfo): void {
  putUint32(encoder, machine.cpuCount);
  putUint64(encoder, BigInt(machine.memoryBytes));
  putUint64(encoder, BigInt(machine.maxPid));
  const hostname = reserve(encoder, HOSTNAME_LENGTH);
  encoder.bytes.fill(0, hostname, hostname + HOSTNAME_LENGTH);
  encoder.bytes.write(machine.hostname, hostname, HOSTNAME_LENGTH - 1, 'latin1');
  putUint64(encoder, machine.bootTime);
  putUint64(encoder, machine.flags);
  putUint64(encoder, 0n);
  putUint64(encoder, 0n);
}

function putInterface(encoder: Encoder, entry: NetworkInterface): void {
  putUint16(encoder, entry.family === 'ipv4' ? 1 : 2);
  putUint16(encoder, entry.name.length);
  putBytes(encoder, entry.address);
  putBytes(encoder, entry.netmask);
  putBytes(encoder, entry.broadcast);
  putUint64(encoder, BigInt(entry.linkSpeed));
  putBytes(encoder, Buffer.from(entry.name, 'latin1'));
}

function putAccounts(encoder: Encoder, section: Extract<CaptureSection, { kind: 'users' }>): void {
  for (const user of section.users) {
    putEntry(encoder, 4, () => {
      putUint8(encoder, USER);
      putUint32(encoder, user.uid);
      putUint32(encoder, user.gid);
      putText(encoder, user.name);
      putText(encoder, user.homeDirectory);
      putText(encoder, user.shell);
    });
  }
  for (const group of section.groups) {
    putEntry(encoder, 4, () => {
      putUint8(encoder, GROUP);
      putUint32(encoder, group.gid);
      putText(encoder, group.name);
    });
  }
}

function putProcess(encoder: Encoder, process: ProcessEntry): void {
  putInt64(encoder, process.tid);
  putInt64(encoder, process.pid);
  putInt64(encoder, process.parentTid);
  putInt64(encoder, process.sessionId);
  putInt64(encoder, process.vpgid);
  putText(encoder, process.comm);
  putText(encoder, process.exe);
  putText(encoder, process.exepath);
  putTexts(encoder, process.args);
  putText(encoder, process.cwd);
  putInt64(encoder, process.descriptorLimit);
  putUint32(encoder, process.flags);
  putUint32(encoder, process.uid);
  putUint32(encoder, process.gid);
  putUint32(encoder, process.memory.virtualSize);
  putUint32(encoder, process.memory.residentSize);
  putUint32(encoder, process.memory.swapSize);
  putInt64(encoder, process.memory.majorFaults);
  putInt64(encoder, process.memory.minorFaults);
  putTexts(encoder, process.environment);
  putInt64(encoder, process.vtid);
  putInt64(encoder, process.vpid);
  putTexts(encoder, process.cgroups);
  putText(encoder, process.root);
  putUint64(encoder, process.pidNamespaceStart);
  putUint32(encoder, process.tty);
  putUint32(encoder, process.loginUid);
  putUint8(encoder, Number(process.isExeWritable));
  putUint64(encoder, process.capabilities.inheritable);
  putUint64(encoder, process.capabilities.permitted);
  putUint64(encoder, process.capabilities.effective);
  putUint8(encoder, Number(process.isExeUpperLayer));
  putUint64(encoder, process.exeInode);
  putUint64(encoder, process.exeInodeCtime);
  putUint64(encoder, process.exeInodeMtime);
  putUint8(encoder, Number(process.isExeFromMemfd));
  putUint8(encoder, Number(process.isExeLowerLayer));
  if (process.pgid !== undefined) putInt64(encoder, process.pgid);
}

function putDescriptor(encoder: Encoder, entry: DescriptorEntry): void {
  const { body } = entry;
  putInt64(encoder, entry.fd);
  putUint64(encoder, entry.inode);
  putUint8(encoder, entry.type);
  switch (body.kind) {
    case 'none':
      break;
    case 'ipv4':
    case 'ipv6':
      putBytes(encoder, body.sourceAddress);
      putBytes(encoder, body.destinationAddress);
      putUint16(encoder, body.sourcePort);
      putUint16(encoder, body.destinationPort);
      putUint8(encoder, body.protocol);
      break;
    case 'ipv4server':
    case 'ipv6server':
      putBytes(encoder, body.localAddress);
      putUint16(encoder, body.localPort);
      putUint8(encoder, body.protocol);
      break;
    case 'unix':
      putUint64(encoder, body.source);
      putUint64(encoder, body.destination);
      putText(encoder, body.name);
      break;
    case 'file':
      putUint32(encoder, body.openFlags);
      putText(encoder, body.name);
      putUint32(encoder, body.device);
      break;
    case 'named':
      if (types.isNamed(entry.type)) putText(encoder, body.name);
      break;
  }
}
