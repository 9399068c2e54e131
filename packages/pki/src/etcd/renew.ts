import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { errors } from '../errors.ts';
import { applyChanges, type FileChange, publicMode } from '../files/change.ts';
import { readCertificateFile } from '../read/certificates.ts';
import { describeCertificate } from '../read/describe.ts';
import { readPrivateKeyFile } from '../read/private-key.ts';
import { type KeyAccess, openAuthorities } from './authorities.ts';
import {
  type Cluster,
  type ClusterDescription,
  describeAsText,
  descriptionPath,
  whileChanging,
} from './cluster.ts';
import { authorityCertificatePath, type Leaf, leavesOf, type NamedClient } from './layout.ts';
import { issueFor, leafFiles, requestFiles, requestPath, trustFiles } from './leaf-files.ts';
import { checkMembers, type Member } from './members.ts';
import { isRotating } from './rotation/state.ts';

export interface RenewOrder extends KeyAccess {
  readonly directory: string;
  /** Ids of leaves or of units (`members/etcd-a`); undefined is every leaf. */
  readonly ids?: readonly string[] | undefined;
  /** Only those that end within so many milliseconds (or cannot be read). */
  readonly endingWithin?: number | undefined;
  /** Keep the key: then the pair on disk fits together at every instant. */
  readonly isKeyReused?: boolean | undefined;
  readonly now: number;
}

export interface Renewal {
  readonly leaf: Leaf;
  /** Milliseconds since the epoch; undefined when only a request was written. */
  readonly notAfter: number | undefined;
  /** What was written, relative to the directory. */
  readonly paths: readonly string[];
}

/**
 * Replaces leaves by fresh ones of the same contents, all in one change; with an external signer, writes requests instead.
 * @throws pki/ROTATION_IN_PROGRESS, pki/NO_SUCH_LEAF, and those of `openAuthorities` and `applyChanges`
 */
export function renew(order: RenewOrder): Promise<Renewal[]> {
  return whileChanging(order.directory, async (cluster) => {
    refuseWhileRotating(cluster);
    const leaves = chooseLeaves(cluster, order);
    if (leaves.length === 0) return [];
    const { changes, renewals } = await produce(cluster, leaves, order, true);
    applyChanges(cluster.directory, changes);
    return renewals;
  });
}

export interface AdditionOrder extends KeyAccess {
  readonly directory: string;
  readonly members?: readonly Member[] | undefined;
  readonly clients?: readonly NamedClient[] | undefined;
  readonly now: number;
}

/**
 * Adds members or named clients to a cluster, with their leaves and trust bundles.
 * @throws pki/NAME_TAKEN, pki/BAD_NAME, pki/BAD_MEMBER, and as `renew`
 */
export function issueMore(order: AdditionOrder): Promise<Renewal[]> {
  const { members = [], clients = [] } = order;
  return whileChanging(order.directory, async (cluster) => {
    refuseWhileRotating(cluster);
    const { description } = cluster;
    checkNewNames(description, members, clients);
    const extended: ClusterDescription = {
      ...description,
      members: [
        ...description.members,
        ...members.map((each) => ({ ...each, addresses: [...each.addresses] })),
      ],
      clients: [...description.clients, ...clients],
    };
    checkMembers(extended.members);
    const units = [
      ...members.map(({ name }) => `members/${name}`),
      ...clients.map(({ name }) => `clients/${name}`),
    ];
    const leaves = leavesOf(extended).filter(({ unit }) => units.includes(unit));
    const { changes, renewals } = await produce(cluster, leaves, order, false);
    const read = (name: 'peers' | 'clients') =>
      readCertificateFile(join(cluster.directory, authorityCertificatePath(name)));
    changes.push(
      ...trustFiles(extended, { peers: read('peers'), clients: read('clients') }, false, (unit) =>
        units.includes(unit),
      ),
      { path: descriptionPath, contents: describeAsText(extended), mode: publicMode, mayReplace: true },
    );
    applyChanges(cluster.directory, changes);
    return renewals;
  });
}

/** @throws pki/ROTATION_IN_PROGRESS */
export function refuseWhileRotating({ directory }: Cluster): void {
  if (isRotating(directory)) throw errors.create('ROTATION_IN_PROGRESS');
}

function chooseLeaves(cluster: Cluster, { ids, endingWithin, now }: RenewOrder): Leaf[] {
  const all = leavesOf(cluster.description);
  for (const id of ids ?? []) {
    if (!all.some((leaf) => leaf.id === id || leaf.unit === id)) throw errors.create('NO_SUCH_LEAF', { id });
  }
  const named = ids ? all.filter((leaf) => ids.includes(leaf.id) || ids.includes(leaf.unit)) : all;
  if (endingWithin === undefined) return named;
  return named.filter((leaf) => endOf(cluster, leaf) <= now + endingWithin);
}

/** A leaf that isn't there or can't be read has ended long ago. */
function endOf({ directory }: Cluster, leaf: Leaf): number {
  try {
    return describeCertificate(readCertificateFile(join(directory, leaf.certificatePath))[0]!).notAfter;
  } catch {
    return 0;
  }
}

async function produce(
  cluster: Cluster,
  leaves: readonly Leaf[],
  order: KeyAccess & { readonly now: number; readonly isKeyReused?: boolean | undefined },
  mayReplace: boolean,
): Promise<{ changes: FileChange[]; renewals: Renewal[] }> {
  const { directory, description } = cluster;
  const changes: FileChange[] = [];
  const renewals: Renewal[] = [];
  const keyOf = (leaf: Leaf) => {
    const path = join(directory, leaf.keyPath);
    return order.isKeyReused && existsSync(path) ? readPrivateKeyFile(path) : undefined;
  };
  const authorities =
    description.keyKeeping === 'external' ? undefined : openAuthorities(cluster, order, order.now);
  for (const leaf of leaves) {
    if (authorities === undefined) {
      changes.push(...(await requestFiles(leaf, description, keyOf(leaf))));
      renewals.push({ leaf, notAfter: undefined, paths: [`${requestPath(leaf)}.csr`] });
      continue;
    }
    const issued = await issueFor(leaf, authorities, description, order.now, keyOf(leaf));
    changes.push(...leafFiles(issued, mayReplace));
    const { notAfter } = describeCertificate(issued.certificate);
    renewals.push({ leaf, notAfter, paths: [leaf.certificatePath, leaf.keyPath] });
  }
  return { changes, renewals };
}

function checkNewNames(
  description: ClusterDescription,
  members: readonly Member[],
  clients: readonly NamedClient[],
): void {
  for (const { name } of clients) {
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(name)) throw errors.create('BAD_NAME', { name });
    if (description.clients.some((client) => client.name === name))
      throw errors.create('NAME_TAKEN', { name });
  }
  for (const { name } of members) {
    if (description.members.some((member) => member.name === name))
      throw errors.create('NAME_TAKEN', { name });
  }
}
