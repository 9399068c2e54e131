import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isSeawallError } from '@seawall/base';
import { createAuthority } from '../issue/authority.ts';
import { readCertificateFile } from '../read/certificates.ts';
import { describeCertificate } from '../read/describe.ts';
import { isEncryptedKey, readPrivateKeyFile } from '../read/private-key.ts';
import { testDescription } from '../testing/etcd-members.ts';
import { scratchFolder } from '../testing/scratch.ts';
import { openCluster } from './cluster.ts';
import { importSigned, signRequest } from './external.ts';
import { type InitialiseOrder, initialise } from './initialise.ts';
import { leavesOf } from './layout.ts';
import { parseMember } from './members.ts';
import { issueMore, renew } from './renew.ts';
import { verifyFiles } from './verify-files.ts';

const now = Date.UTC(2026, 5, 1);
const day = 86_400_000;
const members = [parseMember('etcd-a=10.0.0.1,a.example'), parseMember('etcd-b=10.0.0.2')];

async function make(
  directory: string,
  change: Partial<InitialiseOrder['description']> = {},
  access: Partial<InitialiseOrder> = {},
): Promise<string[]> {
  return initialise({ directory, description: { ...testDescription(members), ...change }, now, ...access });
}

function problems(directory: string, at = now): string[] {
  return verifyFiles(openCluster(directory), { now: at, warnWithin: 0 })
    .filter(({ outcome }) => outcome === 'fail')
    .map(({ subject, question }) => `${subject} ${question}`);
}

function filesUnder(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .sort();
}

for (const layout of ['seawall', 'kubeadm'] as const) {
  for (const hasGatewayClient of [false, true]) {
    test(`${layout}, gateway pair ${hasGatewayClient}: everything made is found good, keys are 0600, nothing else lies there`, async (context) => {
      const directory = join(scratchFolder(context), 'pki');
      const paths = await make(directory, { layout, hasGatewayClient });
      assert.deepEqual(problems(directory), []);
      assert.deepEqual(filesUnder(directory), [...paths].sort());
      for (const path of paths.filter((each) => each.endsWith('.key'))) {
        assert.equal(statSync(join(directory, path)).mode & 0o777, 0o600, path);
      }
      const server = leavesOf(openCluster(directory).description).find(
        ({ purpose }) => purpose === 'server',
      )!;
      const said = describeCertificate(readCertificateFile(join(directory, server.certificatePath))[0]!);
      assert.deepEqual(
        said.extendedKeyUsages,
        hasGatewayClient ? ['serverAuth'] : ['serverAuth', 'clientAuth'],
      );
      assert.deepEqual([...said.dnsNames, ...said.ipAddresses].sort(), [
        '10.0.0.1',
        '127.0.0.1',
        '::1',
        'a.example',
        'etcd-a',
        'localhost',
      ]);
    });
  }
}

test("kubeadm's layout has kubeadm's names", async (context) => {
  const directory = scratchFolder(context);
  const paths = await make(join(directory, 'pki'), { layout: 'kubeadm' });
  const ofMember = paths.filter((path) => path.startsWith('members/etcd-a/') && path.endsWith('.crt'));
  assert.deepEqual(ofMember.map((path) => path.replace('members/etcd-a/', '')).sort(), [
    'apiserver-etcd-client.crt',
    'etcd/ca.crt',
    'etcd/healthcheck-client.crt',
    'etcd/peer-ca.crt',
    'etcd/peer.crt',
    'etcd/server.crt',
  ]);
});

test('init never overwrites, whatever of its files is there', async (context) => {
  const root = scratchFolder(context);
  for (const path of ['pki.json', 'members/etcd-b/peer.key', 'authorities/clients.crt']) {
    const directory = join(root, path.replaceAll('/', '-'));
    mkdirSync(join(directory, path, '..'), { recursive: true });
    writeFileSync(join(directory, path), 'mine');
    await assert.rejects(make(directory), (error) => isSeawallError(error, 'pki/FILES_EXIST'));
    assert.deepEqual(filesUnder(directory), [path]);
    assert.equal(readFileSync(join(directory, path), 'utf8'), 'mine');
  }
});

