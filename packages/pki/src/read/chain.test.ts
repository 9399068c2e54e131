import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createAuthority } from '../issue/authority.ts';
import { generateKey } from '../issue/keys.ts';
import { issueLeaf, signLeaf } from '../issue/leaf.ts';
import { coversHost, verifyChain } from './chain.ts';
import { findSharedAuthorities } from './shared-authority.ts';

const now = Date.UTC(2026, 5, 1);
const day = 86_400_000;
const order = { commonName: 'root', algorithm: 'p256', lifetimeDays: 10, now } as const;
const authority = await createAuthority(order);
const namesake = await createAuthority(order);
const key = await generateKey('p256');
const leafOrder = {
  commonName: 'leaf',
  usages: ['clientAuth'] as const,
  names: ['a.example'],
  key,
  lifetimeDays: 2,
  now,
};
const leaf = await issueLeaf(authority, leafOrder);
const trusted = [authority.certificate];

function problemsOf(question: Partial<Parameters<typeof verifyChain>[1]>, certificate = leaf): string[] {
  return verifyChain(certificate, { trusted, at: now, ...question }).problems.map(({ kind }) => kind);
}

test('every reason against a certificate is found, each by its kind', async () => {
  const other = await createAuthority({ ...order, commonName: 'other' });
  assert.deepEqual(problemsOf({ usage: 'clientAuth', host: 'a.example' }), []);
  assert.deepEqual(problemsOf({ trusted: [other.certificate] }), ['untrusted']);
  assert.deepEqual(problemsOf({ trusted: [namesake.certificate] }), ['bad-signature']);
  assert.deepEqual(problemsOf({ usage: 'serverAuth' }), ['wrong-usage']);
  assert.deepEqual(problemsOf({ host: 'b.example' }), ['name-mismatch']);
  assert.deepEqual(problemsOf({ at: now + 3 * day }), ['expired']);
  assert.deepEqual(problemsOf({ at: now - day }), ['not-yet-valid', 'not-yet-valid']);
  assert.deepEqual(problemsOf({ at: now + 11 * day, usage: 'serverAuth', host: 'x' }), [
    'expired',
    'wrong-usage',
    'expired',
    'name-mismatch',
  ]);
});

test('a leaf does not make an authority of whoever holds its key', async () => {
  const forged = await issueLeaf({ certificate: leaf, key }, { ...leafOrder, commonName: 'below' });
  const found = problemsOf({ intermediates: [leaf] }, forged);
  assert.ok(found.includes('not-an-authority') || found.includes('untrusted'), found.join());
});

test('both authorities of one name may be trusted at once, as in a rotation', async () => {
  const other = await issueLeaf(namesake, leafOrder);
  const both = [namesake.certificate, authority.certificate];
  assert.deepEqual(problemsOf({ trusted: both }), []);
  assert.deepEqual(problemsOf({ trusted: both }, other), []);
});

test('an expired probe is refused for being expired and for nothing else', async () => {
  const probe = await signLeaf(authority, leafOrder, new Date(now - 2 * day), new Date(now - day));
  assert.deepEqual(problemsOf({ usage: 'clientAuth' }, probe), ['expired']);
});

test('a shared authority is found by its key, whatever else is in the bundles', () => {
  assert.deepEqual(findSharedAuthorities([namesake.certificate], trusted), []);
  assert.deepEqual(findSharedAuthorities([namesake.certificate, ...trusted], trusted), ['CN=root']);
});

test('an address is covered in any of its spellings, a name in any case, a wildcard for one label', () => {
  const names = { dnsNames: ['a.example', '*.b.example'], ipAddresses: ['::1', '10.0.0.1'] };
  for (const host of ['A.Example', 'a.example.', 'x.b.example', '0:0::1', '10.0.0.1'])
    assert.ok(coversHost(names, host), host);
  for (const host of ['b.example', 'x.y.b.example', '::2', '10.0.0.10', 'example', ''])
    assert.ok(!coversHost(names, host), host);
});

test('no address is ever covered by a DNS name', () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => !coversHost({ dnsNames: [address, '*'], ipAddresses: [] }, address)),
  );
});
