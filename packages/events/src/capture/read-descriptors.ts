import {
  type Cursor,
  takeBytes,
  takeInt64Number,
  takeText,
  takeUint8,
  takeUint16,
  takeUint32,
  takeUint64,
} from './cursor.ts';
import * as types from './descriptor-types.ts';
import type { DescriptorBody, DescriptorEntry } from './section.ts';

/**
 * Reads one entry of a descriptor list. `end` is where the entry ends when it tells its length
 * (`hasEntryLength`), else where the block does.
 */
export function readDescriptor(cursor: Cursor, hasEntryLength: boolean): DescriptorEntry {
  const fd = takeInt64Number(cursor);
  const inode = takeUint64(cursor);
  const type = takeUint8(cursor);
  const body = readBody(cursor, type, hasEntryLength);
  const isKnown = type <= types.FD_PID;
  return { fd, inode, type: isKnown ? type : types.FD_UNSUPPORTED, body };
}

function readBody(cursor: Cursor, type: number, hasEntryLength: boolean): DescriptorBody {
  switch (type) {
    case types.FD_UNKNOWN:
      return { kind: 'none' };
    case types.FD_IPV4:
      return readSocket(cursor, 'ipv4', 4);
    case types.FD_IPV6:
      return readSocket(cursor, 'ipv6', 16);
    case types.FD_IPV4_SERVER:
      return readServerSocket(cursor, 'ipv4server', 4);
    case types.FD_IPV6_SERVER:
      return readServerSocket(cursor, 'ipv6server', 16);
    case types.FD_UNIX: {
      const source = takeUint64(cursor);
      const destination = takeUint64(cursor);
      return { kind: 'unix', source, destination, name: takeText(cursor) };
    }
    case types.FD_FILE_V2: {
      const openFlags = takeUint32(cursor);
      const name = takeText(cursor);
      const hasDevice = hasEntryLength && cursor.end - cursor.at >= 4;
      return { kind: 'file', openFlags, name, mountId: 0, device: hasDevice ? takeUint32(cursor) : 0 };
    }
    default:
      if (types.isNamed(type)) return { kind: 'named', name: takeText(cursor) };
      return { kind: 'named', name: `unknown-type:[${type}]` };
  }
}

function readSocket(cursor: Cursor, kind: 'ipv4' | 'ipv6', addressLength: number): DescriptorBody {
  const sourceAddress = takeBytes(cursor, addressLength);
  const destinationAddress = takeBytes(cursor, addressLength);
  const sourcePort = takeUint16(cursor);
  const destinationPort = takeUint16(cursor);
  const protocol = takeUint8(cursor);
  return { kind, sourceAddress, sourcePort, destinationAddress, destinationPort, protocol };
}

function readServerSocket(
  cursor: Cursor,
  kind: 'ipv4server' | 'ipv6server',
  addressLength: number,
): DescriptorBody {
  const localAddress = takeBytes(cursor, addressLength);
  const localPort = takeUint16(cursor);
  return { kind, localAddress, localPort, protocol: takeUint8(cursor) };
}
