/** A kind of key that we make, with what WebCrypto calls it. */
export interface KeyAlgorithm {
  readonly generate: EcKeyGenParams | RsaHashedKeyGenParams;
  readonly sign: EcdsaParams | { readonly name: string; readonly hash: string };
}

type EcKeyGenParams = { readonly name: string; readonly namedCurve: string };
type EcdsaParams = { readonly name: string; readonly hash: string };
type RsaHashedKeyGenParams = {
  readonly name: string;
  readonly hash: string;
  readonly modulusLength: number;
  readonly publicExponent: Uint8Array<ArrayBuffer>;
};

/** The names that a person may choose from; P-256 is what is chosen for them. */
export const keyAlgorithmNames = ['p256', 'p384', 'rsa3072', 'rsa4096'] as const;
export type KeyAlgorithmName = (typeof keyAlgorithmNames)[number];

const ellipticCurve = (namedCurve: string, hash: string): KeyAlgorithm => ({
  generate: { name: 'ECDSA', namedCurve },
  sign: { name: 'ECDSA', hash },
});

const rsa = (modulusLength: number): KeyAlgorithm => ({
  generate: {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength,
    publicExponent: new Uint8Array([1, 0, 1]),
  },
  sign: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
});

export const keyAlgorithms: Readonly<Record<KeyAlgorithmName, KeyAlgorithm>> = {
  p256: ellipticCurve('P-256', 'SHA-256'),
  p384: ellipticCurve('P-384', 'SHA-384'),
  rsa3072: rsa(3072),
  rsa4096: rsa(4096),
};
