import type { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { errors } from '../../errors.ts';
import { applyChanges, type FileChange, publicMode, secretMode } from '../../files/change.ts';
import { encryptKey } from '../../issue/encrypted-key.ts';
import { exportKey, generateKey } from '../../issue/keys.ts';
import { issueLeaf } from '../../issue/leaf.ts';
import { readBytes, readCertificateFile } from '../../read/certificates.ts';
import {
  type Authorities,
  createAuthorities,
  type KeyAccess,
  newFile,
  openAuthorities,
  refusedProbeFiles,
} from '../authorities.ts';
import { type Cluster, whileChanging } from '../cluster.ts';
import { checkExternalAuthorities } from '../initialise.ts';
import { type AuthorityName, authorityCertificatePath, authorityNames, type Leaf } from '../layout.ts';
import { issueFor, leafFiles, requestFiles } from '../leaf-files.ts';
import { refuseWhileRotating } from '../renew.ts';
import { newKeyPath, rotatedLeaves, stateFile } from './rotate.ts';
import { acceptedProbePath, type RotationState, rotationDirectory } from './state.ts';
import { type Step, stepsOf } from './steps.ts';

export interface PlanOrder extends KeyAccess {
  readonly directory: string;
  /** Which to replace; both unless said otherwise. */
  readonly authorities?: readonly AuthorityName[] | undefined;
  /** The new certificates, where the authorities are external. */
  readonly externalAuthorities?: Partial<Record<AuthorityName, X509Certificate>> | undefined;
  readonly now: number;
}

/**
 * Begins a rotation: makes the new authorities and every new leaf, and keeps a copy of every old one, all under `rotation/`. Nothing that a
 * member uses is touched; from here on, every step only copies.
 * @returns the plan
 * @throws pki/ROTATION_IN_PROGRESS, and those of `openAuthorities` and `applyChanges`
 */
export function planRotation(order: PlanOrder): Promise<Step[]> {
  return whileChanging(order.directory, async (cluster) => {
    refuseWhileRotating(cluster);
    const state: RotationState = {
      version: 1,
      authorities: [...(order.authorities ?? authorityNames)],
      position: 0,
      isGoingBack: false,
      startedAt: order.now,
    };
    const leaves = rotatedLeaves(cluster.description, state);
    const isExternal = cluster.description.keyKeeping === 'external';
    const changes = [
      ...oldLeafCopies(cluster, leaves),
      ...(isExternal
        ? await externalMaterial(cluster, state, leaves, order)
        : await ownMaterial(cluster, state, leaves, order)),
      stateFile(state),
    ];
    applyChanges(cluster.directory, changes);
    return stepsOf(cluster.description);
  });
}

function oldLeafCopies({ directory }: Cluster, leaves: readonly Leaf[]): FileChange[] {
  return leaves.flatMap(({ certificatePath, keyPath }) => [
    copyTo(directory, keyPath, secretMode),
    copyTo(directory, certificatePath, publicMode),
  ]);
}

function copyTo(directory: string, path: string, mode: number): FileChange {
  const contents = readBytes(join(directory, path)).toString('latin1');
  return newFile(`${rotationDirectory}/old/${path}`, contents, mode);
}

async function ownMaterial(
  cluster: Cluster,
  state: RotationState,
  leaves: readonly Leaf[],
  order: PlanOrder,
): Promise<FileChange[]> {
  const { directory, description } = cluster;
  const old = openAuthorities(cluster, order, order.now);
  const fresh = await createAuthorities(description, order.now);
  const apart = description.keyKeeping === 'apart' ? order.authorityDirectory : undefined;
  const changes: FileChange[] = [];
  for (const name of state.authorities) {
    const { certificate, key } = fresh[name];
    const text = order.passphrase ? encryptKey(key, order.passphrase) : exportKey(key);
    changes.push(newFile(newKeyPath(directory, name, apart), text, secretMode));
    changes.push(inNew(newFile(authorityCertificatePath(name), certificate.toString(), publicMode)));
  }
  for (const leaf of leaves) {
    const issued = await issueFor(leaf, fresh, description, order.now);
    changes.push(...leafFiles(issued, false).map(inNew));
  }
  const probes = await refusedProbeFiles(fresh, description.algorithm, order.now);
  changes.push(
    ...probes.filter(({ path }) => state.authorities.some((name) => path.includes(`-${name}.`))).map(inNew),
  );
  if (state.authorities.includes('peers')) {
    changes.push(...(await acceptedProbe('old', old, cluster, order.now)));
    changes.push(...(await acceptedProbe('new', fresh, cluster, order.now)));
  }
  return changes;
}

async function acceptedProbe(
  side: 'old' | 'new',
  authorities: Authorities,
  { description }: Cluster,
  now: number,
): Promise<FileChange[]> {
  const key = await generateKey(description.algorithm);
  const certificate = await issueLeaf(authorities.peers, {
    commonName: 'seawall-rotation-probe',
    usages: ['clientAuth'],
    names: [],
    key,
    lifetimeDays: description.leafDays,
    now,
  });
  const path = acceptedProbePath(side);
  return [
    newFile(`${path}.key`, exportKey(key), secretMode),
    newFile(`${path}.crt`, certificate.toString(), publicMode),
  ];
}

async function externalMaterial(
  { directory, description }: Cluster,
  state: RotationState,
  leaves: readonly Leaf[],
  { externalAuthorities = {} }: PlanOrder,
): Promise<FileChange[]> {
  const changes: FileChange[] = [];
  const all: Partial<Record<AuthorityName, X509Certificate>> = {};
  for (const name of authorityNames) {
    const given = externalAuthorities[name];
    if (state.authorities.includes(name) && !given) throw errors.create('AUTHORITY_CERTIFICATES_NEEDED');
    all[name] = given ?? readCertificateFile(join(directory, authorityCertificatePath(name)))[0]!;
    if (given) changes.push(inNew(newFile(authorityCertificatePath(name), given.toString(), publicMode)));
  }
  checkExternalAuthorities({ peers: all.peers!, clients: all.clients! });
  for (const leaf of leaves) changes.push(...(await requestFiles(leaf, description)));
  return changes;
}

function inNew(change: FileChange): FileChange {
  return { ...change, path: `${rotationDirectory}/new/${change.path}` };
}
