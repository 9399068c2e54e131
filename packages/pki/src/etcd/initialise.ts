import type { X509Certificate } from 'node:crypto';
import { resolve } from 'node:path';
import { errors } from '../errors.ts';
import { applyChanges, type FileChange, publicMode } from '../files/change.ts';
import { whileLocked } from '../files/lock.ts';
import { describeCertificate } from '../read/describe.ts';
import { findSharedAuthorities } from '../read/shared-authority.ts';
import {
  authorityFiles,
  createAuthorities,
  type KeyAccess,
  newFile,
  refusedProbeFiles,
} from './authorities.ts';
import { type Cluster, type ClusterDescription, describeAsText, descriptionPath } from './cluster.ts';
import { type AuthorityName, authorityCertificatePath, authorityNames, leavesOf } from './layout.ts';
import { issueFor, leafFiles, requestFiles, trustFiles } from './leaf-files.ts';
import { checkMembers } from './members.ts';

export interface InitialiseOrder extends KeyAccess {
  readonly directory: string;
  readonly description: Omit<ClusterDescription, 'version' | 'createdAt' | 'clients'>;
  /** The certificates of authorities that are external. */
  readonly externalAuthorities?: Partial<Record<AuthorityName, X509Certificate>> | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Makes everything that a cluster needs: two authorities, a leaf per member and purpose, the trust bundles, and what `verify` shows to
 * etcd to see it refused. With external authorities: the keys and the requests for them.
 * @returns the paths written, relative to the directory.
 * @throws pki/BAD_MEMBER, pki/FILES_EXIST, pki/FILE_UNWRITABLE, pki/PASSPHRASE_NEEDED, pki/AUTHORITY_DIRECTORY_NEEDED,
 *   pki/AUTHORITY_CERTIFICATES_NEEDED, pki/AUTHORITIES_SHARED, pki/NOT_AN_AUTHORITY
 */
export function initialise(order: InitialiseOrder): Promise<string[]> {
  const { now } = order;
  checkMembers(order.description.members);
  const directory = resolve(order.directory);
  const description: ClusterDescription = { version: 1, ...order.description, clients: [], createdAt: now };
  const cluster: Cluster = { directory, description };
  if (description.keyKeeping === 'apart' && order.authorityDirectory === undefined) {
    throw errors.create('AUTHORITY_DIRECTORY_NEEDED');
  }
  return whileLocked(directory, async () => {
    const files = [newFile(descriptionPath, describeAsText(description), publicMode)];
    if (description.keyKeeping === 'external') files.push(...(await externalFiles(cluster, order)));
    else files.push(...(await ownFiles(cluster, order)));
    applyChanges(directory, files);
    return files.map(({ path }) => path);
  });
}

async function ownFiles(cluster: Cluster, order: InitialiseOrder): Promise<FileChange[]> {
  const { description } = cluster;
  const authorities = await createAuthorities(description, order.now);
  const files = authorityFiles(cluster, authorities, order);
  for (const leaf of leavesOf(description)) {
    files.push(...leafFiles(await issueFor(leaf, authorities, description, order.now), false));
  }
  const { peers, clients } = authorities;
  files.push(
    ...trustFiles(description, { peers: [peers.certificate], clients: [clients.certificate] }, false),
  );
  files.push(...(await refusedProbeFiles(authorities, description.algorithm, order.now)));
  return files;
}

async function externalFiles(
  { description }: Cluster,
  { externalAuthorities = {} }: InitialiseOrder,
): Promise<FileChange[]> {
  const { peers, clients } = externalAuthorities;
  if (!peers || !clients) throw errors.create('AUTHORITY_CERTIFICATES_NEEDED');
  checkExternalAuthorities({ peers, clients });
  const files = authorityNames.map((name) =>
    newFile(authorityCertificatePath(name), { peers, clients }[name].toString(), publicMode),
  );
  for (const leaf of leavesOf(description)) files.push(...(await requestFiles(leaf, description)));
  files.push(...trustFiles(description, { peers: [peers], clients: [clients] }, false));
  return files;
}

/** @throws pki/AUTHORITIES_SHARED, pki/NOT_AN_AUTHORITY */
export function checkExternalAuthorities(
  authorities: Readonly<Record<AuthorityName, X509Certificate>>,
): void {
  const shared = findSharedAuthorities([authorities.peers], [authorities.clients]);
  if (shared.length > 0) throw errors.create('AUTHORITIES_SHARED', { subjects: shared.join(', ') });
  for (const name of authorityNames) {
    const { subject, isAuthority } = describeCertificate(authorities[name]);
    if (!isAuthority) throw errors.create('NOT_AN_AUTHORITY', { subject });
  }
}
