import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { until } from '@seawall/base/testing';
import { openApiConnection, readKubeconfig } from '@seawall/kube';
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

/** How the documentation wants API servers to post. */
function documentedFlags(): readonly string[] {
  const text = readFileSync(join(examples, '../../docs/agent.md'), 'utf8');
  return [...new Set(text.match(/--audit-webhook-batch-[a-z-]+=\w+/g))];
}

test('the documentation has API servers post each event for itself, as many as there are', () => {
  assert.deepEqual(documentedFlags(), [
    '--audit-webhook-batch-max-size=1',
    '--audit-webhook-batch-throttle-enable=false',
  ]);
});

test('an event that API servers can not write takes no other with it, with the flags of the documentation', {
  skip: apiServerMissing(),
}, async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'seawall-audit-lost-'));
  context.after(() => rmSync(folder, { recursive: true }));
  let posted = '';
  const intake = await createAuditServer({
    listen: '127.0.0.1:0',
    access: {},
    longestBody: 1024 * 1024,
    isFull: () => false,
    take: async (body) => {
      for await (const chunk of body) posted += Buffer.from(chunk).toString();
    },
    log: () => undefined,
  });
  context.after(() => intake.close());
  const webhook = join(folder, 'webhook');
  const kubeconfig = {
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'x' },
    clusters: [{ name: 'c', cluster: { server: intake.url } }],
    users: [{ name: 'u', user: {} }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
  };
  writeFileSync(webhook, stringify(kubeconfig));
  const apiServer = await startApiServer([
    `--audit-policy-file=${join(examples, 'audit-policy.yaml')}`,
    `--audit-webhook-config-file=${webhook}`,
    ...documentedFlags(),
  ]);
  context.after(() => apiServer.stop());
  const connection = openApiConnection(readKubeconfig(apiServer.kubeconfig));
  context.after(() => connection.close());
  const services = '/api/v1/namespaces/default/services';
  const service = (name: string) => ({
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { name } },
    spec: { type: 'NodePort', ports: [{ port: 80, protocol: 'TCP' }] },
  });
  const { authority: ca, token } = readKubeconfig(apiServer.kubeconfig);
  const apply = async (name: string): Promise<void> => {
    const asked = request(`${apiServer.server}${services}/${name}?fieldManager=x`, {
      ...{ method: 'PATCH', ca },
      headers: { authorization: `Bearer ${token()}`, 'content-type': 'application/apply-patch+yaml' },
    });
    asked.end(stringify(service(name)));
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    assert.equal(answer.statusCode, 201);
    answer.resume();
  };
  for (let round = 0; round < 5; round += 1) {
    await apply(`written-as-yaml-${round}`);
    const value = service(`beside-${round}`);
    await connection.ask('POST', services, { type: 'application/json', value });
  }
  await until(
    () => posted.includes('"name":"beside-4"'),
    () => posted,
  );
  for (let round = 0; round < 5; round += 1)
    assert.ok(posted.includes(`"name":"beside-${round}"`), `${round}`);
});
