import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createAuthority } from '../issue/authority.ts';
import { exportKey, generateKey } from '../issue/keys.ts';
import { issueLeaf } from '../issue/leaf.ts';
import { readBytes, readCertificateFile } from '../read/certificates.ts';
import { describeCertificate } from '../read/describe.ts';
import type { Cluster } from './cluster.ts';
import { type Credentials, type HandshakeOutcome, shakeHands } from './handshake.ts';
import { type AuthorityName, authorityCertificatePath, type Leaf, leavesOf, type Purpose } from './layout.ts';
import type { Member } from './members.ts';

/** A member's two listeners, with what differs between them. */
export interface Port {
  readonly kind: 'client' | 'peer';
  /** The authority whose certificates it lets in. */
  readonly authority: AuthorityName;
  /** The leaf that it serves with. */
  readonly served: Purpose;
  /** The leaf that may come in, and one that may not: right names, right cluster, wrong purpose. */
  readonly right: Purpose;
  readonly swapped: Purpose;
  /** What it answers by plain HTTP to whoever it let in. */
  readonly path: string;
}

export const ports: readonly Port[] = [
  {
    kind: 'client',
    authority: 'clients',
    served: 'server',
    right: 'healthcheck',
    swapped: 'peer',
    path: '/health',
  },
  {
    kind: 'peer',
    authority: 'peers',
    served: 'peer',
    right: 'peer',
    swapped: 'healthcheck',
    path: '/version',
  },
];

export const defaultTimeoutMilliseconds = 5000;

/** Shakes hands with one port of a member, at its first address. */
export function tryPort(
  member: Member,
  port: Port,
  credentials: Credentials | undefined,
  timeoutMilliseconds: number,
): Promise<HandshakeOutcome> {
  return shakeHands({
    host: member.addresses[0]!,
    port: port.kind === 'client' ? member.clientPort : member.peerPort,
    credentials,
    path: port.path,
    timeoutMilliseconds,
  });
}

/** A member's leaf of that purpose. */
export function leafOf(cluster: Cluster, member: Member, purpose: Purpose): Leaf {
  return leavesOf(cluster.description).find(
    (leaf) => leaf.unit === `members/${member.name}` && leaf.purpose === purpose,
  )!;
}

/** Reads a pair by its paths under a directory. @throws pki/FILE_MISSING, pki/FILE_UNREADABLE */
export function readCredentials(
  directory: string,
  pair: Pick<Leaf, 'certificatePath' | 'keyPath'>,
): Credentials {
  return {
    certificate: readBytes(join(directory, pair.certificatePath)).toString('latin1'),
    key: readBytes(join(directory, pair.keyPath)).toString('latin1'),
  };
}

/** As `readCredentials` for `PATH.crt` and `PATH.key`, or undefined where they are not there. */
export function readProbe(directory: string, path: string): Credentials | undefined {
  if (!existsSync(join(directory, `${path}.crt`))) return undefined;
  return readCredentials(directory, { certificatePath: `${path}.crt`, keyPath: `${path}.key` });
}

/** A certificate that says what the right one says, from an authority of the same name with another key. */
export async function forge(cluster: Cluster, leaf: Leaf, now: number): Promise<Credentials> {
  const path = join(cluster.directory, authorityCertificatePath(leaf.authority));
  const authority = await createAuthority({
    commonName: describeCertificate(readCertificateFile(path)[0]!).commonName ?? 'foreign',
    algorithm: 'p256',
    lifetimeDays: 1,
    now,
  });
  const key = await generateKey('p256');
  const { commonName, usages, names } = leaf;
  const certificate = await issueLeaf(authority, { commonName, usages, names, key, lifetimeDays: 1, now });
  return { certificate: certificate.toString(), key: exportKey(key) };
}
