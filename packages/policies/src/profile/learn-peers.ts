import { parseIpv4, parseIpv6 } from '@seawall/rules';
import { combine, combineEqual, type Seen } from './combine-evidence.ts';

/** So many addresses of one network (/24, /64) stand for the network. */
const ADDRESSES_OF_A_NETWORK = 4;

/** Addresses that were connected to as a profile allows them: many of one network become the network. */
export function learnPeers(addresses: readonly Seen[]): Seen[] {
  const alone = combineEqual(addresses);
  return [...Map.groupBy(alone, ({ value }) => networkOf(value))]
    .flatMap(([network, members]) =>
      network !== undefined && members.length >= ADDRESSES_OF_A_NETWORK
        ? [combine(network, members)]
        : members,
    )
    .sort((one, other) => (one.value < other.value ? -1 : 1));
}

/** Loopback has none: each of its addresses may be another service. */
function networkOf(address: string): string | undefined {
  const four = parseIpv4(address);
  if (four !== undefined) return four[0] === 127 ? undefined : `${four[0]}.${four[1]}.${four[2]}.0/24`;
  const six = parseIpv6(address);
  if (six === undefined || address.startsWith('::')) return undefined;
  const words = Array.from({ length: 4 }, (_, index) =>
    ((six[index * 2]! << 8) | six[index * 2 + 1]!).toString(16),
  );
  return `${words.join(':')}::/64`;
}
