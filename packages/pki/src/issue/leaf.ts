import { type KeyObject, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { Usage } from '../read/chain.ts';
import { describeCertificate } from '../read/describe.ts';
import * as x509 from '../x509.ts';
import type { Authority } from './authority.ts';
import { publicHalf } from './authority.ts';
import { toSigningKey } from './keys.ts';
import { randomSerialNumber, validity } from './lifetime.ts';

/** What a leaf is to say. */
export interface LeafContents {
  readonly commonName: string;
  readonly usages: readonly Usage[];
  /** DNS names and IP addresses; may be empty for clients. */
  readonly names: readonly string[];
}

export interface LeafOrder extends LeafContents {
  /** The leaf's own key (or its public half, as a request brings it). */
  readonly key: KeyObject;
  readonly lifetimeDays: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Signs a leaf. It never outlives its authority: then it ends with it. */
export async function issueLeaf(authority: Authority, order: LeafOrder): Promise<X509Certificate> {
  const { notBefore, notAfter } = validity(order.now, order.lifetimeDays);
  const issuerEnd = describeCertificate(authority.certificate).notAfter;
  return signLeaf(authority, order, notBefore, new Date(Math.min(notAfter.getTime(), issuerEnd)));
}

/**
 * As `issueLeaf`, for any validity, also one that is over: what must be refused is tried with such certificates.
 */
export async function signLeaf(
  authority: Authority,
  contents: LeafContents & { readonly key: KeyObject },
  notBefore: Date,
  notAfter: Date,
): Promise<X509Certificate> {
  const issuer = new x509.X509Certificate(new Uint8Array(authority.certificate.raw));
  const signing = toSigningKey(authority.key);
  const publicKey = contents.key.type === 'private' ? publicHalf(contents.key) : contents.key;
  const spki = new x509.PublicKey(new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })));
  const made = await x509.X509CertificateGenerator.create({
    serialNumber: randomSerialNumber(),
    subject: x509.commonNameOf(contents.commonName),
    issuer: issuer.subjectName,
    notBefore,
    notAfter,
    publicKey: spki,
    signingKey: signing.privateKey,
    signingAlgorithm: signing.sign,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      ...leafExtensions(contents, publicKey.asymmetricKeyType === 'rsa'),
      await x509.SubjectKeyIdentifierExtension.create(spki),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  });
  return new X509Certificate(Buffer.from(made.rawData));
}

const usageIdentifiers: Readonly<Record<Usage, x509.ExtendedKeyUsage>> = {
  serverAuth: x509.ExtendedKeyUsage.serverAuth,
  clientAuth: x509.ExtendedKeyUsage.clientAuth,
};

/** The extensions that a leaf and the request for it have in common. */
export function leafExtensions(contents: LeafContents, isRsa: boolean): x509.Extension[] {
  const { digitalSignature, keyEncipherment } = x509.KeyUsageFlags;
  const extensions: x509.Extension[] = [
    new x509.KeyUsagesExtension(isRsa ? digitalSignature | keyEncipherment : digitalSignature, true),
    new x509.ExtendedKeyUsageExtension(contents.usages.map((usage) => usageIdentifiers[usage])),
  ];
  if (contents.names.length > 0) {
    const names = contents.names.map((value) => ({ type: isIP(value) ? 'ip' : 'dns', value }) as const);
    extensions.push(new x509.SubjectAlternativeNameExtension(names));
  }
  return extensions;
}
