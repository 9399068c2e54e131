import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { isSeawallError } from '@seawall/base';
import { apiServerMissing, startApiServer } from '@seawall/kube/testing';
import { clusterPods } from './cluster-pods.ts';

const root = mkdtempSync(join(tmpdir(), 'seawall-cluster-pods-'));
after(() => rmSync(root, { recursive: true, force: true }));

test('without a kubeconfig and outside of a cluster there is no API server', () => {
  assert.equal(clusterPods({ kubeconfig: undefined, environment: { HOME: '/root' } }), undefined);
  const inPod = { KUBERNETES_SERVICE_HOST: '10.96.0.1', HOME: root };
  assert.notEqual(clusterPods({ kubeconfig: undefined, environment: inPod }), undefined);
});

test('who asks is found anew for each request: a kubeconfig that was broken is used once it is mended', {
  skip: apiServerMissing(),
}, async () => {
  const server = await startApiServer();
  try {
    // Certificates stand beside it.
    const kubeconfig = join(dirname(server.kubeconfig), 'of-the-agent');
    writeFileSync(kubeconfig, 'contexts: []\n');
    const pods = clusterPods({ kubeconfig, environment: {} });
    assert.ok(pods);
    await assert.rejects(pods.get('shop', 'web'), (error) =>
      isSeawallError(error, 'kube/KUBECONFIG_UNREADABLE'),
    );
    copyFileSync(server.kubeconfig, kubeconfig);
    await assert.rejects(pods.get('shop', 'web'), (error) =>
      isSeawallError(error, 'kube/API_OBJECT_NOT_FOUND'),
    );
  } finally {
    await server.stop();
  }
});
