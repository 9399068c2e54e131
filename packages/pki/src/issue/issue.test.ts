import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { isSeawallError } from '@seawall/base';
import fc from 'fast-check';
import { coversHost, verifyChain } from '../read/chain.ts';
import { describeCertificate } from '../read/describe.ts';
import { isEncryptedKey, readPrivateKey } from '../read/private-key.ts';
import { keyAlgorithmNames } from './algorithms.ts';
import { createAuthority, toAuthority } from './authority.ts';
import { encryptKey } from './encrypted-key.ts';
import { exportKey, generateKey } from './keys.ts';
import { issueLeaf } from './leaf.ts';
import { createRequest, readRequest } from './request.ts';

const now = Date.UTC(2026, 5, 1, 12, 0, 0);
const day = 86_400_000;
const authority = await createAuthority({ commonName: 'root', algorithm: 'p256', lifetimeDays: 10, now });
const leafKey = await generateKey('p256');

const host = fc.oneof(
  fc.domain(),
  fc.ipV4(),
  fc.ipV6().filter((address) => !address.includes('.')),
);
const contents = fc.record({
  commonName: fc
    .string({ minLength: 1, maxLength: 40, unit: 'grapheme-ascii' })
    .filter((text) => text.trim() === text),
  usages: fc.subarray(['serverAuth', 'clientAuth'] as const, { minLength: 1 }),
  names: fc.uniqueArray(host, { maxLength: 5 }),
});

test('a leaf says exactly what was ordered, and its authority is believed', async () => {
  await fc.assert(
    fc.asyncProperty(contents, async (order) => {
      const leaf = await issueLeaf(authority, { ...order, key: leafKey, lifetimeDays: 3, now });
      const said = describeCertificate(leaf);
      assert.equal(said.commonName, order.commonName);
      assert.deepEqual(said.extendedKeyUsages, order.usages);
      assert.ok(order.names.every((name) => coversHost(said, name)));
      assert.equal(said.dnsNames.length + said.ipAddresses.length, order.names.length);
      assert.deepEqual([said.isAuthority, said.keyUsages], [false, ['digitalSignature']]);
      assert.ok(leaf.checkPrivateKey(leafKey));
      for (const usage of order.usages) {
        assert.deepEqual(
          verifyChain(leaf, { trusted: [authority.certificate], at: now, usage }).problems,
          [],
        );
      }
    }),
    { numRuns: 40 },
  );
});

test('a request asks for exactly what a leaf would say, and is read back so', async () => {
  await fc.assert(
    fc.asyncProperty(contents, async (order) => {
      const read = await readRequest(await createRequest(order, leafKey), 'x.csr');
      assert.deepEqual([read.commonName, read.usages], [order.commonName, order.usages]);
      const leaf = await issueLeaf(authority, { ...read, key: read.publicKey, lifetimeDays: 3, now });
      assert.ok(leaf.checkPrivateKey(leafKey));
      assert.ok(order.names.every((name) => coversHost(describeCertificate(leaf), name)));
    }),
    { numRuns: 20 },
  );
});

test('a request whose signature was tampered with is refused', async () => {
  const text = await createRequest({ commonName: 'a', usages: ['clientAuth'], names: [] }, leafKey);
  const der = Buffer.from(text.split('\n').slice(1, -2).join(''), 'base64');
  der[der.length - 3]! ^= 1;
  const forged = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
  await assert.rejects(readRequest(forged, 'x.csr'), (error) => isSeawallError(error, 'pki/BAD_REQUEST'));
});

test('serial numbers have 128 random bits: never two alike, hardly ever a short one', async () => {
  const order = {
    commonName: 'a',
    usages: ['clientAuth'] as const,
    names: [],
    key: leafKey,
    lifetimeDays: 1,
    now,
  };
  const serials = await Promise.all(
    Array.from(
      { length: 64 },
      async () => describeCertificate(await issueLeaf(authority, order)).serialNumber,
    ),
  );
  assert.equal(new Set(serials).size, 64);
  assert.ok(serials.every((serial) => serial.length >= 26 && serial.length <= 32));
  assert.ok(serials.some((serial) => serial.length >= 31));
});

test('a leaf begins a little in the past, ends on time, and never outlives its authority', async () => {
  const order = { commonName: 'a', usages: ['clientAuth'] as const, names: [], key: leafKey, now };
  const short = describeCertificate(await issueLeaf(authority, { ...order, lifetimeDays: 3 }));
  assert.deepEqual([short.notBefore, short.notAfter], [now - 5 * 60_000, now + 3 * day]);
  const long = describeCertificate(await issueLeaf(authority, { ...order, lifetimeDays: 300 }));
  assert.equal(long.notAfter, describeCertificate(authority.certificate).notAfter);
});

for (const algorithm of keyAlgorithmNames) {
  test(`${algorithm}: authority, leaf and encrypted key fit together`, async () => {
    const own = await createAuthority({ commonName: algorithm, algorithm, lifetimeDays: 10, now });
    const key = await generateKey(algorithm);
    const leaf = await issueLeaf(own, {
      commonName: 'leaf',
      usages: ['serverAuth'],
      names: ['localhost'],
      key,
      lifetimeDays: 1,
      now,
    });
    const question = { trusted: [own.certificate], at: now, usage: 'serverAuth', host: 'localhost' } as const;
    assert.deepEqual(verifyChain(leaf, question).problems, []);
    const said = describeCertificate(leaf);
    assert.equal(
      said.key.curve ?? said.key.bits,
      { p256: 'P-256', p384: 'P-384', rsa3072: 3072, rsa4096: 4096 }[algorithm],
    );
    assert.equal(said.keyUsages?.includes('keyEncipherment'), algorithm.startsWith('rsa'));
    const text = encryptKey(key, 'sesame');
    assert.ok(isEncryptedKey(text) && !text.includes(exportKey(key).split('\n')[1]!));
    assert.ok(leaf.checkPrivateKey(readPrivateKey(text, 'x', 'sesame')));
    assert.throws(
      () => readPrivateKey(text, 'x', 'open'),
      (error) => isSeawallError(error, 'pki/PASSPHRASE_WRONG'),
    );
    assert.throws(
      () => readPrivateKey(text, 'x'),
      (error) => isSeawallError(error, 'pki/PASSPHRASE_NEEDED'),
    );
  });
}

test("keys that others wrote are read: SEC 1, PKCS #1, and OpenSSL's old encryption", () => {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const texts = [
    ec.export({ type: 'sec1', format: 'pem' }),
    ec.export({ type: 'sec1', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'sesame' }),
  ].map(String);
  for (const text of texts) assert.ok(readPrivateKey(text, 'x', 'sesame').equals(ec));
  assert.ok(readPrivateKey(String(rsa.export({ type: 'pkcs1', format: 'pem' }))).equals(rsa));
});

test('an authority signs nothing before its time, after it, or with another key', async () => {
  const { certificate, key } = authority;
  const refuse = (code: string, action: () => unknown) =>
    assert.throws(action, (error) => isSeawallError(error, `pki/${code}`));
  refuse('CLOCK_BEFORE_AUTHORITY', () => toAuthority(certificate, key, now - day));
  refuse('AUTHORITY_EXPIRED', () => toAuthority(certificate, key, now + 11 * day));
  refuse('KEY_MISMATCH', () => toAuthority(certificate, leafKey, now));
  const leaf = await issueLeaf(authority, {
    commonName: 'a',
    usages: ['clientAuth'],
    names: [],
    key: leafKey,
    lifetimeDays: 1,
    now,
  });
  refuse('NOT_AN_AUTHORITY', () => toAuthority(leaf, leafKey, now));
});
