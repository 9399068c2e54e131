import type { X509Certificate } from 'node:crypto';
import { describeCertificate, publicKeyFingerprint } from './describe.ts';

/**
 * The authorities that two trust bundles have in common, by key: a re-issued or cross-signed certificate of one key is the same authority.
 * Where etcd's client and peer bundles share one, a client's certificate can act as a peer.
 * @returns the subjects, once each; empty when the bundles trust nobody in common.
 */
export function findSharedAuthorities(
  one: readonly X509Certificate[],
  other: readonly X509Certificate[],
): string[] {
  const keys = new Set(other.map(publicKeyFingerprint));
  const shared = one.filter((certificate) => keys.has(publicKeyFingerprint(certificate)));
  return [...new Set(shared.map((certificate) => describeCertificate(certificate).subject))];
}
