import { createPublicKey, type KeyObject, KeyObject as KeyObjects, webcrypto } from 'node:crypto';
import { errors } from '../errors.ts';
import { type KeyAlgorithm, type KeyAlgorithmName, keyAlgorithms } from './algorithms.ts';

/** Makes a private key with WebCrypto. */
export async function generateKey(algorithm: KeyAlgorithmName): Promise<KeyObject> {
  const { generate } = keyAlgorithms[algorithm];
  const pair = (await webcrypto.subtle.generateKey(generate, true, [
    'sign',
    'verify',
  ])) as webcrypto.CryptoKeyPair;
  return KeyObjects.from(pair.privateKey);
}

/** The text of a key as PKCS #8, unencrypted: for files of mode 0600. */
export function exportKey(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** What WebCrypto needs to sign with a key that was read from anywhere. */
export interface SigningKey {
  readonly privateKey: webcrypto.CryptoKey;
  readonly publicKey: webcrypto.CryptoKey;
  readonly sign: KeyAlgorithm['sign'];
  readonly isRsa: boolean;
}

/** @throws pki/UNSUPPORTED_KEY for keys other than ECDSA P-256, P-384, P-521 and RSA. */
export function toSigningKey(key: KeyObject): SigningKey {
  const { generate, sign } = algorithmOf(key);
  return {
    privateKey: key.toCryptoKey(generate, true, ['sign']),
    publicKey: createPublicKey(key).toCryptoKey(generate, true, ['verify']),
    sign,
    isRsa: key.asymmetricKeyType === 'rsa',
  };
}

function algorithmOf(key: KeyObject): KeyAlgorithm {
  if (key.asymmetricKeyType === 'rsa') return keyAlgorithms.rsa3072;
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (curve === 'prime256v1') return keyAlgorithms.p256;
  if (curve === 'secp384r1') return keyAlgorithms.p384;
  if (curve === 'secp521r1') {
    return { generate: { name: 'ECDSA', namedCurve: 'P-521' }, sign: { name: 'ECDSA', hash: 'SHA-512' } };
  }
  throw errors.create('UNSUPPORTED_KEY', { kind: curve ?? key.asymmetricKeyType });
}
