import { availableParallelism, hostname, networkInterfaces, totalmem } from 'node:os';
import type { CaptureSection, GroupEntry, MachineInfo, NetworkInterface, UserEntry } from '@seawall/events';
import { readIfThere } from './proc-files.ts';

/** The machine itself. @param bootTime nanoseconds from the epoch to its start. */
export function readMachine(bootTime: bigint): MachineInfo {
  return {
    cpuCount: availableParallelism(),
    memoryBytes: totalmem(),
    maxPid: Number(readIfThere('/proc/sys/kernel/pid_max') ?? 0),
    hostname: Buffer.from(hostname(), 'utf8').toString('latin1'),
    bootTime,
    flags: 0n,
  };
}

/** Users and groups of the machine, out of /etc. */
export function readAccounts(etc = '/etc'): Extract<CaptureSection, { kind: 'users' }> {
  const users: UserEntry[] = [];
  const groups: GroupEntry[] = [];
  for (const [name, , uid, gid, , homeDirectory, shell] of rowsOf(`${etc}/passwd`)) {
    if (shell !== undefined) users.push({ name, uid: Number(uid), gid: Number(gid), homeDirectory, shell });
  }
  for (const [name, , gid] of rowsOf(`${etc}/group`)) {
    if (gid !== undefined) groups.push({ name, gid: Number(gid) });
  }
  return { kind: 'users', users, groups };
}

function rowsOf(path: string): readonly (readonly string[])[] {
  return (readIfThere(path) ?? '')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(':'));
}

/** The addresses of the machine's network interfaces. */
export function readInterfaces(): readonly NetworkInterface[] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
    (addresses ?? []).map(({ family, address, netmask }): NetworkInterface => {
      const isIpv4 = family === 'IPv4';
      const ownAddress = addressBytes(address);
      const mask = addressBytes(netmask);
      return {
        family: isIpv4 ? 'ipv4' : 'ipv6',
        name,
        address: ownAddress,
        netmask: mask,
        broadcast: isIpv4
          ? ownAddress.map((byte, index) => byte | (~mask[index] & 0xff))
          : new Uint8Array(16),
        linkSpeed: 0,
      };
    }),
  );
}

/** An address as text (IPv4 or IPv6, no zone) as its bytes in network order. */
export function addressBytes(text: string): Uint8Array {
  if (!text.includes(':')) return Uint8Array.from(text.split('.').map(Number));
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (dotted !== null) {
    const [a, b, c, d] = addressBytes(dotted[2]);
    return addressBytes(`${dotted[1]}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`);
  }
  const [head, tail] = text.split('::').map((part) => (part === '' ? [] : part.split(':')));
  const missing = tail === undefined ? 0 : 8 - head.length - tail.length;
  const groups = [...head, ...new Array<string>(missing).fill('0'), ...(tail ?? [])];
  return Uint8Array.from(
    groups.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]),
  );
}
