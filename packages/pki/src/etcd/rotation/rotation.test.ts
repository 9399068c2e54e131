import assert from 'node:assert/strict';
import type { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isSeawallError } from '@seawall/base';
import { createAuthority } from '../../issue/authority.ts';
import { readCertificateFile } from '../../read/certificates.ts';
import { verifyChain } from '../../read/chain.ts';
import { testDescription } from '../../testing/etcd-members.ts';
import { scratchFolder } from '../../testing/scratch.ts';
import { openCluster } from '../cluster.ts';
import { importSigned, signRequest } from '../external.ts';
import { initialise } from '../initialise.ts';
import { type AuthorityName, authorityCertificatePath, leavesOf, trustBundlesOf } from '../layout.ts';
import { requestPath } from '../leaf-files.ts';
import { parseMember } from '../members.ts';
import { issueMore, renew } from '../renew.ts';
import { verifyFiles } from '../verify-files.ts';
import { planRotation } from './plan.ts';
import { type RotationOrder, stepBack, stepForward } from './rotate.ts';
import { isRotating } from './state.ts';

const now = Date.UTC(2026, 5, 1);

async function make(directory: string): Promise<void> {
  const members = ['etcd-a=10.0.0.1', 'etcd-b=10.0.0.2', 'etcd-c=10.0.0.3'].map(parseMember);
  await initialise({ directory, description: testDescription(members), now });
  await issueMore({ directory, clients: [{ name: 'backup', commonName: 'backup' }], now });
}

/** What every unit trusts and presents, as it lies in its folder: what a machine has that was just given it. */
function snapshot(
  directory: string,
): Map<string, Record<AuthorityName, { trust: string; leaves: string[] }>> {
  const { description } = openCluster(directory);
  const units = new Map<string, Record<AuthorityName, { trust: string; leaves: string[] }>>();
  const of = (unit: string, authority: AuthorityName) => {
    const found = units.get(unit) ?? { peers: { trust: '', leaves: [] }, clients: { trust: '', leaves: [] } };
    units.set(unit, found);
    return found[authority];
  };
  for (const { unit, authority, path } of trustBundlesOf(description)) {
    of(unit, authority).trust = join(directory, path);
  }
  for (const leaf of leavesOf(description)) {
    of(leaf.unit, leaf.authority).leaves.push(join(directory, leaf.certificatePath));
  }
  return units;
}

/** The same with the files' contents read, so that a later change of the files doesn't change it. */
function freeze(directory: string) {
  return new Map(
    [...snapshot(directory)].map(([unit, sides]) => [
      unit,
      (['peers', 'clients'] as const).map((authority) => ({
        trust: sides[authority].trust === '' ? [] : readCertificateFile(sides[authority].trust),
        leaves: sides[authority].leaves.map((path) => readCertificateFile(path)[0]!),
      })),
    ]),
  );
}

type Frozen = ReturnType<typeof freeze>;

const answers = new Map<string, boolean>();

/** The same few questions come back at every step: each is answered once. */
function isTrustedBy(leaf: X509Certificate, trusted: readonly X509Certificate[]): boolean {
  const question = [leaf, ...trusted].map(({ fingerprint256 }) => fingerprint256).join();
  const answer = answers.get(question) ?? verifyChain(leaf, { trusted, at: now }).isTrusted;
  answers.set(question, answer);
  return answer;
}

/** Every unit must accept what every other presents, each being as it was given. */
function assertEverybodyTrustsEverybody(units: Frozen, when: string): void {
  for (const [one, sides] of units) {
    for (const [other, others] of units) {
      sides.forEach(({ trust }, authority) => {
        if (trust.length === 0) return;
        for (const leaf of others[authority]!.leaves) {
          assert.ok(isTrustedBy(leaf, trust), `${when}: ${one} does not accept what ${other} presents`);
        }
      });
    }
  }
}

const order = (directory: string): RotationOrder => ({
  directory,
  now,
  isLiveSkipped: true,
  isConfirmed: true,
});

test('at every step, forward and back, everybody trusts everybody, also while one unit is a step behind', async (context) => {
  const directory = join(scratchFolder(context), 'pki');
  await make(directory);
  const first = freeze(directory);
  const oldAuthority = readFileSync(join(directory, authorityCertificatePath('peers')), 'utf8');
  const steps = await planRotation({ directory, now });
  assertEverybodyTrustsEverybody(freeze(directory), 'planned');
  let before = freeze(directory);
  const move = async (action: typeof stepForward) => {
    const progress = await action(order(directory));
    const after = freeze(directory);
    const when = `${progress.isGoingBack ? 'back from' : 'after'} ${progress.step.id}`;
    assertEverybodyTrustsEverybody(after, when);
    if (progress.step.unit) {
      const behind = new Map(after).set(progress.step.unit, before.get(progress.step.unit)!);
      assertEverybodyTrustsEverybody(behind, `${when}, not copied yet`);
    }
    before = after;
    return progress;
  };
  for (let count = 1; count < steps.length; count++) assert.equal((await move(stepForward)).position, count);
  for (let count = steps.length - 2; count >= 0; count--)
    assert.equal((await move(stepBack)).position, count);
  assert.equal((await move(stepBack)).isOver, true);
  assert.deepEqual(freeze(directory), first);
  assert.ok(!isRotating(directory) && !existsSync(join(directory, 'rotation')));
  await planRotation({ directory, now });
  for (let count = 1; count <= steps.length; count++) {
    assert.equal((await move(stepForward)).isOver, count === steps.length);
  }
  assert.notEqual(readFileSync(join(directory, authorityCertificatePath('peers')), 'utf8'), oldAuthority);
  const checks = verifyFiles(openCluster(directory), { now, warnWithin: 0 });
  assert.deepEqual(
    checks.filter(({ outcome }) => outcome === 'fail'),
    [],
  );
  assert.equal((await renew({ directory, now })).length, 13);
});

