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
 * A leaf's two files, the key first: they are renamed right after each other, and a server that reads the pair in that very instant fails
 * one handshake and reads again.
 */
export function leafFiles({ leaf, certificate, key }: IssuedLeaf, mayReplace: boolean): FileChange[] {
  return [
    { path: leaf.keyPath, contents: exportKey(key), mode: secretMode, mayReplace },
    { path: leaf.certificatePath, contents: certificate.toString(), mode: publicMode, mayReplace },
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
