import type { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isSeawallError } from '@seawall/base';
import { errors } from '../errors.ts';
import { isAddress } from '../etcd/members.ts';
import { applyChanges, type FileChange, publicMode, recoverChanges, secretMode } from '../files/change.ts';
import { whileLocked } from '../files/lock.ts';
import type { KeyAlgorithmName } from '../issue/algorithms.ts';
import { type Authority, createAuthority, toAuthority } from '../issue/authority.ts';
import { encryptKey } from '../issue/encrypted-key.ts';
import { exportKey, generateKey } from '../issue/keys.ts';
import { issueLeaf } from '../issue/leaf.ts';
import { readBytes, readCertificateFile } from '../read/certificates.ts';
import { coversHost, type Usage, verifyChain } from '../read/chain.ts';
import { describeCertificate } from '../read/describe.ts';
import { readPrivateKeyFile } from '../read/private-key.ts';

/** Seawall's parts that need certificates, with what each uses them for. */
export const ownUsages = {
  /** The admission webhook, which kube-apiserver calls. */
  webhook: ['serverAuth'],
  /** The hub serves agents and people, and dials the bus. */
  hub: ['serverAuth', 'clientAuth'],
  /** An agent only dials. */
  agent: ['clientAuth'],
} as const satisfies Record<string, readonly Usage[]>;

export type OwnPurpose = keyof typeof ownUsages;

export interface OwnOrder {
  /** Where Seawall's own authority and certificates lie. */
  readonly directory: string;
  readonly purpose: OwnPurpose;
  /** The part's name: the certificate's common name, and its file's. */
  readonly name: string;
  /** DNS names and IP addresses that it serves under; none for agents. */
  readonly names: readonly string[];
  readonly algorithm?: KeyAlgorithmName | undefined;
  readonly lifetimeDays?: number | undefined;
  /** Opens the authority's key, and encrypts it when it is made. */
  readonly passphrase?: string | undefined;
  readonly now: number;
}

/** A certificate in use, as text ready for `tls.createServer` and `tls.connect`. */
export interface OwnCertificate {
  readonly certificate: string;
  readonly key: string;
  /** Whom its users are to trust: for `caBundle` of a webhook configuration, in base64. */
  readonly authority: string;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly certificatePath: string;
  readonly keyPath: string;
  readonly authorityPath: string;
  /** False when the one on disk is good still. */
  readonly isNew: boolean;
}

const defaultLifetimeDays = 90;
const authorityLifetimeDays = 3650;
const authorityPath = 'authority.crt';
const authorityKeyPath = 'authority.key';

/** A certificate is renewed once this share of its life is over: a third is left for whatever goes wrong then. */
export const renewalShare = 2 / 3;

/**
 * Gives the certificate of one of Seawall's own parts: the one on disk while it is right and young enough, else a new one, made by Seawall's
 * own authority (which is made the first time). Safe to call from several processes.
 * @throws pki/BAD_NAME, pki/LOCKED, and those of opening authorities and writing files
 */
export async function issueOwnCertificate(order: OwnOrder): Promise<OwnCertificate> {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(order.name))
    throw errors.create('BAD_NAME', { name: order.name });
  for (const name of order.names) {
    if (!isAddress(name.replace(/^\*\./, ''))) throw errors.create('BAD_HOST_NAME', { name });
  }
  const { certificatePath, keyPath } = ownPaths(order);
  return whileLocked(order.directory, async () => {
    recoverChanges(order.directory);
    const kept = keptCertificate(order);
    if (kept) return toOwn(order, kept, false);
    const { authority, changes } = await ownAuthority(order);
    const key = await generateKey(order.algorithm ?? 'p256');
    const certificate = await issueLeaf(authority, {
      commonName: order.name,
      usages: ownUsages[order.purpose],
      names: order.names,
      key,
      lifetimeDays: order.lifetimeDays ?? defaultLifetimeDays,
      now: order.now,
    });
    applyChanges(order.directory, [
      ...changes,
      { path: certificatePath, contents: certificate.toString(), mode: publicMode, mayReplace: true },
      { path: keyPath, contents: exportKey(key), mode: secretMode, mayReplace: true },
    ]);
    return toOwn(order, certificate, true);
  });
}

/** When a certificate of that life is due for renewal: milliseconds since the epoch. */
export function renewalTime({ notBefore, notAfter }: { notBefore: number; notAfter: number }): number {
  return notBefore + (notAfter - notBefore) * renewalShare;
}

function ownPaths({ purpose, name }: OwnOrder): { certificatePath: string; keyPath: string } {
  return { certificatePath: `${purpose}-${name}.crt`, keyPath: `${purpose}-${name}.key` };
}

/** The certificate on disk, where it says what is ordered, is trusted, has its key and is not due. */
function keptCertificate(order: OwnOrder): X509Certificate | undefined {
  const { certificatePath, keyPath } = ownPaths(order);
  if (!existsSync(join(order.directory, certificatePath))) return undefined;
  try {
    const certificate = readCertificateFile(join(order.directory, certificatePath))[0]!;
    const key = readPrivateKeyFile(join(order.directory, keyPath));
    const trusted = readCertificateFile(join(order.directory, authorityPath));
    const said = describeCertificate(certificate);
    const isTrusted = ownUsages[order.purpose].every(
      (usage) => verifyChain(certificate, { trusted, at: order.now, usage }).isTrusted,
    );
    const hasNames = order.names.every((name) => coversHost(said, name) || said.dnsNames.includes(name));
    const isYoung = order.now < renewalTime(said);
    return isTrusted && hasNames && isYoung && certificate.checkPrivateKey(key) ? certificate : undefined;
  } catch (error) {
    // A damaged or half-written pair is what renewal is for.
    if (isSeawallError(error)) return undefined;
    throw error;
  }
}

async function ownAuthority(order: OwnOrder): Promise<{ authority: Authority; changes: FileChange[] }> {
  if (existsSync(join(order.directory, authorityPath))) {
    const certificate = readCertificateFile(join(order.directory, authorityPath))[0]!;
    const key = readPrivateKeyFile(join(order.directory, authorityKeyPath), order.passphrase);
    return { authority: toAuthority(certificate, key, order.now), changes: [] };
  }
  const authority = await createAuthority({
    commonName: 'Seawall authority',
    algorithm: order.algorithm ?? 'p256',
    lifetimeDays: authorityLifetimeDays,
    now: order.now,
  });
  const key = order.passphrase ? encryptKey(authority.key, order.passphrase) : exportKey(authority.key);
  const changes = [
    { path: authorityKeyPath, contents: key, mode: secretMode, mayReplace: false },
    { path: authorityPath, contents: authority.certificate.toString(), mode: publicMode, mayReplace: false },
  ];
  return { authority, changes };
}

function toOwn(order: OwnOrder, certificate: X509Certificate, isNew: boolean): OwnCertificate {
  const paths = ownPaths(order);
  const { notBefore, notAfter } = describeCertificate(certificate);
  const text = (path: string) => readBytes(join(order.directory, path)).toString('latin1');
  return {
    certificate: certificate.toString(),
    key: text(paths.keyPath),
    authority: text(authorityPath),
    notBefore,
    notAfter,
    certificatePath: join(order.directory, paths.certificatePath),
    keyPath: join(order.directory, paths.keyPath),
    authorityPath: join(order.directory, authorityPath),
    isNew,
  };
}
