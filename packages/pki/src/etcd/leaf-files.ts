import type { KeyObject, X509Certificate } from 'node:crypto';
import { type FileChange, publicMode, secretMode } from '../files/change.ts';
import { exportKey, generateKey } from '../issue/keys.ts';
import { issueLeaf } from '../issue/leaf.ts';
import { createRequest } from '../issue/request.ts';
import type { Authorities } from './authorities.ts';
import type { ClusterDescription } from './cluster.ts';
import { type AuthorityName, authorityNames, type Leaf, type Shape, trustBundlesOf } from './layout.ts';

export interface IssuedLeaf {
  readonly leaf: Leaf;
  readonly certificate: X509Certificate;
  readonly key: KeyObject;
}

/** Signs a certificate for a leaf, for a new key or the one given. */
export async function issueFor(
  leaf: Leaf,
  authorities: Authorities,
  { algorithm, leafDays }: Pick<ClusterDescription, 'algorithm' | 'leafDays'>,
  now: number,
  reusedKey?: KeyObject,
): Promise<IssuedLeaf> {
  const key = reusedKey ?? (await generateKey(algorithm));
  const { commonName, usages, names } = leaf;
  const order = { commonName, usages, names, key, lifetimeDays: leafDays, now };
  return { leaf, key, certificate: await issueLeaf(authorities[leaf.authority], order) };
}

/**
 * A leaf's two files, the certificate first. Nothing can replace two files in one instant, but readers (etcd, Go, Node) read the certificate
 * before the key: renamed in the same order, right after each other, the moments at which a reader gets halves that do not fit are the
 * difference of two tiny gaps and not their sum. Such a reader fails one handshake and reads again; with the key reused it can't happen.
 */
export function leafFiles({ leaf, certificate, key }: IssuedLeaf, mayReplace: boolean): FileChange[] {
  return [
    { path: leaf.certificatePath, contents: certificate.toString(), mode: publicMode, mayReplace },
    { path: leaf.keyPath, contents: exportKey(key), mode: secretMode, mayReplace },
  ];
}

/** `requests/peers/members.etcd-a.peer`, without `.csr` and `.key`. */
export function requestPath(leaf: Leaf): string {
  return `requests/${leaf.authority}/${leaf.id.replaceAll('/', '.')}`;
}

/** A new key and a request for a leaf; they wait under `requests/` until the signed certificate is imported. */
export async function requestFiles(
  leaf: Leaf,
  { algorithm }: Pick<ClusterDescription, 'algorithm'>,
  reusedKey?: KeyObject,
): Promise<FileChange[]> {
  const key = reusedKey ?? (await generateKey(algorithm));
  const path = requestPath(leaf);
  return [
    { path: `${path}.key`, contents: exportKey(key), mode: secretMode, mayReplace: true },
    { path: `${path}.csr`, contents: await createRequest(leaf, key), mode: publicMode, mayReplace: true },
  ];
}

/** The trust bundles of the units chosen. */
export function trustFiles(
  shape: Shape,
  trusted: Readonly<Record<AuthorityName, readonly X509Certificate[]>>,
  mayReplace: boolean,
  isWanted: (unit: string) => boolean = () => true,
): FileChange[] {
  const texts = Object.fromEntries(
    authorityNames.map((name) => [name, trusted[name].map((certificate) => certificate.toString()).join('')]),
  ) as Record<AuthorityName, string>;
  return trustBundlesOf(shape)
    .filter(({ unit }) => isWanted(unit))
    .map(({ path, authority }) => ({ path, contents: texts[authority], mode: publicMode, mayReplace }));
}
