import { createCipheriv, type KeyObject, pbkdf2Sync, randomBytes } from 'node:crypto';
import { writePem } from '../read/pem.ts';

/** OWASP's figure for PBKDF2 with HMAC-SHA-256; OpenSSL's own default (2048) can be tried too fast. */
const iterations = 600_000;

/**
 * The text of a private key under a passphrase: PKCS #8 with PBES2 (RFC 8018), PBKDF2-HMAC-SHA-256 and AES-256-CBC, which OpenSSL, Go's and
 * Node's readers open. Written out here because Node's own export fixes the iterations at 2048.
 */
export function encryptKey(key: KeyObject, passphrase: string): string {
  const salt = randomBytes(16);
  const initializationVector = randomBytes(16);
  const derived = pbkdf2Sync(passphrase, salt, iterations, 32, 'sha256');
  const cipher = createCipheriv('aes-256-cbc', derived, initializationVector);
  const plain = key.export({ type: 'pkcs8', format: 'der' });
  const encrypted = Buffer.concat([cipher.update(plain), cipher.final()]);
  const hmacWithSha256 = sequence(oid.hmacWithSha256, Buffer.from([0x05, 0x00]));
  const derivation = sequence(oid.pbkdf2, sequence(octets(salt), integer(iterations), hmacWithSha256));
  const encryption = sequence(oid.aes256Cbc, octets(initializationVector));
  const algorithm = sequence(oid.pbes2, sequence(derivation, encryption));
  return writePem('ENCRYPTED PRIVATE KEY', sequence(algorithm, octets(encrypted)));
}

/** Encoded object identifiers, tag and length included. */
const oid = {
  pbes2: Buffer.from('06092a864886f70d01050d', 'hex'),
  pbkdf2: Buffer.from('06092a864886f70d01050c', 'hex'),
  hmacWithSha256: Buffer.from('06082a864886f70d0209', 'hex'),
  aes256Cbc: Buffer.from('060960864801650304012a', 'hex'),
} as const;

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function octets(content: Buffer): Buffer {
  return tagged(0x04, content);
}

/** @param value below 2^31. */
function integer(value: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt32BE(value, 1);
  let start = 0;
  while (start < 4 && bytes[start] === 0 && bytes[start + 1]! < 0x80) start++;
  return tagged(0x02, bytes.subarray(start));
}

function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  if (length < 0x100) return Buffer.concat([Buffer.from([tag, 0x81, length]), content]);
  return Buffer.concat([Buffer.from([tag, 0x82, length >> 8, length & 0xff]), content]);
}
