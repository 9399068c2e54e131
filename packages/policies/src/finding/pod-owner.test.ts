import assert from 'node:assert/strict';
import { test } from 'node:test';
import { host, workload } from '../testing/facts.ts';
import { podOwner, workloadName } from './pod-owner.ts';

const owners: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
  ['kube-dns-545bc4bfd4-zm282', {}, 'kube-dns'],
  ['kube-dns-545bc4bfd4-zm282', { 'pod-template-hash': '545bc4bfd4' }, 'kube-dns'],
  ['kube-dns-2425271678-zm282', {}, 'kube-dns'],
  ['etcd-node-1', {}, 'etcd'],
  ['kube-proxy-x7k2p', {}, 'kube-proxy'],
  ['kube-proxy-xkcdp', { 'controller-revision-hash': '7f9c' }, 'kube-proxy'],
  ['my-httpd', {}, 'my-httpd'],
  ['db-0', { 'statefulset.kubernetes.io/pod-name': 'db-0' }, 'db'],
  ['db-0', {}, 'db-0'],
  ['backup-28012345-x7k2p', { 'batch.kubernetes.io/job-name': 'backup-28012345' }, 'backup'],
  ['web', {}, 'web'],
];

for (const [pod, podLabels, owner] of owners) {
  const labels = Object.keys(podLabels).join(', ');
  test(`the pod ${pod}${labels === '' ? '' : ` with ${labels}`} is one of ${owner}`, () => {
    assert.equal(podOwner({ pod, podLabels, node: 'node-1' }), owner);
  });
}

test('workloads are named by namespace, owner and container, or by what else is known of them', () => {
  assert.equal(workloadName(workload()), 'shop/web/web');
  assert.equal(workloadName(host()), 'host/node-1');
  const alone = { ...host(), container: workload().container };
  assert.equal(workloadName(alone), 'container/web');
  assert.equal(workloadName({ ...host(), namespace: 'shop' }), 'shop');
});
