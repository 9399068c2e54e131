import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { errors } from '../errors.ts';
import { type FileChange, publicMode, secretMode } from '../files/change.ts';
import { type Authority, createAuthority, toAuthority } from '../issue/authority.ts';
import { encryptKey } from '../issue/encrypted-key.ts';
import { exportKey, generateKey } from '../issue/keys.ts';
import { signLeaf } from '../issue/leaf.ts';
import { millisecondsPerDay } from '../issue/lifetime.ts';
import { readCertificateFile } from '../read/certificates.ts';
import { describeCertificate } from '../read/describe.ts';
import { readPrivateKeyFile } from '../read/private-key.ts';
import { authorityKeyPath, type Cluster, type ClusterDescription } from './cluster.ts';
import { type AuthorityName, authorityCertificatePath, authorityNames } from './layout.ts';

export type Authorities = Readonly<Record<AuthorityName, Authority>>;

/** What opens the authorities' keys. */
export interface KeyAccess {
  readonly passphrase?: string | undefined;
  /** Where keys kept apart are now. */
  readonly authorityDirectory?: string | undefined;
}

/** Makes new authorities for a cluster: peers and clients, each with a key of its own. */
export async function createAuthorities(
  description: Pick<ClusterDescription, 'clusterName' | 'algorithm' | 'authorityDays'>,
  now: number,
): Promise<Authorities> {
  const create = (role: string) =>
    createAuthority({
      commonName: authorityCommonName(description.clusterName, role, now),
      algorithm: description.algorithm,
      lifetimeDays: description.authorityDays,
      now,
    });
  return { peers: await create('peer'), clients: await create('client') };
}

/**
 * Opens the authorities of a cluster for signing.
 * @throws pki/EXTERNAL_SIGNER, pki/AUTHORITY_DIRECTORY_NEEDED, pki/PASSPHRASE_NEEDED, pki/PASSPHRASE_WRONG, pki/KEY_MISMATCH,
 *   pki/AUTHORITY_EXPIRED, pki/CLOCK_BEFORE_AUTHORITY, pki/CLOCK_SET_BACK, and those of reading files
 */
export function openAuthorities(cluster: Cluster, access: KeyAccess, now: number): Authorities {
  const { directory, description } = cluster;
  if (description.keyKeeping === 'external') throw errors.create('EXTERNAL_SIGNER');
  if (description.keyKeeping === 'apart' && access.authorityDirectory === undefined) {
    throw errors.create('AUTHORITY_DIRECTORY_NEEDED');
  }
  if (now < description.createdAt) {
    throw errors.create('CLOCK_SET_BACK', {
      now: new Date(now).toISOString(),
      createdAt: new Date(description.createdAt).toISOString(),
    });
  }
  const open = (name: AuthorityName): Authority => {
    const certificate = readCertificateFile(join(directory, authorityCertificatePath(name)))[0]!;
    const keyPath = join(directory, authorityKeyPath(directory, name, access.authorityDirectory));
    return toAuthority(certificate, readPrivateKeyFile(keyPath, access.passphrase), now);
  };
  return { peers: open('peers'), clients: open('clients') };
}

/** The files of the authorities themselves, as the cluster keeps their keys. @throws pki/PASSPHRASE_NEEDED */
export function authorityFiles(cluster: Cluster, authorities: Authorities, access: KeyAccess): FileChange[] {
  const { directory, description } = cluster;
  const apart = description.keyKeeping === 'apart' ? access.authorityDirectory : undefined;
  return authorityNames.flatMap((name) => {
    const { certificate, key } = authorities[name];
    const keyPath = authorityKeyPath(directory, name, apart);
    return [
      newFile(authorityCertificatePath(name), certificate.toString(), publicMode),
      newFile(keyPath, authorityKeyText(key, description, access, keyPath), secretMode),
    ];
  });
}

/** The text in which an authority's key is kept: under the passphrase wherever one was given. */
function authorityKeyText(
  key: Authority['key'],
  { keyKeeping }: ClusterDescription,
  { passphrase }: KeyAccess,
  source: string,
): string {
  if (keyKeeping === 'encrypted' && !passphrase) throw errors.create('PASSPHRASE_NEEDED', { source });
  return passphrase ? encryptKey(key, passphrase) : exportKey(key);
}

/** Certificates that etcd must refuse: `verify --live` shows them to it. */
export const refusedProbes = ['expired', 'server-only'] as const;
export type RefusedProbe = (typeof refusedProbes)[number];

/** `probes/expired-client`, without `.crt` and `.key`. */
export function probePath(probe: RefusedProbe, authority: AuthorityName): string {
  return `probes/${probe}-${authority}`;
}

/**
 * Certificates of the right authorities that must be refused all the same: one that is over, and one without client usage (for a name that
 * nobody can have). Made while the keys are open, so that verifying never needs them.
 */
export async function refusedProbeFiles(
  authorities: Authorities,
  algorithm: ClusterDescription['algorithm'],
  now: number,
): Promise<FileChange[]> {
  const files: FileChange[] = [];
  for (const name of authorityNames) {
    for (const probe of refusedProbes) {
      const key = await generateKey(algorithm);
      const isExpired = probe === 'expired';
      const contents = {
        key,
        commonName: `seawall-probe-${probe}`,
        usages: [isExpired ? 'clientAuth' : 'serverAuth'] as const,
        names: isExpired ? [] : ['seawall-probe.invalid'],
      };
      const begin = new Date(now - 2 * millisecondsPerDay);
      const authorityEnd = describeCertificate(authorities[name].certificate).notAfter;
      const end = new Date(isExpired ? now - millisecondsPerDay : authorityEnd);
      const certificate = await signLeaf(authorities[name], contents, begin, end);
      const path = probePath(probe, name);
      files.push(newFile(`${path}.key`, exportKey(key), secretMode));
      files.push(newFile(`${path}.crt`, certificate.toString(), publicMode));
    }
  }
  return files;
}

export function newFile(path: string, contents: string, mode: number): FileChange {
  return { path, contents, mode, mayReplace: false };
}

/** The end keeps authorities apart that are made on one day: chains are followed by name too. */
function authorityCommonName(clusterName: string, role: string, now: number): string {
  const day = new Date(now).toISOString().slice(0, 10);
  return `${clusterName} ${role} authority ${day} ${randomBytes(3).toString('hex')}`;
}
