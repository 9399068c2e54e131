import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { errors } from '../errors.ts';
import { readPemBlocks } from './pem.ts';

const certificateLabels = new Set(['CERTIFICATE', 'X509 CERTIFICATE', 'TRUSTED CERTIFICATE']);

/**
 * Reads every certificate of a PEM text, in its order; other blocks (keys) are passed over.
 * @param source what to call the text in messages.
 * @throws pki/NO_CERTIFICATE, pki/BAD_CERTIFICATE, pki/PEM_TRUNCATED, pki/PEM_BAD_BASE64
 */
export function readCertificates(pemText: string, source = 'the text'): X509Certificate[] {
  const blocks = readPemBlocks(pemText, source).filter((block) => certificateLabels.has(block.label));
  if (blocks.length === 0) throw errors.create('NO_CERTIFICATE', { source });
  return blocks.map((block, index) => parseCertificate(block.bytes, source, index + 1));
}

/**
 * Reads the certificates of a file, PEM or DER.
 * @throws as `readCertificates`, and pki/FILE_MISSING, pki/FILE_UNREADABLE
 */
export function readCertificateFile(path: string): X509Certificate[] {
  const bytes = readBytes(path);
  const asn1SequenceTag = 0x30;
  if (bytes[0] === asn1SequenceTag) return [parseCertificate(bytes, path, 1)];
  return readCertificates(bytes.toString('latin1'), path);
}

/**
 * Reads a whole file.
 * @throws pki/FILE_MISSING, pki/FILE_UNREADABLE
 */
export function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT')
      throw errors.create('FILE_MISSING', { path }, cause);
    throw errors.create('FILE_UNREADABLE', { path, reason: (cause as Error).message }, cause);
  }
}

function parseCertificate(der: Buffer, source: string, position: number): X509Certificate {
  try {
    return new X509Certificate(der);
  } catch (cause) {
    throw errors.create('BAD_CERTIFICATE', { source, position, reason: (cause as Error).message }, cause);
  }
}
