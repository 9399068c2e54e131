import { isIP } from 'node:net';
import { parse } from 'yaml';
import { z } from 'zod';
import { errors } from '../errors.ts';
import { canonicalIpAddress } from '../read/describe.ts';
import { problemsText } from '../schema-problems.ts';

/** One etcd member. */
export interface Member {
  /** etcd's `--name`, and the name of its folder. */
  readonly name: string;
  /** DNS names and IP addresses; the first is the one that its URLs are made with. */
  readonly addresses: readonly string[];
  readonly clientPort: number;
  readonly peerPort: number;
}

const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
const labelPattern = /^[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/;
/** What a schema was given, as its messages are told. */
type Said = { readonly input?: unknown };

const nameText = 'a name of letters, digits, dots and dashes is needed, beginning with a letter or digit';
const sayAddress = { error: ({ input }: Said) => `${input} is no IP address and no DNS name` };
const sayPort = { error: ({ input }: Said) => `${input} is no port: give a number from 1 to 65535` };
const portSchema = z.number(sayPort).int(sayPort).min(1, sayPort).max(65_535, sayPort);

export const memberSchema = z.object(
  {
    name: z.string(nameText).regex(namePattern, nameText),
    addresses: z
      .array(z.string(sayAddress).refine(isAddress, sayAddress), 'a list of addresses is needed')
      .min(1, 'an address is needed')
      .transform((addresses) => [...new Set(addresses.map(canonicalAddress))]),
    clientPort: portSchema.default(2379),
    peerPort: portSchema.default(2380),
  },
  'a name and addresses are needed',
);

const memberListSchema = z.object(
  { members: z.array(z.unknown(), 'a list is needed').min(1, 'a member is needed') },
  'a list of members is needed',
);

/**
 * Reads a member as people type it: `name=address[,address...][:CLIENTPORT/PEERPORT]`; ports are 2379 and 2380 where not given.
 * @throws pki/BAD_MEMBER
 */
export function parseMember(text: string): Member {
  const equals = text.indexOf('=');
  if (equals < 0) throw badMember(text, 'there is no "=" between name and address');
  const ports = /:(\d+)\/(\d+)$/.exec(text);
  const addresses = text.slice(equals + 1, ports?.index).split(',');
  const read = memberSchema.safeParse({
    name: text.slice(0, equals),
    addresses: addresses.map((address) => address.trim().replace(/^\[(.*)\]$/, '$1')),
    ...(ports && { clientPort: Number(ports[1]), peerPort: Number(ports[2]) }),
  });
  if (!read.success) throw badMember(text, problemsText(read.error.issues), read.error);
  return read.data;
}

/**
 * Reads a file of members: YAML or JSON, `members: [{ name, addresses: [...], clientPort?, peerPort? }]`.
 * @throws pki/BAD_MEMBER
 */
export function parseMemberFile(text: string, source: string): Member[] {
  let content: unknown;
  try {
    content = parse(text);
  } catch (cause) {
    // The first line says what and where; behind it the parser quotes the file.
    throw badMember(source, (cause as Error).message.split('\n', 1)[0]!, cause);
  }
  const list = memberListSchema.safeParse(content);
  if (!list.success) throw badMember(source, problemsText(list.error.issues), list.error);
  return list.data.members.map((member, index) => {
    const read = memberSchema.safeParse(member);
    if (read.success) return read.data;
    const name = (member as { name?: unknown } | null)?.name ?? `number ${index + 1}`;
    throw badMember(`${name} in ${source}`, problemsText(read.error.issues), read.error);
  });
}

/**
 * Refuses members that share a name, or an address and a port.
 * @throws pki/BAD_MEMBER
 */
export function checkMembers(members: readonly Member[]): void {
  const seen = new Map<string, string>();
  for (const member of members) {
    const { name, addresses, clientPort, peerPort } = member;
    const claims = [`name ${name.toLowerCase()}`];
    for (const port of [clientPort, peerPort]) claims.push(`${addresses[0]} port ${port}`);
    for (const claim of claims) {
      const other = seen.get(claim);
      if (other !== undefined) throw badMember(name, `${claim} is taken already, by ${other}`);
      seen.set(claim, name);
    }
  }
}

/** `https://address:port`, with brackets around IPv6. */
export function memberUrl(member: Member, port: number): string {
  return `https://${hostText(member.addresses[0]!)}:${port}`;
}

export function hostText(address: string): string {
  return isIP(address) === 6 ? `[${address}]` : address;
}

/** True for DNS names that a certificate may carry (no wildcard: etcd members have names of their own). */
export function isDnsName(text: string): boolean {
  const labels = text.replace(/\.$/, '').split('.');
  return text.length <= 253 && labels.every((label) => labelPattern.test(label)) && !/^[0-9.]+$/.test(text);
}

/** True for what a certificate can name: an IP address without a zone, or a DNS name. */
export function isAddress(text: string): boolean {
  return (isIP(text) !== 0 && !text.includes('%')) || isDnsName(text);
}

function canonicalAddress(text: string): string {
  return isIP(text) ? canonicalIpAddress(text) : text.toLowerCase().replace(/\.$/, '');
}

function badMember(text: string, reason: string, cause?: unknown): Error {
  return errors.create('BAD_MEMBER', { text, reason }, cause);
}