test('renewing replaces what was named or is due, with new keys unless told otherwise', async (context) => {
  const directory = join(scratchFolder(context), 'pki');
  await make(directory);
  const read = (path: string) => readFileSync(join(directory, path), 'utf8');
  const [before, beforeKey] = [read('members/etcd-a/peer.crt'), read('members/etcd-a/peer.key')];
  assert.deepEqual(await renew({ directory, endingWithin: 30 * day, now }), []);
  const kept = await renew({ directory, ids: ['members/etcd-a/peer'], isKeyReused: true, now: now + day });
  assert.deepEqual(
    kept.map(({ leaf }) => leaf.id),
    ['members/etcd-a/peer'],
  );
  assert.notEqual(read('members/etcd-a/peer.crt'), before);
  assert.equal(read('members/etcd-a/peer.key'), beforeKey);
  const due = await renew({ directory, endingWithin: 30 * day, now: now + 340 * day });
  assert.equal(due.length, 8);
  assert.notEqual(read('members/etcd-a/peer.key'), beforeKey);
  assert.deepEqual(problems(directory, now + 350 * day), []);
  await assert.rejects(renew({ directory, ids: ['members/x'], now }), (error) =>
    isSeawallError(error, 'pki/NO_SUCH_LEAF'),
  );
});

test('a half-written leaf counts as due and is made whole', async (context) => {
  const directory = join(scratchFolder(context), 'pki');
  await make(directory);
  const path = join(directory, 'members/etcd-b/server.crt');
  writeFileSync(path, readFileSync(path, 'utf8').slice(0, 200));
  assert.deepEqual(problems(directory), ['members/etcd-b/server readable']);
  const renewed = await renew({ directory, endingWithin: 0, now });
  assert.deepEqual(
    renewed.map(({ leaf }) => leaf.id),
    ['members/etcd-b/server'],
  );
  assert.deepEqual(problems(directory), []);
});

test('members and clients can be added; names that are taken are refused', async (context) => {
  const directory = join(scratchFolder(context), 'pki');
  await make(directory);
  const clients = [{ name: 'backup', commonName: 'backup' }];
  await issueMore({ directory, members: [parseMember('etcd-c=10.0.0.3')], clients, now });
  assert.deepEqual(problems(directory), []);
  assert.ok(existsSync(join(directory, 'members/etcd-c/peer-ca.crt')));
  await assert.rejects(issueMore({ directory, clients, now }), (error) =>
    isSeawallError(error, 'pki/NAME_TAKEN'),
  );
  const member = parseMember('etcd-a=10.0.0.9');
  await assert.rejects(issueMore({ directory, members: [member], now }), (error) =>
    isSeawallError(error, 'pki/NAME_TAKEN'),
  );
});

test('encrypted keys need their passphrase, keys apart their folder; neither lies in the cluster in the open', async (context) => {
  const root = scratchFolder(context);
  const encrypted = join(root, 'encrypted');
  await make(encrypted, { keyKeeping: 'encrypted' }, { passphrase: 'sesame' });
  assert.ok(isEncryptedKey(readFileSync(join(encrypted, 'authorities/peers.key'), 'utf8')));
  const refuses = (code: string) => (error: unknown) => isSeawallError(error, `pki/${code}`);
  await assert.rejects(renew({ directory: encrypted, now }), refuses('PASSPHRASE_NEEDED'));
  await assert.rejects(renew({ directory: encrypted, passphrase: 'no', now }), refuses('PASSPHRASE_WRONG'));
  assert.equal((await renew({ directory: encrypted, passphrase: 'sesame', now })).length, 8);
  const apart = join(root, 'apart');
  const stick = join(root, 'stick');
  await make(apart, { keyKeeping: 'apart' }, { authorityDirectory: stick });
  assert.ok(!filesUnder(apart).some((path) => path.startsWith('authorities/') && path.endsWith('.key')));
  renameSync(stick, join(root, 'elsewhere'));
  await assert.rejects(renew({ directory: apart, now }), refuses('AUTHORITY_DIRECTORY_NEEDED'));
  await assert.rejects(renew({ directory: apart, authorityDirectory: stick, now }), refuses('FILE_MISSING'));
  assert.equal(
    (await renew({ directory: apart, authorityDirectory: join(root, 'elsewhere'), now })).length,
    8,
  );
});

