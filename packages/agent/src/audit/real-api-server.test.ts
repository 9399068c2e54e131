import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { apiServerMissing, startApiServer } from '@seawall/kube/testing';
import { createAuthority, exportKey, generateKey, issueLeaf } from '@seawall/pki';
import { parse, stringify } from 'yaml';
import { createAuditServer } from './audit-server.ts';

const examples = join(import.meta.dirname, '../../../../examples/agent');

test('a real API server with the example’s kubeconfig and policy posts its events over TLS, with certificate and token', {
  skip: apiServerMissing(),
}, async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'seawall-audit-real-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const file = (name: string, content: string | Buffer): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const order = { algorithm: 'p256', lifetimeDays: 2, now: Date.now() } as const;
  const authority = await createAuthority({ ...order, commonName: 'Audit' });
  const ca = file('ca.crt', authority.certificate.toString());
  const issue = async (commonName: string, usage: 'serverAuth' | 'clientAuth') => {
    const key = await generateKey('p256');
    const contents = { commonName, usages: [usage], names: ['127.0.0.1'], key } as const;
    return {
      certificate: file(
        `${commonName}.crt`,
        (await issueLeaf(authority, { ...order, ...contents })).toString(),
      ),
      key: file(`${commonName}.key`, exportKey(key)),
    };
  };
  const token = file('token', 'of-the-api-server\n');
  const bodies: string[] = [];
  const intake = await createAuditServer({
    listen: '127.0.0.1:0',
    access: {
      ...(await issue('seawall', 'serverAuth')),
      clientAuthorities: ca,
      clientNames: ['kube-apiserver'],
      token: { fromFile: token },
    },
    longestBody: 1024 * 1024,
    isFull: () => bodies.length === 0 && intake.posts().get('busy') === 0,
    take: async (body) => {
      for await (const chunk of body) bodies.push(Buffer.from(chunk).toString());
    },
    log: () => undefined,
  });
  context.after(() => intake.close());

  const webhook = parse(readFileSync(join(examples, 'audit-webhook.kubeconfig'), 'utf8'));
  const client = await issue('kube-apiserver', 'clientAuth');
  Object.assign(webhook.clusters[0].cluster, { server: intake.url, 'certificate-authority': ca });
  Object.assign(webhook.users[0].user, {
    'client-certificate': client.certificate,
    'client-key': client.key,
    tokenFile: token,
  });
  const apiServer = await startApiServer([
    `--audit-policy-file=${join(examples, 'audit-policy.yaml')}`,
    `--audit-webhook-config-file=${file('webhook', stringify(webhook))}`,
    '--audit-webhook-batch-max-wait=200ms',
    '--audit-webhook-initial-backoff=100ms',
  ]);
  context.after(() => apiServer.stop());
  const all = () => bodies.join('');
  const end = performance.now() + 60_000;
  // What it makes for itself when it starts.
  while (!all().includes('"namespaces"') && performance.now() < end) await wait(100);
  assert.match(all(), /"kind":"EventList"/);
  assert.equal(intake.posts().get('unauthorized'), 0);
  assert.equal(intake.posts().get('busy'), 1, 'the first batch was put off, and sent again');
});
