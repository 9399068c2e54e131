import { createPrivateKey, type KeyObject, type X509Certificate } from 'node:crypto';
import { errors } from '../errors.ts';
import { readBytes } from './certificates.ts';
import { readPemBlocks, writePem } from './pem.ts';

/** True for the text of a key that needs a passphrase (PKCS #8 or the old OpenSSL way). */
export function isEncryptedKey(pemText: string): boolean {
  return (
    pemText.includes('-----BEGIN ENCRYPTED PRIVATE KEY-----') || /^Proc-Type: 4,ENCRYPTED/m.test(pemText)
  );
}

/**
 * Reads the first private key of a PEM text: PKCS #8, SEC 1 or PKCS #1; encrypted ones with their passphrase.
 * @throws pki/NO_PRIVATE_KEY, pki/BAD_PRIVATE_KEY, pki/PASSPHRASE_NEEDED, pki/PASSPHRASE_WRONG
 */
export function readPrivateKey(pemText: string, source = 'the text', passphrase?: string): KeyObject {
  const block = readPemBlocks(pemText, source).find(({ label }) => label.endsWith('PRIVATE KEY'));
  if (block === undefined) throw errors.create('NO_PRIVATE_KEY', { source });
  const isEncrypted = isEncryptedKey(pemText);
  if (isEncrypted && passphrase === undefined) throw errors.create('PASSPHRASE_NEEDED', { source });
  const isOldEncryption = isEncrypted && block.label !== 'ENCRYPTED PRIVATE KEY';
  const key = isOldEncryption ? pemText : writePem(block.label, block.bytes);
  try {
    return createPrivateKey(passphrase === undefined ? { key } : { key, passphrase });
  } catch (cause) {
    if (isEncrypted) throw errors.create('PASSPHRASE_WRONG', { source }, cause);
    throw errors.create('BAD_PRIVATE_KEY', { source, reason: (cause as Error).message }, cause);
  }
}

/** As `readPrivateKey`, from a file. */
export function readPrivateKeyFile(path: string, passphrase?: string): KeyObject {
  return readPrivateKey(readBytes(path).toString('latin1'), path, passphrase);
}

/** True when the private key is the certificate's own. */
export function isKeyOf(key: KeyObject, certificate: X509Certificate): boolean {
  return certificate.checkPrivateKey(key);
}
