import {
  type Cursor,
  takeBytes,
  takeText,
  takeTextOf,
  takeUint8,
  takeUint16,
  takeUint32,
  takeUint64,
} from './cursor.ts';
import type { GroupEntry, MachineInfo, NetworkInterface, UserEntry } from './section.ts';

const HOSTNAME_LENGTH = 128;

/** Kinds of interface entries (SCAP_II_*). */
const IPV4 = 1;
const IPV6 = 2;
const IPV4_WITHOUT_SPEED = 3;
const IPV6_WITHOUT_SPEED = 4;

const USER = 0;

export function readMachine(cursor: Cursor): MachineInfo {
  const cpuCount = takeUint32(cursor);
  const memoryBytes = Number(takeUint64(cursor));
  const maxPid = Number(takeUint64(cursor));
  const hostname = takeTextOf(cursor, HOSTNAME_LENGTH);
  const bootTime = takeUint64(cursor);
  return { cpuCount, memoryBytes, maxPid, hostname, bootTime, flags: takeUint64(cursor) };
}

/** One interface; undefined for a kind that doesn't exist (a damaged list). */
export function readInterface(cursor: Cursor): NetworkInterface | undefined {
  const kind = takeUint16(cursor);
  const nameLength = takeUint16(cursor);
  if (kind < IPV4 || kind > IPV6_WITHOUT_SPEED) return undefined;
  const isIpv4 = kind === IPV4 || kind === IPV4_WITHOUT_SPEED;
  const addressLength = isIpv4 ? 4 : 16;
  const address = takeBytes(cursor, addressLength);
  const netmask = takeBytes(cursor, addressLength);
  const broadcast = takeBytes(cursor, addressLength);
  const linkSpeed = kind === IPV4 || kind === IPV6 ? Number(takeUint64(cursor)) : 0;
  const name = takeTextOf(cursor, nameLength);
  return { family: isIpv4 ? 'ipv4' : 'ipv6', name, address, netmask, broadcast, linkSpeed };
}

/** One entry of a user list: a user or a group. */
export function readAccount(cursor: Cursor): { readonly user: UserEntry } | { readonly group: GroupEntry } {
  if (takeUint8(cursor) !== USER) {
    const gid = takeUint32(cursor);
    return { group: { gid, name: takeText(cursor) } };
  }
  const uid = takeUint32(cursor);
  const gid = takeUint32(cursor);
  const name = takeText(cursor);
  const homeDirectory = takeText(cursor);
  return { user: { uid, gid, name, homeDirectory, shell: takeText(cursor) } };
}