test('one authority can be replaced alone; the other is left as it was', async (context) => {
  const directory = join(scratchFolder(context), 'pki');
  await make(directory);
  const read = (path: string) => readFileSync(join(directory, path), 'utf8');
  const [clientTrust, server, peer] = [
    'members/etcd-a/ca.crt',
    'members/etcd-a/server.crt',
    'members/etcd-a/peer.crt',
  ].map(read);
  const steps = await planRotation({ directory, authorities: ['peers'], now });
  for (const _ of steps) await stepForward(order(directory));
  assert.deepEqual([read('members/etcd-a/ca.crt'), read('members/etcd-a/server.crt')], [clientTrust, server]);
  assert.notEqual(read('members/etcd-a/peer.crt'), peer);
  const checks = verifyFiles(openCluster(directory), { now, warnWithin: 0 });
  assert.deepEqual(
    checks.filter(({ outcome }) => outcome === 'fail'),
    [],
  );
});

test('a step waits for confirmation where no handshake can show it, and for members that do not answer', async (context) => {
  const directory = join(scratchFolder(context), 'pki');
  await make(directory);
  const refuses = (code: string) => (error: unknown) => isSeawallError(error, `pki/${code}`);
  await assert.rejects(stepForward(order(directory)), refuses('NO_ROTATION'));
  const steps = await planRotation({ directory, now });
  await assert.rejects(planRotation({ directory, now }), refuses('ROTATION_IN_PROGRESS'));
  await assert.rejects(renew({ directory, now }), refuses('ROTATION_IN_PROGRESS'));
  const live = { ...order(directory), isLiveSkipped: false, timeoutMilliseconds: 50 };
  await assert.rejects(stepForward(live), refuses('ROTATION_NOT_READY'));
  const confirmation = steps.findIndex(({ kind }) => kind === 'confirm-trust');
  for (let count = 0; count < confirmation; count++) await stepForward(order(directory));
  await assert.rejects(
    stepForward({ ...order(directory), isConfirmed: false }),
    refuses('CONFIRMATION_NEEDED'),
  );
});

test('keys that are encrypted or apart stay so through a rotation', async (context) => {
  const root = scratchFolder(context);
  const members = [parseMember('etcd-a=10.0.0.1')];
  const directory = join(root, 'pki');
  const access = { passphrase: 'sesame', authorityDirectory: join(root, 'stick') };
  const description = { ...testDescription(members), keyKeeping: 'apart' as const };
  await initialise({ directory, description, now, ...access });
  const steps = await planRotation({ directory, now, ...access });
  for (const _ of steps) await stepForward({ ...order(directory), ...access });
  assert.match(readFileSync(join(root, 'stick/peers.key'), 'utf8'), /ENCRYPTED/);
  assert.ok(!existsSync(join(root, 'stick/new/peers.key')));
  assert.equal((await renew({ directory, now, ...access })).length, 4);
});

test('external authorities are replaced too: the rotation waits until the new certificates have come back', async (context) => {
  const root = scratchFolder(context);
  const directory = join(root, 'pki');
  const create = (commonName: string) =>
    createAuthority({ commonName, algorithm: 'p256', lifetimeDays: 100, now });
  const old = { peers: await create('old peers'), clients: await create('old clients') };
  const fresh = { peers: await create('new peers'), clients: await create('new clients') };
  const certificatesOf = (pair: typeof old) => ({
    peers: pair.peers.certificate,
    clients: pair.clients.certificate,
  });
  const signAll = async (pair: typeof old) => {
    const leaves = leavesOf(openCluster(directory).description);
    const paths = leaves.map(async (leaf) => {
      const source = join(directory, `${requestPath(leaf)}.csr`);
      const order = { lifetimeDays: 10, now };
      const certificate = await signRequest(
        readFileSync(source, 'utf8'),
        source,
        pair[leaf.authority],
        order,
      );
      const path = join(root, `${leaf.id.replaceAll('/', '.')}.crt`);
      writeFileSync(path, certificate.toString());
      return path;
    });
    await importSigned({ directory, paths: await Promise.all(paths), now });
  };
  const description = {
    ...testDescription([parseMember('etcd-a=10.0.0.1')]),
    keyKeeping: 'external' as const,
  };
  await initialise({ directory, description, externalAuthorities: certificatesOf(old), now });
  await signAll(old);
  const steps = await planRotation({ directory, externalAuthorities: certificatesOf(fresh), now });
  const inUse = readFileSync(join(directory, 'members/etcd-a/server.crt'), 'utf8');
  await assert.rejects(stepForward(order(directory)), (error) =>
    isSeawallError(error, 'pki/ROTATION_INCOMPLETE'),
  );
  await signAll(fresh);
  assert.equal(readFileSync(join(directory, 'members/etcd-a/server.crt'), 'utf8'), inUse);
  for (const _ of steps) await stepForward(order(directory));
  const checks = verifyFiles(openCluster(directory), { now, warnWithin: 0 });
  assert.deepEqual(
    checks.filter(({ outcome }) => outcome === 'fail'),
    [],
  );
  const [authority] = readCertificateFile(join(directory, authorityCertificatePath('peers')));
  assert.ok(authority!.raw.equals(fresh.peers.certificate.raw));
});
