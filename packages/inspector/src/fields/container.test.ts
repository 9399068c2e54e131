import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ContainerInfo, createContainerInfo } from '../container/container.ts';
import { createAsker } from '../testing/ask.ts';
import { createTestSource, INIT } from '../testing/source.ts';

const FULL_ID = '3ad7b26ded6d8e7b23da7d48fe889434573036c27ae5a74837233de441c3601e';
const ID = FULL_ID.slice(0, 12);

const container: ContainerInfo = {
  ...createContainerInfo(ID, 'containerd'),
  fullId: FULL_ID,
  name: 'etcd',
  image: 'registry.example/etcd:3.5',
  imageRepository: 'registry.example/etcd',
  imageTag: '3.5',
  isPrivileged: true,
  isHostPid: undefined,
  labels: new Map([
    ['tier', 'control-plane'],
    ['io.kubernetes.pod.name', 'etcd-0'],
    ['bare', ''],
  ]),
  mounts: [
    { source: '/var/lib/etcd', destination: '/data', mode: 'Z', isWritable: true, propagation: 'rprivate' },
    { source: '/etc/ssl', destination: '/etc/ssl', mode: '', isWritable: false, propagation: '' },
  ],
  pod: {
    name: 'etcd-0',
    namespace: 'kube-system',
    uid: '7d1f',
    sandboxId: 'aaaaaaaaaaaa',
    fullSandboxId: 'aaaaaaaaaaaabbbb',
    ip: '10.2.0.7',
    cniJson: '{}',
    labels: new Map([['app.kubernetes.io/name', 'etcd']]),
  },
};

function inContainer(known: readonly ContainerInfo[]) {
  const source = createTestSource();
  source.inspector.setContainers(known);
  source.thread(INIT);
  source.thread({ tid: 30, comm: 'etcd', cgroups: [`cpuset=/kubepods/cri-containerd-${FULL_ID}.scope`] });
  source.event(30, 'SYSCALL_GETUID_X', {});
  return createAsker(source.context);
}

test('a container that is known shows everything', () => {
  const { shows, holds } = inContainer([container]);
  const values: Record<string, string | undefined> = {
    'container.id': ID,
    'container.full_id': FULL_ID,
    'container.name': 'etcd',
    'container.type': 'containerd',
    'container.image.repository': 'registry.example/etcd',
    'container.privileged': 'true',
    'container.host_pid': undefined,
    'container.mounts': '/var/lib/etcd:/data:Z:true:rprivate,/etc/ssl:/etc/ssl::false:',
    'container.mount[1]': '/etc/ssl:/etc/ssl::false:',
    'container.mount[9]': undefined,
    'container.mount.dest[/var/lib]': '/data',
    'container.mount.source[/data]': '/var/lib/etcd',
    'container.mount.rdwr[0]': 'true',
    'container.label.tier': 'control-plane',
    'container.label[none]': undefined,
    'container.labels': 'bare, tier:control-plane',
    'container.healthcheck': undefined,
    'k8s.pod.name': 'etcd-0',
    'k8s.ns.name': 'kube-system',
    'k8s.pod.uid': '7d1f',
    'k8s.pod.sandbox_id': 'aaaaaaaaaaaa',
    'k8s.pod.full_sandbox_id': 'aaaaaaaaaaaabbbb',
    'k8s.pod.label[app.kubernetes.io/name]': 'etcd',
    'k8s.pod.labels': 'app.kubernetes.io/name:etcd',
    'k8s.pod.ip': '10.2.0.7',
    'k8s.rc.name': undefined,
    'proc.is_container_healthcheck': undefined,
  };
  for (const [name, value] of Object.entries(values)) assert.equal(shows(name), value, name);
  assert.ok(holds('container.id != host and k8s.ns.name = kube-system'));
});

test('of a container that nobody described only the id is known', () => {
  const { shows, holds } = inContainer([]);
  assert.equal(shows('container.id'), ID);
  for (const name of [
    'container.name',
    'container.image',
    'container.privileged',
    'k8s.pod.name',
    'k8s.pod.ip',
  ]) {
    assert.equal(shows(name), undefined, name);
  }
  assert.ok(!holds('container.privileged = false'));
});

test('outside containers the container is the host', () => {
  const source = createTestSource();
  source.thread(INIT);
  source.event(1, 'SYSCALL_GETUID_X', {});
  const { shows } = createAsker(source.context);
  const values: Record<string, string | undefined> = {
    'container.id': 'host',
    'container.full_id': 'host',
    'container.name': 'host',
    'container.type': 'host',
    'container.image': '',
    'container.privileged': 'false',
    'container.label[x]': undefined,
    'container.start_ts': undefined,
    'k8s.pod.name': undefined,
    'k8s.pod.sandbox_id': '',
    'k8s.pod.ip': '',
  };
  for (const [name, value] of Object.entries(values)) assert.equal(shows(name), value, name);
});
