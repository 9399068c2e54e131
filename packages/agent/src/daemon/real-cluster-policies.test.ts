import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { until } from '@seawall/base/testing';
import { type ApiConnection, openApiConnection, readKubeconfig } from '@seawall/kube';
import { type ApiServer, apiServerMissing, type ServiceAccount, startApiServer } from '@seawall/kube/testing';
import { customResourcePath } from '@seawall/policies';
import { probeSupport } from '@seawall/probe';
import { readConfiguration } from '../configuration/read-configuration.ts';
import { applyExamples, exampleObjects } from '../testing/example-objects.ts';
import { startAgent } from './agent.ts';
import { clusterPods } from './cluster-pods.ts';
import type { Agent } from './options.ts';

const support = probeSupport();
const skip = apiServerMissing() || (support.isSupported ? false : `SKIPPED: ${support.reason}`);

const rules = `
- rule: Shell
  desc: d
  condition: evt.type = execve and proc.name in (sh, bash, dash)
  output: "shell %proc.cmdline"
  priority: WARNING
`;

describe('an agent follows the policies of a real API server, with the example’s rights', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'seawall-real-policies-'));
  const logged: string[] = [];
  const tokenFile = join(folder, 'token');
  const auditLog = join(folder, 'audit.log');
  const policies = customResourcePath('RuntimePolicy');
  let server: ApiServer;
  let connection: ApiConnection;
  let account: ServiceAccount;
  let kubeconfig: string;
  let agent: Agent;

  before(async () => {
    writeFileSync(
      join(folder, 'audit-policy.yaml'),
      'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{ level: Metadata }]\n',
    );
    server = await startApiServer([
      `--audit-log-path=${auditLog}`,
      `--audit-policy-file=${join(folder, 'audit-policy.yaml')}`,
    ]);
    connection = openApiConnection(readKubeconfig(server.kubeconfig));
    account = await applyExamples(connection);
    writeFileSync(tokenFile, server.accountToken(account, 3600));
    kubeconfig = server.writeKubeconfig('agent.conf', tokenFile);
    writeFileSync(join(folder, 'rules.yaml'), rules);
    const configuration = join(folder, 'seawall.yaml');
    writeFileSync(
      configuration,
      `rules: [rules.yaml]
store: { path: store.db }
captures: { directory: captures }
http: { listen: '127.0.0.1:0' }
source: { runtimes: [] }
kubernetes: { kubeconfig: ${kubeconfig}, policies: true }
`,
    );
    agent = await startAgent({
      configuration: readConfiguration(configuration),
      environment: {},
      log: (level, message) => logged.push(`${level} ${message}`),
    });
    await until(() => logged.some((line) => line.includes('watching this machine')));
  });
  after(async () => {
    await agent?.stop();
    connection?.close();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const write = (method: 'POST' | 'PATCH', name: string, rule: string): Promise<unknown> => {
    const spec = { scope: { host: true }, rules: [{ name: rule }] };
    const value = {
      ...{ apiVersion: 'seawall.dev/v1alpha1', kind: 'RuntimePolicy' },
      ...{ metadata: { name }, spec },
    };
    return method === 'POST'
      ? connection.ask('POST', policies, { type: 'application/json', value })
      : connection.ask('PATCH', `${policies}/${name}`, { type: 'application/merge-patch+json', value });
  };
  const count = async (): Promise<number> => (await agent.status()).reload.policies;
  const refusal = async (): Promise<string | undefined> =>
    (await agent.status()).reload.refused?.messages.join('\n');
  const untilCount = (wanted: number): Promise<void> =>
    until(
      async () => (await count()) === wanted,
      () => logged.join('\n'),
    );

  test('what is created and deleted is taken over', async () => {
    await write('POST', 'one', 'Shell');
    await untilCount(1);
    await write('POST', 'two', 'Shell');
    await untilCount(2);
    await connection.ask('DELETE', `${policies}/two`);
    await untilCount(1);
  });

  test('one that is wrong is named and refused, what ran before goes on until it is mended', async () => {
    await write('POST', 'two', 'No such rule');
    await until(async () => (await refusal()) !== undefined);
    assert.match((await refusal()) ?? '', /kubernetes:RuntimePolicy\/two:\d+:\d+/);
    assert.equal(await count(), 1);
    await write('PATCH', 'two', 'Shell');
    await untilCount(2);
    assert.equal(await refusal(), undefined);
  });

  test('an API server that comes back is followed on, also where etcd has forgotten what was before', async () => {
    await server.pause();
    await until(() => logged.some((line) => line.startsWith('error nothing new of each RuntimePolicy')));
    await server.resume();
    await write('POST', 'three', 'Shell');
    await server.compact();
    await untilCount(3);
    await until(() => logged.includes('info each RuntimePolicy of the cluster is known again'));
  });

  test('a token that has expired is replaced by the one that has come into its file', async () => {
    writeFileSync(tokenFile, server.accountToken(account, -60));
    await server.pause();
    await server.resume();
    await until(() => logged.some((line) => line.includes('with 401')));
    writeFileSync(tokenFile, server.accountToken(account, 3600));
    await write('POST', 'four', 'Shell');
    await untilCount(4);
  });

  test('the example’s rights are what the agent asks for, and nothing else', async () => {
    const type = 'application/json';
    const value = { metadata: { name: 'web' }, spec: { containers: [{ name: 'web', image: 'web' }] } };
    await connection.ask('POST', '/api/v1/namespaces/default/pods', { type, value });
    const pods = clusterPods({ kubeconfig, environment: {} });
    await pods?.label('default', 'web', { seen: 'yes' });
    await pods?.isolate('default', 'web');
    await pods?.isolate('default', 'web');
    await pods?.release('default', 'web');
    const asked = new Set<string>();
    for (const line of readFileSync(auditLog, 'utf8').trim().split('\n')) {
      const { user, verb, objectRef } = JSON.parse(line) as AuditLine;
      if (user.username?.endsWith(':seawall-agent') !== true || objectRef === undefined) continue;
      asked.add(`${verb} ${objectRef.resource}`);
    }
    const granted = new Set<string>();
    for (const object of exampleObjects('daemonset.yaml')) {
      for (const { resources, verbs } of object.rules ?? []) {
        for (const resource of resources) for (const verb of verbs) granted.add(`${verb} ${resource}`);
      }
    }
    assert.deepEqual([...granted].sort(), [...asked].sort());
  });
});

interface AuditLine {
  readonly user: { readonly username?: string };
  readonly verb: string;
  readonly objectRef?: { readonly resource: string };
}