test('an external authority signs what was asked for, and nothing else is taken from it', async (context) => {
  const root = scratchFolder(context);
  const directory = join(root, 'pki');
  const order = { algorithm: 'p256', lifetimeDays: 100, now } as const;
  const peers = await createAuthority({ ...order, commonName: 'corporate peers' });
  const clients = await createAuthority({ ...order, commonName: 'corporate clients' });
  const shared = { peers: peers.certificate, clients: peers.certificate };
  const description = { keyKeeping: 'external' } as const;
  const refuses = (code: string) => (error: unknown) => isSeawallError(error, `pki/${code}`);
  await assert.rejects(make(directory, description), refuses('AUTHORITY_CERTIFICATES_NEEDED'));
  await assert.rejects(
    make(directory, description, { externalAuthorities: shared }),
    refuses('AUTHORITIES_SHARED'),
  );
  const externalAuthorities = { peers: peers.certificate, clients: clients.certificate };
  await make(directory, description, { externalAuthorities });
  const requests = filesUnder(directory).filter((path) => path.endsWith('.csr'));
  assert.equal(requests.length, 8);
  const sign = async (path: string, authority: typeof peers) => {
    const text = readFileSync(join(directory, path), 'utf8');
    const certificate = await signRequest(text, path, authority, { lifetimeDays: 10, now });
    const target = join(root, `${path.replaceAll('/', '.')}.crt`);
    writeFileSync(target, certificate.toString());
    return target;
  };
  const swapped = await sign(requests.find((path) => path.includes('peers'))!, clients);
  await assert.rejects(importSigned({ directory, paths: [swapped], now }), refuses('IMPORT_REFUSED'));
  const paths = await Promise.all(
    requests.map((path) => sign(path, path.includes('peers') ? peers : clients)),
  );
  assert.equal((await importSigned({ directory, paths, now })).length, 8);
  assert.deepEqual(problems(directory), []);
  assert.deepEqual(
    filesUnder(directory).filter((path) => path.startsWith('requests/')),
    [],
  );
  await assert.rejects(importSigned({ directory, paths, now }), refuses('REQUEST_UNKNOWN'));
});

test('each kind of damage is found and named', async (context) => {
  const root = scratchFolder(context);
  const good = join(root, 'good');
  await make(good);
  const other = join(root, 'other');
  await make(other);
  const damages: [string, (directory: string) => void, string[]][] = [
    [
      'a key of another',
      (at) => cpSync(join(other, 'members/etcd-a/peer.key'), join(at, 'members/etcd-a/peer.key')),
      ['members/etcd-a/peer key'],
    ],
    [
      'a foreign leaf',
      (at) => cpSync(join(other, 'members/etcd-a/peer.crt'), join(at, 'members/etcd-a/peer.crt')),
      ['members/etcd-a/peer key', 'members/etcd-a/peer trusted'],
    ],
    [
      'a foreign bundle',
      (at) => cpSync(join(other, 'members/etcd-b/ca.crt'), join(at, 'members/etcd-b/ca.crt')),
      [
        'members/etcd-b/ca.crt trusts',
        ...['etcd-a', 'etcd-b'].flatMap((name) =>
          ['server', 'apiserver', 'healthcheck'].map((leaf) => `members/${name}/${leaf} trusted`),
        ),
      ],
    ],
    [
      'one bundle for both ports',
      (at) =>
        writeFileSync(
          join(at, 'members/etcd-a/peer-ca.crt'),
          `${readFileSync(join(at, 'members/etcd-a/peer-ca.crt'))}${readFileSync(join(at, 'members/etcd-a/ca.crt'))}`,
        ),
      [
        'members/etcd-a/peer-ca.crt separate',
        'members/etcd-a/peer-ca.crt trusts',
        'members/etcd-a/ca.crt separate',
      ],
    ],
    [
      'a client where the server belongs',
      (at) =>
        ['crt', 'key'].forEach((end) => {
          cpSync(
            join(at, `members/etcd-a/healthcheck-client.${end}`),
            join(at, `members/etcd-a/server.${end}`),
          );
        }),
      ['members/etcd-a/server usages', 'members/etcd-a/server names', 'members/etcd-a/server trusted'],
    ],
  ];
  for (const [name, damage, expected] of damages) {
    const directory = join(root, name);
    cpSync(good, directory, { recursive: true });
    damage(directory);
    assert.deepEqual(problems(directory).sort(), [...expected].sort(), name);
  }
  assert.ok(problems(good, now - 30 * day).every((each) => each.endsWith('validity')));
  assert.ok(problems(good, now + 400 * day).includes('members/etcd-a/peer validity'));
  assert.ok(readPrivateKeyFile(join(good, 'members/etcd-a/peer.key')));
});
