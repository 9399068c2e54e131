import { areEqual } from '../descriptor/address.ts';
import { addressOf, type ConnectionEnd } from './connection.ts';
import { descriptorOf } from './event-descriptor.ts';
import { field, type InspectorField } from './field.ts';

/**
 * Who knows the addresses behind domain names. It answers from what it knows already, at once: whoever provides it
 * looks names up ahead of time. A capture alone knows none.
 */
export interface DomainNames {
  /** Addresses (4 or 16 bytes each) of a domain; empty while it knows none. */
  addressesOf(domain: string): readonly Uint8Array[];
  /** A domain that has the address, undefined where none is known to. */
  nameOf(address: Uint8Array): string | undefined;
}

/** Knows no domain at all. */
export const noDomainNames: DomainNames = {
  addressesOf: () => [],
  nameOf: () => undefined,
};

/** A field with the domain name of one end of a connection. */
export function domainField(
  name: string,
  end: Exclude<ConnectionEnd, 'either'>,
  domains: DomainNames,
): InspectorField {
  return field({
    name,
    type: 'charbuf',
    format: 'na',
    acceptsNoFieldComparison: true,
    acceptsNoTransformer: true,
    dependsOn: ['event', 'descriptor'],
    description: `Domain name of the ${end} address; a comparison with a name holds where the address is one of that domain's.`,
    extract(context) {
      const descriptor = descriptorOf(context);
      const address = descriptor && addressOf(context, descriptor, end);
      return address && domains.nameOf(address);
    },
    compare(context, operator, constants) {
      const descriptor = descriptorOf(context);
      if (descriptor === undefined) return false;
      if (operator === 'exists') return true;
      const address = addressOf(context, descriptor, end);
      if (address === undefined) return false;
      const isOneOf = constants.some((domain) =>
        domains.addressesOf(domain as string).some((known) => isSame(known, address)),
      );
      return operator === '!=' ? !isOneOf : isOneOf;
    },
  });
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && areEqual(one, 0, other, 0, one.length);
}
