import { BlockList, isIP } from 'node:net';
import { canonicalIpAddress } from '../../read/describe.ts';

/** One address, or all that begin as it does. */
export interface Network {
  readonly address: string;
  readonly family: 4 | 6;
  /** How many bits are the same in all of its addresses. */
  readonly prefix: number;
}

const bitsOf = { 4: 32, 6: 128 } as const;

/** Reads `10.0.0.1`, `10.0.0.0/24`, `2001:db8::/64`; undefined for anything else, names and zones among it. */
export function readNetwork(text: string): Network | undefined {
  const [, address = '', given] = /^([^/%]+)(?:\/(0|[1-9]\d{0,2}))?$/.exec(text) ?? [];
  const family = isIP(address);
  if (family !== 4 && family !== 6) return undefined;
  const prefix = given === undefined ? bitsOf[family] : Number(given);
  return prefix > bitsOf[family] ? undefined : { address: canonicalIpAddress(address), family, prefix };
}

/** `10.0.0.0/24`; a single address with its full length, `10.0.0.1/32`. */
export function cidrOf({ address, prefix }: Network): string {
  return `${address}/${prefix}`;
}

/** `10.0.0.0/24`; a single address as it is, `10.0.0.1`. */
export function networkText(network: Network): string {
  return network.prefix === bitsOf[network.family] ? network.address : cidrOf(network);
}

/** Those that lie in no other of them: a packet filter takes no address twice. */
export function withoutCovered(networks: readonly Network[]): Network[] {
  const covers = (wide: Network, narrow: Network): boolean => {
    const list = new BlockList();
    list.addSubnet(wide.address, wide.prefix, `ipv${wide.family}`);
    return list.check(narrow.address, `ipv${narrow.family}`);
  };
  return networks.filter(
    (network, index) =>
      !networks.some(
        (other, place) =>
          other.family === network.family &&
          (other.prefix < network.prefix || (other.prefix === network.prefix && place < index)) &&
          covers(other, network),
      ),
  );
}
