import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { errors } from '../errors.ts';
import { describeCertificate } from '../read/describe.ts';
import * as x509 from '../x509.ts';
import type { KeyAlgorithmName } from './algorithms.ts';
import { generateKey, toSigningKey } from './keys.ts';
import { randomSerialNumber, validity } from './lifetime.ts';

/** An authority that can sign: its certificate and its key. */
export interface Authority {
  readonly certificate: X509Certificate;
  readonly key: KeyObject;
}

export interface AuthorityOrder {
  readonly commonName: string;
  readonly algorithm: KeyAlgorithmName;
  readonly lifetimeDays: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Makes a self-signed root that may sign leaves and nothing between (path length 0). */
export async function createAuthority(order: AuthorityOrder): Promise<Authority> {
  const key = await generateKey(order.algorithm);
  const signing = toSigningKey(key);
  const made = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: randomSerialNumber(),
    name: x509.commonNameOf(order.commonName),
    ...validity(order.now, order.lifetimeDays),
    keys: { privateKey: signing.privateKey, publicKey: signing.publicKey },
    signingAlgorithm: signing.sign,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(signing.publicKey),
    ],
  });
  return { certificate: new X509Certificate(Buffer.from(made.rawData)), key };
}

/**
 * Puts a certificate and a key together, where they are an authority that can sign now.
 * @throws pki/KEY_MISMATCH, pki/NOT_AN_AUTHORITY, pki/AUTHORITY_EXPIRED, pki/CLOCK_BEFORE_AUTHORITY
 */
export function toAuthority(certificate: X509Certificate, key: KeyObject, now: number): Authority {
  const description = describeCertificate(certificate);
  const { subject, notBefore, notAfter } = description;
  if (!certificate.checkPrivateKey(key)) throw errors.create('KEY_MISMATCH', { subject });
  if (!description.isAuthority || description.keyUsages?.includes('keyCertSign') === false) {
    throw errors.create('NOT_AN_AUTHORITY', { subject });
  }
  if (now > notAfter) {
    throw errors.create('AUTHORITY_EXPIRED', { subject, notAfter: new Date(notAfter).toISOString() });
  }
  if (now < notBefore) {
    throw errors.create('CLOCK_BEFORE_AUTHORITY', {
      subject,
      notBefore: new Date(notBefore).toISOString(),
      now: new Date(now).toISOString(),
    });
  }
  return { certificate, key };
}

/** The public half of an authority's or a leaf's key. */
export function publicHalf(key: KeyObject): KeyObject {
  return createPublicKey(key);
}
