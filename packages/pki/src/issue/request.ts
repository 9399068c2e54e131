import { createPublicKey, type KeyObject } from 'node:crypto';
import { errors } from '../errors.ts';
import type { Usage } from '../read/chain.ts';
import { canonicalIpAddress } from '../read/describe.ts';
import { readPemBlocks, writePem } from '../read/pem.ts';
import * as x509 from '../x509.ts';
import { toSigningKey } from './keys.ts';
import { type LeafContents, leafExtensions } from './leaf.ts';

/** The text of a PKCS #10 request for a leaf, signed with the leaf's own key: for an authority kept elsewhere. */
export async function createRequest(contents: LeafContents, key: KeyObject): Promise<string> {
  const signing = toSigningKey(key);
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: x509.commonNameOf(contents.commonName),
    keys: { privateKey: signing.privateKey, publicKey: signing.publicKey },
    signingAlgorithm: signing.sign,
    extensions: leafExtensions(contents, signing.isRsa),
  });
  return writePem('CERTIFICATE REQUEST', Buffer.from(request.rawData));
}

export interface RequestContents extends LeafContents {
  readonly publicKey: KeyObject;
}

/**
 * Reads a request and what it asks for; its own signature must hold.
 * @throws pki/BAD_REQUEST
 */
export async function readRequest(pemText: string, source: string): Promise<RequestContents> {
  const block = readPemBlocks(pemText, source).find(({ label }) => label.endsWith('CERTIFICATE REQUEST'));
  if (block === undefined)
    throw errors.create('BAD_REQUEST', { source, reason: 'no CERTIFICATE REQUEST block' });
  let request: x509.Pkcs10CertificateRequest;
  let isSigned: boolean;
  try {
    request = new x509.Pkcs10CertificateRequest(new Uint8Array(block.bytes));
    isSigned = await request.verify();
  } catch (cause) {
    throw errors.create('BAD_REQUEST', { source, reason: (cause as Error).message }, cause);
  }
  if (!isSigned) throw errors.create('BAD_REQUEST', { source, reason: 'its own signature does not hold' });
  const usages = extensionOf(request, x509.ExtendedKeyUsageExtension)?.usages ?? [];
  const names = extensionOf(request, x509.SubjectAlternativeNameExtension)?.names.items ?? [];
  return {
    commonName: request.subjectName.getField('CN')[0] ?? '',
    usages: Array.from(usages, (usage) => toUsage(String(usage), source)),
    names: names.map(({ type, value }) => {
      if (type === 'dns') return value;
      if (type === 'ip') return canonicalIpAddress(value);
      throw errors.create('BAD_REQUEST', { source, reason: `it asks for a name of type ${type}` });
    }),
    publicKey: createPublicKey({ key: Buffer.from(request.publicKey.rawData), format: 'der', type: 'spki' }),
  };
}

function extensionOf<Kind extends x509.Extension>(
  request: x509.Pkcs10CertificateRequest,
  kind: new (raw: ArrayBuffer) => Kind,
): Kind | undefined {
  return request.extensions.find((each): each is Kind => each instanceof kind);
}

function toUsage(identifier: string, source: string): Usage {
  if (identifier === x509.ExtendedKeyUsage.serverAuth) return 'serverAuth';
  if (identifier === x509.ExtendedKeyUsage.clientAuth) return 'clientAuth';
  throw errors.create('BAD_REQUEST', { source, reason: `it asks for the usage ${identifier}` });
}
