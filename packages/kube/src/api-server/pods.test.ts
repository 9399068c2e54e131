import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { isSeawallError } from '@seawall/base';
import { type ApiServer, apiServerMissing, startApiServer } from '../testing/index.ts';
import { type ApiServerAddress, readKubeconfig } from './credentials.ts';
import { openPods, type Pods, QUARANTINE_LABEL, QUARANTINE_POLICY } from './pods.ts';
import { type ApiConnection, openApiConnection } from './request.ts';

const hasCode = (code: string) => (error: unknown) => isSeawallError(error, `kube/${code}`);
const POLICIES = '/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies';

describe('a real API server', { skip: apiServerMissing() }, () => {
  let server: ApiServer;
  let address: ApiServerAddress;
  let raw: ApiConnection;
  let pods: Pods;

  before(async () => {
    server = await startApiServer();
    address = readKubeconfig(server.kubeconfig);
    raw = openApiConnection(address);
    pods = openPods(address);
    const create = (path: string, value: object): Promise<unknown> =>
      raw.ask('POST', path, { type: 'application/json', value });
    await create('/api/v1/namespaces', { metadata: { name: 'shop' } });
    for (const name of ['web-1', 'web-2']) {
      await create('/api/v1/namespaces/shop/pods', {
        metadata: { name, labels: { app: 'web' } },
        spec: { containers: [{ name: 'web', image: 'web' }] },
      });
    }
  });
  after(async () => {
    pods?.close();
    raw?.close();
    await server?.stop();
  });

  const namesOfPolicies = async (): Promise<readonly string[]> =>
    (await raw.ask<{ items: { metadata: { name: string } }[] }>('GET', POLICIES)).items.map(
      ({ metadata }) => metadata.name,
    );

  test('pods are listed by namespace and label', async () => {
    assert.deepEqual(
      (await pods.list({ labels: 'app=web' })).map(({ name }) => name),
      ['web-1', 'web-2'],
    );
    assert.deepEqual(await pods.list({ namespace: 'default' }), []);
    assert.deepEqual(await pods.list({ node: 'other' }), []);
  });

  test('labels are set and removed', async () => {
    assert.deepEqual((await pods.label('shop', 'web-1', { seen: 'yes' })).labels, {
      app: 'web',
      seen: 'yes',
    });
    assert.deepEqual((await pods.label('shop', 'web-1', { seen: null })).labels, { app: 'web' });
  });

  test('a pod is isolated and released, the policy goes with the last one', async () => {
    assert.deepEqual(await pods.isolate('shop', 'web-1'), { wasIsolated: false, stillAllowedBy: [] });
    assert.deepEqual(await pods.isolate('shop', 'web-1'), { wasIsolated: true, stillAllowedBy: [] });
    await pods.isolate('shop', 'web-2');
    const { spec } = await raw.ask<{ spec: unknown }>('GET', `${POLICIES}/${QUARANTINE_POLICY}`);
    assert.deepEqual(spec, {
      podSelector: { matchLabels: { [QUARANTINE_LABEL]: 'true' } },
      policyTypes: ['Ingress', 'Egress'],
    });
    assert.equal(await pods.release('shop', 'web-1'), true);
    assert.equal(await pods.release('shop', 'web-1'), false);
    assert.deepEqual(await namesOfPolicies(), [QUARANTINE_POLICY]);
    assert.equal(await pods.release('shop', 'web-2'), true);
    assert.deepEqual(await namesOfPolicies(), []);
  });

  test('a policy of ours that somebody weakened is put right, and those that still let something through are told', async () => {
    const type = 'application/json';
    const policy = (name: string, spec: object) =>
      raw.ask('POST', POLICIES, { type, value: { metadata: { name }, spec } });
    await policy(QUARANTINE_POLICY, { podSelector: {}, policyTypes: ['Ingress'], ingress: [{}] });
    await policy('allow-web', { podSelector: { matchLabels: { app: 'web' } }, ingress: [{}] });
    await policy('allow-db', { podSelector: { matchLabels: { app: 'db' } }, ingress: [{}] });
    await policy('deny-all', { podSelector: {} });
    assert.deepEqual((await pods.isolate('shop', 'web-1')).stillAllowedBy, ['allow-web']);
    const { spec } = await raw.ask<{ spec: { ingress?: unknown } }>(
      'GET',
      `${POLICIES}/${QUARANTINE_POLICY}`,
    );
    assert.equal(spec.ingress, undefined);
    await pods.release('shop', 'web-1');
  });

  test('what is not there, what is not allowed and who is not there are different errors', async () => {
    await assert.rejects(pods.get('shop', 'absent'), hasCode('API_OBJECT_NOT_FOUND'));
    const powerless = openPods({ ...address, token: () => server.powerlessToken });
    await assert.rejects(powerless.isolate('shop', 'web-1'), (error) => {
      return hasCode('API_SERVER_REFUSED')(error) && /forbidden/.test((error as Error).message);
    });
    powerless.close();
    const unsure = openPods({ ...address, authority: undefined });
    await assert.rejects(unsure.list(), hasCode('API_SERVER_UNREACHABLE'));
    unsure.close();
  });
});
