import type { Tables } from '../context.ts';
import { type Descriptor, DescriptorType } from '../descriptor/descriptor.ts';
import { Protocol } from '../descriptor/flags.ts';
import type { Process } from '../process/process.ts';
import { joinTextsOf, readTextsOf } from '../process/texts.ts';

/** The arguments of a process with one space between them. */
export function joinArguments(process: Process): string {
  return process.args.join(' ');
}

/** Name and arguments, as they were when the arguments were last set. */
export function commandLineOf(process: Process): string {
  return process.commandLine !== '' || process.args.length === 0
    ? process.commandLine || process.comm
    : `${process.comm} ${process.args.join(' ')}`;
}

/** The environment that the thread shares with its group, one space between the variables. */
export function environmentText(tables: Tables, process: Process): string {
  return joinTextsOf((tables.leader(process) ?? process).environment);
}

/** A variable's value without the spaces around it; '' where it isn't set (or set to nothing). */
export function environmentVariable(tables: Tables, process: Process, name: string): string {
  const prefix = `${name}=`;
  for (const entry of environmentOf(tables, process)) {
    if (entry.length > prefix.length && entry.startsWith(prefix))
      return entry.slice(prefix.length).replace(/^ +| +$/g, '');
  }
  return '';
}

function environmentOf(tables: Tables, process: Process): readonly string[] {
  return readTextsOf((tables.leader(process) ?? process).environment);
}

const CAPABILITY_NAMES =
  'CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE ' +
  'NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT ' +
  'SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE ' +
  'AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ ' +
  'PERFMON BPF CHECKPOINT_RESTORE';
const capabilities = CAPABILITY_NAMES.split(' ').map((name) => `CAP_${name}`);

/** Texts of sets that were asked for: nearly all threads have one of a few. */
const capabilityTexts = new Map<bigint, string>();
const REMEMBERED_CAPABILITIES = 256;

/** The names of the capabilities in a set of bits (linux/capability.h), one space between them. */
export function capabilityNames(bits: bigint): string {
  let text = capabilityTexts.get(bits);
  if (text === undefined) {
    text = capabilities.filter((_, bit) => (bits >> BigInt(bit)) & 1n).join(' ');
    if (capabilityTexts.size >= REMEMBERED_CAPABILITIES) capabilityTexts.clear();
    capabilityTexts.set(bits, text);
  }
  return text;
}

const descriptorKinds: ReadonlyMap<number, readonly [name: string, character: string]> = new Map([
  [DescriptorType.unknown, ['<NA>', 'o']],
  [DescriptorType.file, ['file', 'f']],
  [DescriptorType.fileV2, ['file', 'f']],
  [DescriptorType.directory, ['directory', 'd']],
  [DescriptorType.ipv4Socket, ['ipv4', '4']],
  [DescriptorType.ipv4ServerSocket, ['ipv4', '4']],
  [DescriptorType.ipv6Socket, ['ipv6', '6']],
  [DescriptorType.ipv6ServerSocket, ['ipv6', '6']],
  [DescriptorType.fifo, ['pipe', 'p']],
  [DescriptorType.unixSocket, ['unix', 'u']],
  [DescriptorType.event, ['event', 'e']],
  [DescriptorType.unsupported, ['<NA>', 'X']],
  [DescriptorType.signal, ['signalfd', 's']],
  [DescriptorType.eventPoll, ['eventpoll', 'l']],
  [DescriptorType.inotify, ['inotify', 'i']],
  [DescriptorType.timer, ['timerfd', 't']],
  [DescriptorType.netlink, ['netlink', 'n']],
  [DescriptorType.bpf, ['bpf', 'b']],
  [DescriptorType.userFault, ['userfaultfd', 'u']],
  [DescriptorType.ioUring, ['io_uring', 'r']],
  [DescriptorType.memfd, ['memfd', 'm']],
  [DescriptorType.pidfd, ['pidfd', 'P']],
]);

/** By type, from that of uninitialized descriptors (-1) on. */
const LOWEST_TYPE = DescriptorType.uninitialized;
const names = tableOfKinds(0, '<NA>');
const characters = tableOfKinds(1, '?');

function tableOfKinds(part: 0 | 1, otherwise: string): readonly string[] {
  const highest = Math.max(...Object.values(DescriptorType));
  return Array.from(
    { length: highest - LOWEST_TYPE + 1 },
    (_, index) => descriptorKinds.get(index + LOWEST_TYPE)?.[part] ?? otherwise,
  );
}

/** What `fd.type` calls a descriptor. */
export function descriptorTypeName(descriptor: Descriptor): string {
  return names[descriptor.type - LOWEST_TYPE] ?? '<NA>';
}

/** What `fd.typechar` calls a descriptor. */
export function descriptorTypeCharacter(descriptor: Descriptor): string {
  return characters[descriptor.type - LOWEST_TYPE] ?? '?';
}

const LARGEST_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** A number where it is exact, else the bigint itself: the house's form of integers. */
export function integer(value: bigint): number | bigint {
  return value <= LARGEST_SAFE && value >= -LARGEST_SAFE ? Number(value) : value;
}

const protocolCharacters: ReadonlyMap<number, string> = new Map([
  [Protocol.tcp, 't'],
  [Protocol.udp, 'u'],
  [Protocol.icmp, 'i'],
  [Protocol.raw, 'r'],
]);

/** How a descriptor argument abbreviates a transport protocol; '' for none. */
export function protocolCharacter(protocol: number): string {
  return protocolCharacters.get(protocol) ?? '';
}
