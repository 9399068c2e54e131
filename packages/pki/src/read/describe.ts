import { createHash, type X509Certificate } from 'node:crypto';
import * as x509 from '../x509.ts';

/** What a certificate says, in the words of the field. Times are milliseconds since the epoch, identifiers lower-case hex. */
export interface CertificateDescription {
  /** RFC 4514 text, such as `CN=etcd-a, O=example`. */
  readonly subject: string;
  readonly commonName: string | undefined;
  readonly organizations: readonly string[];
  readonly issuer: string;
  readonly serialNumber: string;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly dnsNames: readonly string[];
  /** Canonical text (`::1`, never `0:0:...`). */
  readonly ipAddresses: readonly string[];
  readonly isAuthority: boolean;
  /** How many authorities may stand below this one; undefined is no limit (or no authority). */
  readonly pathLength: number | undefined;
  /** RFC 5280 names (`digitalSignature`, ...); undefined where the extension is absent: then all are allowed. */
  readonly keyUsages: readonly string[] | undefined;
  /** `serverAuth`, `clientAuth`, ... or a dotted OID; undefined where the extension is absent: then all are allowed. */
  readonly extendedKeyUsages: readonly string[] | undefined;
  readonly key: KeyDescription;
  /** Such as `ecdsa-with-SHA256`. */
  readonly signatureAlgorithm: string;
  readonly subjectKeyIdentifier: string | undefined;
  readonly authorityKeyIdentifier: string | undefined;
  /** SHA-256 of the whole certificate. */
  readonly fingerprint: string;
  /** SHA-256 of the public key alone (SubjectPublicKeyInfo): equal for two certificates of one key. */
  readonly publicKeyFingerprint: string;
  readonly isSelfSigned: boolean;
}

export interface KeyDescription {
  /** `ECDSA`, `RSA`, `Ed25519`, or what the library calls it. */
  readonly algorithm: string;
  /** `P-256`, ... for elliptic curves. */
  readonly curve: string | undefined;
  readonly bits: number | undefined;
}

/** Extended key usages by OID (RFC 5280, 4.2.1.12). */
const extendedKeyUsageNames: Readonly<Record<string, string>> = {
  '1.3.6.1.5.5.7.3.1': 'serverAuth',
  '1.3.6.1.5.5.7.3.2': 'clientAuth',
  '1.3.6.1.5.5.7.3.3': 'codeSigning',
  '1.3.6.1.5.5.7.3.4': 'emailProtection',
  '1.3.6.1.5.5.7.3.8': 'timeStamping',
  '1.3.6.1.5.5.7.3.9': 'OCSPSigning',
  '2.5.29.37.0': 'anyExtendedKeyUsage',
};

/** Bit to name, as RFC 5280 (4.2.1.3) spells them. */
const keyUsageNames: readonly (readonly [x509.KeyUsageFlags, string])[] = [
  [x509.KeyUsageFlags.digitalSignature, 'digitalSignature'],
  [x509.KeyUsageFlags.nonRepudiation, 'nonRepudiation'],
  [x509.KeyUsageFlags.keyEncipherment, 'keyEncipherment'],
  [x509.KeyUsageFlags.dataEncipherment, 'dataEncipherment'],
  [x509.KeyUsageFlags.keyAgreement, 'keyAgreement'],
  [x509.KeyUsageFlags.keyCertSign, 'keyCertSign'],
  [x509.KeyUsageFlags.cRLSign, 'cRLSign'],
  [x509.KeyUsageFlags.encipherOnly, 'encipherOnly'],
  [x509.KeyUsageFlags.decipherOnly, 'decipherOnly'],
];

/** Names of curves as OpenSSL writes them, to those of the field; with their sizes in bits. */
const curves: Readonly<Record<string, readonly [name: string, bits: number]>> = {
  prime256v1: ['P-256', 256],
  secp384r1: ['P-384', 384],
  secp521r1: ['P-521', 521],
};

