import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isSeawallError } from '@seawall/base';
import { initialise } from '../etcd/initialise.ts';
import { parseMember } from '../etcd/members.ts';
import { planRotation } from '../etcd/rotation/plan.ts';
import { testDescription } from '../testing/etcd-members.ts';
import { scratchFolder } from '../testing/scratch.ts';
import { findCertificates, findCertificatesAgain, type WatchedCertificate } from './expiry.ts';
import { expiryMetrics, renderMetrics, serveMetrics } from './metrics.ts';
import { createExpiryWatcher } from './watch.ts';

const day = 86_400_000;
const now = Date.UTC(2026, 5, 1);
const certificate: WatchedCertificate = {
  path: '/a/server.crt',
  position: 1,
  subject: 'CN=etcd-a, O="x\\y"',
  isAuthority: false,
  notAfter: now + 100 * day,
  problem: undefined,
};

test('a line is written when something changes, once a day while it is wrong, and never for what is good', () => {
  const watcher = createExpiryWatcher(30 * day);
  const levels = (at: number, change: Partial<WatchedCertificate> = {}) =>
    watcher.observe([{ ...certificate, ...change }], now + at).map(({ level }) => level);
  assert.deepEqual(levels(0), []);
  assert.deepEqual(levels(69 * day), []);
  assert.deepEqual(levels(71 * day), ['soon']);
  assert.deepEqual(levels(71.5 * day), []);
  assert.deepEqual(levels(72 * day), ['soon']);
  assert.deepEqual(levels(72.1 * day, { notAfter: undefined, problem: 'cut off' }), ['unreadable']);
  assert.deepEqual(levels(72.2 * day), ['soon']);
  assert.deepEqual(levels(101 * day), ['expired']);
  assert.deepEqual(levels(101.1 * day, { notAfter: now + 400 * day }), ['good']);
  assert.deepEqual(levels(200 * day, { notAfter: now + 400 * day }), []);
});

test('of a cluster everything in use is found, and nothing that must be expired or only waits', async (context) => {
  const directory = scratchFolder(context);
  const cluster = join(directory, 'etcd-pki');
  const description = testDescription([parseMember('etcd-a=10.0.0.1')]);
  await initialise({ directory: cluster, description, now });
  await planRotation({ directory: cluster, now });
  writeFileSync(join(directory, 'broken.pem'), '-----BEGIN CERTIFICATE-----\nAAAA\n');
  writeFileSync(join(directory, 'notes.txt'), 'no certificate');
  const found = findCertificates([directory]);
  assert.equal(found.length, 1 + 2 + 4 + 2);
  assert.equal(found.filter(({ problem }) => problem !== undefined).length, 1);
  assert.ok(found.every(({ path }) => !/probes|rotation/.test(path)));
  assert.throws(
    () => findCertificates([join(directory, 'absent')]),
    (error) => isSeawallError(error, 'pki/FILE_MISSING'),
  );
  const [gone, ...others] = findCertificatesAgain([join(directory, 'absent'), directory]);
  assert.match(gone?.problem ?? '', /absent: no such file/);
  assert.equal(others.length, found.length);
});

test('metrics are in the text format, labels escaped, each name declared once', async (context) => {
  const unreadable = { ...certificate, path: '/b', notAfter: undefined, problem: 'cut off' };
  const text = renderMetrics([certificate, unreadable], 30 * day);
  assert.match(
    text,
    /^seawall_certificate_not_after_seconds\{path="\/a\/server\.crt",position="1",subject="CN=etcd-a, O=\\"x\\\\y\\"",kind="leaf"\} \d{10}$/m,
  );
  assert.match(text, /^seawall_certificate_readable\{path="\/b"\} 0$/m);
  assert.match(text, /^seawall_certificate_warn_within_seconds 2592000$/m);
  for (const name of Object.keys(expiryMetrics)) {
    assert.equal(text.split(`# TYPE ${name} gauge`).length, 2);
  }
  const server = await serveMetrics('127.0.0.1', 0, () => text);
  context.after(() => server.close());
  const { port } = new URL(server.url);
  const answer = await fetch(server.url);
  assert.equal(await answer.text(), text);
  assert.match(answer.headers.get('content-type')!, /version=0\.0\.4/);
  assert.equal((await fetch(`http://127.0.0.1:${port}/`)).status, 404);
  const fromPage = await fetch(server.url, { headers: { origin: 'http://evil.example' } });
  assert.equal(fromPage.status, 403);
  await assert.rejects(
    serveMetrics('127.0.0.1', Number(port), () => text),
    (error) => isSeawallError(error, 'pki/LISTEN_FAILED') && error.message.includes(`127.0.0.1:${port}`),
  );
});
