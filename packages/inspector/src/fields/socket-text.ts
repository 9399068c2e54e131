import {
  addressLength,
  addressPort,
  addressStart,
  addressUnixPath,
  type EventView,
  parameterLength,
  parameterStart,
  socketFamily,
  tupleAddressLength,
  tupleDestinationPort,
  tupleDestinationStart,
  tupleSourcePort,
  tupleSourceStart,
  tupleUnixDestination,
  tupleUnixPath,
  tupleUnixSource,
} from '@seawall/events';
import { ipv4Text, ipv6Text, isIpv4Mapped } from '../descriptor/address.ts';
import { Family } from '../descriptor/flags.ts';

/** A socket address argument as text: endpoint, path, or why it can't be shown. */
export function socketAddressText(view: EventView, index: number): string {
  const length = parameterLength(view, index);
  if (length === 0) return '<NA>';
  const family = socketFamily(view, index);
  switch (family) {
    case Family.unix:
      return isTerminated(view, index, 2) ? addressUnixPath(view, index) : 'INVALID PATH';
    case Family.ipv4:
    case Family.ipv6: {
      const size = addressLength(view, index);
      if (size === 0) return family === Family.ipv4 ? 'INVALID IPv4' : 'INVALID IPv6';
      return endpoint(view, addressStart(view, index), size, addressPort(view, index));
    }
    default:
      return `family ${family}`;
  }
}

/** A socket tuple argument as text: both ends, for unix sockets their kernel addresses and the path. */
export function socketTupleText(view: EventView, index: number): string {
  const length = parameterLength(view, index);
  if (length === 0) return 'NULL';
  const family = socketFamily(view, index);
  switch (family) {
    case Family.unix: {
      if (!isTerminated(view, index, 18)) return 'INVALID PATH';
      const ends = `${tupleUnixSource(view, index).toString(16)}->${tupleUnixDestination(view, index).toString(16)}`;
      return `${ends} ${tupleUnixPath(view, index)}`;
    }
    case Family.ipv4:
    case Family.ipv6: {
      const size = tupleAddressLength(view, index);
      if (size === 0) return family === Family.ipv4 ? 'INVALID IPv4' : 'INVALID IPv6';
      const source = tupleSourceStart(view, index);
      const destination = tupleDestinationStart(view, index);
      const { bytes } = view;
      const isMapped = size === 16 && isIpv4Mapped(bytes, source) && isIpv4Mapped(bytes, destination);
      const length = isMapped ? 4 : size;
      const skipped = size - length;
      const from = endpoint(view, source + skipped, length, tupleSourcePort(view, index));
      const to = endpoint(view, destination + skipped, length, tupleDestinationPort(view, index));
      return `${from}->${to}`;
    }
    default:
      return `family ${family}`;
  }
}

function isTerminated(view: EventView, index: number, shortest: number): boolean {
  const length = parameterLength(view, index);
  return length >= shortest && view.bytes[parameterStart(view, index) + length - 1] === 0;
}

/** An address of 4 or 16 bytes as text; '' for any other length. */
export function addressText(address: Uint8Array): string {
  if (address.length === 4) return ipv4Text(address, 0);
  return address.length === 16 ? ipv6Text(address, 0) : '';
}

function endpoint(view: EventView, start: number, length: number, port: number): string {
  return `${length === 4 ? ipv4Text(view.bytes, start) : ipv6Text(view.bytes, start)}:${port}`;
}