/** Says what a certificate says; pure, and the same whatever the file it came from. */
export function describeCertificate(certificate: X509Certificate): CertificateDescription {
  const parsed = new x509.X509Certificate(new Uint8Array(certificate.raw));
  const constraints = parsed.getExtension(x509.BasicConstraintsExtension);
  const names = parsed.getExtension(x509.SubjectAlternativeNameExtension)?.names.items ?? [];
  return {
    subject: parsed.subject,
    commonName: parsed.subjectName.getField('CN')[0],
    organizations: parsed.subjectName.getField('O'),
    issuer: parsed.issuer,
    serialNumber: certificate.serialNumber.toLowerCase(),
    notBefore: parsed.notBefore.getTime(),
    notAfter: parsed.notAfter.getTime(),
    dnsNames: names.filter((name) => name.type === 'dns').map((name) => name.value),
    ipAddresses: names.filter((name) => name.type === 'ip').map((name) => canonicalIpAddress(name.value)),
    isAuthority: constraints?.ca ?? false,
    pathLength: constraints?.pathLength,
    keyUsages: describeKeyUsages(parsed),
    extendedKeyUsages: describeExtendedKeyUsages(parsed),
    key: describeKey(certificate),
    signatureAlgorithm: certificate.signatureAlgorithm ?? 'unknown',
    subjectKeyIdentifier: parsed.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId.toLowerCase(),
    authorityKeyIdentifier: parsed.getExtension(x509.AuthorityKeyIdentifierExtension)?.keyId?.toLowerCase(),
    fingerprint: createHash('sha256').update(certificate.raw).digest('hex'),
    publicKeyFingerprint: publicKeyFingerprint(certificate),
    isSelfSigned: isSelfSigned(certificate),
  };
}

/** SHA-256, in hex, of a certificate's SubjectPublicKeyInfo. */
export function publicKeyFingerprint(certificate: X509Certificate): string {
  const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(spki).digest('hex');
}

/** True when the certificate is its own issuer and its signature says so too. */
export function isSelfSigned(certificate: X509Certificate): boolean {
  return certificate.subject === certificate.issuer && certificate.verify(certificate.publicKey);
}

/**
 * The shortest usual text of an address (RFC 5952: `::1`), or the text itself where it is no IP address. The URL parser writes it, because
 * the socket functions write some IPv6 addresses with dots (`::0.1.0.0`), which other readers take for something else.
 */
export function canonicalIpAddress(address: string): string {
  if (!address.includes(':')) return address;
  return URL.parse(`http://[${address}]`)?.hostname.slice(1, -1) ?? address;
}

function describeKeyUsages(certificate: x509.X509Certificate): string[] | undefined {
  const extension = certificate.getExtension(x509.KeyUsagesExtension);
  if (!extension) return undefined;
  return keyUsageNames.filter(([bit]) => (extension.usages & bit) !== 0).map(([, name]) => name);
}

function describeExtendedKeyUsages(certificate: x509.X509Certificate): string[] | undefined {
  const extension = certificate.getExtension(x509.ExtendedKeyUsageExtension);
  if (!extension) return undefined;
  // The library's list is a kind of its own: a plain array is what callers compare and print.
  return Array.from(extension.usages, (oid) => extendedKeyUsageNames[String(oid)] ?? String(oid));
}

function describeKey(certificate: X509Certificate): KeyDescription {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = certificate.publicKey;
  if (type === 'rsa') return { algorithm: 'RSA', curve: undefined, bits: details?.modulusLength };
  if (type === 'ec') {
    const openSslName = details?.namedCurve ?? 'unknown';
    const [curve, bits] = curves[openSslName] ?? [openSslName, undefined];
    return { algorithm: 'ECDSA', curve, bits };
  }
  if (type === 'ed25519') return { algorithm: 'Ed25519', curve: undefined, bits: 256 };
  return { algorithm: type ?? 'unknown', curve: undefined, bits: undefined };
}
