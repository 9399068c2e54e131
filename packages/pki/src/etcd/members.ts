import { isIP } from 'node:net';
import { parse } from 'yaml';
import { z } from 'zod';
import { errors } from '../errors.ts';
import { canonicalIpAddress } from '../read/describe.ts';

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
const portSchema = z.number().int().min(1).max(65_535);

export const memberSchema = z.object({
  name: z.string().regex(namePattern, 'letters, digits, dots and dashes, beginning with a letter or digit'),
  addresses: z
    .array(
      z.string().refine(isAddress, { error: (issue) => `${issue.input} is no IP address and no DNS name` }),
    )
    .min(1)
    .transform((addresses) => [...new Set(addresses.map(canonicalAddress))]),
  clientPort: portSchema.default(2379),
  peerPort: portSchema.default(2380),
});

const memberFileSchema = z.object({ members: z.array(memberSchema).min(1) });

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
  if (!read.success) throw badMember(text, z.prettifyError(read.error));
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
    throw badMember(source, (cause as Error).message, cause);
  }
  const read = memberFileSchema.safeParse(content);
  if (!read.success) throw badMember(source, z.prettifyError(read.error));
  return read.data.members;
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
