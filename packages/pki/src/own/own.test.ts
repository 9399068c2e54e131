import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect, createServer } from 'node:tls';
import { createManualClock, isSeawallError } from '@seawall/base';
import { listenWithTest } from '@seawall/base/testing';
import { readCertificates } from '../read/certificates.ts';
import { verifyChain } from '../read/chain.ts';
import { describeCertificate } from '../read/describe.ts';
import { scratchFolder } from '../testing/scratch.ts';
import { keepOwnCertificate } from './keep-renewed.ts';
import { issueOwnCertificate, type OwnOrder } from './own-certificate.ts';

const day = 86_400_000;
const start = Date.UTC(2026, 5, 1);

function orderIn(directory: string, change: Partial<OwnOrder> = {}): OwnOrder {
  return {
    directory,
    purpose: 'webhook',
    name: 'images',
    names: ['images.seawall.svc'],
    now: start,
    ...change,
  };
}

test('a part gets its certificate once, and the same again while it is young and right', async (context) => {
  const directory = join(scratchFolder(context), 'own');
  const first = await issueOwnCertificate(orderIn(directory));
  assert.ok(first.isNew);
  assert.equal(statSync(first.keyPath).mode & 0o777, 0o600);
  const [leaf] = readCertificates(first.certificate);
  const question = {
    trusted: readCertificates(first.authority),
    at: start,
    usage: 'serverAuth',
    host: 'images.seawall.svc',
  } as const;
  assert.deepEqual(verifyChain(leaf!, question).problems, []);
  const again = await issueOwnCertificate(orderIn(directory, { now: start + 50 * day }));
  assert.deepEqual([again.isNew, again.certificate], [false, first.certificate]);
  const due = await issueOwnCertificate(orderIn(directory, { now: start + 61 * day }));
  assert.ok(due.isNew && due.authority === first.authority && due.key !== first.key);
  const renamed = await issueOwnCertificate(
    orderIn(directory, { now: start + 61 * day, names: ['other.seawall.svc'] }),
  );
  assert.ok(renamed.isNew);
});

test('each purpose has the usages that it needs and no more', async (context) => {
  const directory = scratchFolder(context);
  for (const [purpose, usages] of [
    ['webhook', ['serverAuth']],
    ['hub', ['serverAuth', 'clientAuth']],
    ['agent', ['clientAuth']],
  ] as const) {
    const { certificate } = await issueOwnCertificate(orderIn(directory, { purpose }));
    assert.deepEqual(describeCertificate(readCertificates(certificate)[0]!).extendedKeyUsages, usages);
  }
});

test('a half-written pair is replaced; names that lead elsewhere are refused', async (context) => {
  const directory = scratchFolder(context);
  const { certificatePath, keyPath } = await issueOwnCertificate(orderIn(directory));
  writeFileSync(keyPath, readFileSync(keyPath, 'utf8').slice(0, 60));
  assert.ok((await issueOwnCertificate(orderIn(directory))).isNew);
  writeFileSync(certificatePath, '');
  assert.ok((await issueOwnCertificate(orderIn(directory))).isNew);
  for (const name of ['../x', '', 'a/b', '.hidden']) {
    await assert.rejects(issueOwnCertificate(orderIn(directory, { name })), (error) =>
      isSeawallError(error, 'pki/BAD_NAME'),
    );
  }
  await assert.rejects(issueOwnCertificate(orderIn(directory, { names: ['a b'] })), (error) =>
    isSeawallError(error, 'pki/BAD_HOST_NAME'),
  );
});

test('a kept certificate is renewed when two thirds of its life are over, and a running server takes it up', async (context) => {
  const directory = scratchFolder(context);
  const clock = createManualClock(Date.now());
  const renewed: string[] = [];
  const server = createServer((socket) => socket.end('hello'));
  const kept = await keepOwnCertificate({
    ...orderIn(directory, { names: ['localhost'] }),
    clock,
    onRenewed: ({ certificate, key }) => {
      renewed.push(certificate);
      server.setSecureContext({ cert: certificate, key });
    },
    onFailure: (error) => assert.fail(String(error)),
  });
  context.after(() => kept.stop());
  server.setSecureContext({ cert: kept.current().certificate, key: kept.current().key });
  const port = await listenWithTest(server);
  const presented = () =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(
        { host: '127.0.0.1', port, servername: 'localhost', ca: kept.current().authority },
        () => {
          resolve(socket.getPeerX509Certificate()!.toString());
          socket.destroy();
        },
      );
      socket.on('error', reject);
    });
  const first = await presented();
  clock.advance(59 * day);
  await kept.check();
  assert.deepEqual(renewed, []);
  clock.advance(2 * day);
  await kept.check();
  assert.equal(renewed.length, 1);
  const { notBefore, notAfter } = kept.current();
  assert.ok(notBefore > Date.now() && notAfter > clock.now() + 89 * day);
  assert.notEqual(kept.current().certificate, first);
});

test('a renewal that fails is told, and the certificate in use stays', async (context) => {
  const directory = scratchFolder(context);
  const clock = createManualClock(start);
  const failures: unknown[] = [];
  const kept = await keepOwnCertificate({
    ...orderIn(directory),
    clock,
    onRenewed: () => assert.fail(),
    onFailure: (error) => failures.push(error),
  });
  context.after(() => kept.stop());
  const { certificate } = kept.current();
  writeFileSync(join(directory, 'authority.key'), 'gone');
  clock.advance(70 * day);
  await kept.check();
  assert.ok(isSeawallError(failures[0], 'pki/NO_PRIVATE_KEY'));
  assert.equal(kept.current().certificate, certificate);
});
