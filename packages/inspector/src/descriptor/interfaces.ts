import type { NetworkInterface } from '@seawall/events';
import { areEqual, isZero } from './address.ts';
import { type Descriptor, DescriptorType } from './descriptor.ts';
import { setDestinationAddress, setSourceAddress } from './socket.ts';

/** The machine's network interfaces: they complete ends of connections that an event left open. */
export interface Interfaces {
  replace(interfaces: readonly NetworkInterface[]): void;
  /** Fills in the address that an IPv4 or IPv6 socket lacks, from the interface that most likely carries it. */
  complete(descriptor: Descriptor): void;
  nameOf(address: Uint8Array): string | undefined;
  all(): readonly NetworkInterface[];
}

const IPV4_LOOPBACK = Uint8Array.of(127, 0, 0, 1);
const IPV6_LOOPBACK = Uint8Array.from({ length: 16 }, (_, index) => (index === 15 ? 1 : 0));

export function createInterfaces(): Interfaces {
  let all: readonly NetworkInterface[] = [];

  function complete(descriptor: Descriptor): void {
    const { type, sourceAddress, destinationAddress, sourcePort, destinationPort } = descriptor;
    if (type !== DescriptorType.ipv4Socket && type !== DescriptorType.ipv6Socket) return;
    const length = type === DescriptorType.ipv4Socket ? 4 : 16;
    const lacksSource = isZero(sourceAddress, 0, length);
    if (!lacksSource && !isZero(destinationAddress, 0, length)) return;
    const known = lacksSource ? destinationAddress : sourceAddress;
    const inferred = length === 4 ? inferIpv4(all, known) : inferIpv6(all, known);
    if (areEqual(inferred, 0, known, 0, length) && sourcePort === destinationPort) return;
    if (lacksSource) setSourceAddress(descriptor, inferred);
    else setDestinationAddress(descriptor, inferred);
  }

  return {
    replace(interfaces) {
      // The addresses may lie in a buffer that their reader uses again.
      all = interfaces.map((entry) => ({
        ...entry,
        address: new Uint8Array(entry.address),
        netmask: new Uint8Array(entry.netmask),
        broadcast: new Uint8Array(entry.broadcast),
      }));
    },
    complete,
    nameOf(address) {
      for (const entry of all) {
        if (
          entry.address.length === address.length &&
          areEqual(entry.address, 0, address, 0, address.length)
        ) {
          return entry.name;
        }
      }
      return undefined;
    },
    all: () => all,
  };
}

/** The interface with that address, else one of the same network, else the first that is no loopback, else zero. */
function inferIpv4(interfaces: readonly NetworkInterface[], address: Uint8Array): Uint8Array {
  const candidates = interfaces.filter((entry) => entry.family === 'ipv4');
  const found =
    candidates.find((entry) => areEqual(entry.address, 0, address, 0, 4)) ??
    candidates.find((entry) => isInNetwork(entry, address)) ??
    candidates.find((entry) => !areEqual(entry.address, 0, IPV4_LOOPBACK, 0, 4));
  return found?.address ?? new Uint8Array(4);
}

function isInNetwork({ address: own, netmask }: NetworkInterface, address: Uint8Array): boolean {
  for (let index = 0; index < 4; index++) {
    const mask = netmask[index] ?? 0;
    if (((own[index] as number) & mask) !== ((address[index] as number) & mask)) return false;
  }
  return true;
}

function inferIpv6(interfaces: readonly NetworkInterface[], address: Uint8Array): Uint8Array {
  const candidates = interfaces.filter((entry) => entry.family === 'ipv6');
  const found =
    candidates.find((entry) => areEqual(entry.address, 0, address, 0, 16)) ??
    // The first 64 bits name the network.
    candidates.find((entry) => areEqual(entry.address, 0, address, 0, 8)) ??
    candidates.find((entry) => !areEqual(entry.address, 0, IPV6_LOOPBACK, 0, 16));
  return found?.address ?? new Uint8Array(16);
}
