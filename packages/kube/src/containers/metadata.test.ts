import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { isSeawallError } from '@seawall/base';
import { locateShared } from '../../../../test/shared.ts';
import { readContainerMetadata } from './metadata.ts';

const read = (value: unknown) => readContainerMetadata(Buffer.from(JSON.stringify(value)), 'file.json');

test('image references: with a digest, imported, named only in annotations', () => {
  const container = (status: object, info: object = {}) =>
    read({ items: [{ kind: 'container', id: 'c', status, info }] })[0].image;
  assert.deepEqual(
    container({ image_ref: 'reg.example:5000/a/b@sha256:ab', image: { image: 'reg.example:5000/a/b:1' } }),
    {
      name: 'reg.example:5000/a/b:1',
      repository: 'reg.example:5000/a/b',
      tag: '1',
      digest: 'sha256:ab',
      id: '',
    },
  );
  assert.deepEqual(
    container(
      { image_ref: 'sha256:cd', image: { image: 'a/b:2' } },
      { config: { image: { image: 'sha256:cd' } } },
    ),
    { name: 'a/b:2', repository: 'a/b', tag: '2', digest: 'sha256:cd', id: 'cd' },
  );
  assert.equal(
    container(
      { image_ref: 'sha256:cd', image: { image: 'sha256:cd' } },
      { runtimeSpec: { annotations: { 'io.kubernetes.cri.image-name': 'x/y:3' } } },
    ).repository,
    'x/y',
  );
});

test('a container whose sandbox is missing has its pod from its labels', () => {
  const [record] = read({
    items: [{ kind: 'container', id: 'c', status: { labels: { 'io.kubernetes.pod.name': 'web' } } }],
  });
  assert.equal(record.pod?.name, 'web');
});

test('what is no metadata is refused by name of the file and reason', () => {
  const isShape = (error: unknown) =>
    isSeawallError(error, 'kube/METADATA_SHAPE') && error.message.includes('file.json');
  assert.throws(() => read({}), isShape);
  assert.throws(() => read([]), isShape);
  assert.throws(() => read({ items: [{ kind: 'pod', id: 'x' }] }), isShape);
  assert.throws(() => read({ items: [{ kind: 'container' }] }), isShape);
  assert.throws(
    () => readContainerMetadata(Buffer.from('{"items":'), 'file.json'),
    (error) => isSeawallError(error, 'kube/METADATA_NOT_JSON'),
  );
});

const file = locateShared('captures', 'control-plane', 'a', 'attack-a.containers.json.gz');
const skip = file === undefined && 'SKIPPED: there are no shared captures (set SEAWALL_SHARED)';

test('what containerd said of a real control plane', { skip }, () => {
  const records = readContainerMetadata(readFileSync(file as string), 'file');
  assert.equal(records.filter(({ isPodSandbox }) => isPodSandbox).length, 10);
  const etcd = records.find(({ name }) => name === 'etcd')!;
  assert.equal(etcd.fullId.slice(0, 12), '176514b65d20');
  assert.equal(etcd.runtime, 'containerd');
  assert.equal(etcd.image.repository, 'k8s.gcr.io/etcd-amd64');
  assert.equal(etcd.image.tag, '3.4.23');
  assert.equal(etcd.isPrivileged, false);
  assert.deepEqual(etcd.mounts[0], {
    source: '/var/lib/etcd',
    destination: '/var/lib/etcd',
    mode: '',
    isWritable: true,
    propagation: 'private',
  });
  assert.equal(etcd.pod?.name, 'etcd-node1');
  assert.equal(etcd.isHostNetwork, true);
  assert.equal(etcd.createdAt, 1795295678895396160n);
  const debuggers = records.filter(({ pod, isPrivileged }) => pod?.name === 'debugger' && isPrivileged);
  assert.equal(debuggers.length, 2);
  assert.ok(debuggers.every(({ isHostPid }) => isHostPid));
});

test('a file that unpacks to more than anybody’s containers take is refused, and so is damaged data', () => {
  const whole = Buffer.from(JSON.stringify({ items: [], filling: ' '.repeat(5000) }));
  assert.deepEqual(readContainerMetadata(gzipSync(whole), 'file.gz'), []);
  for (const bytes of [whole, gzipSync(whole)]) {
    assert.throws(
      () => readContainerMetadata(bytes, 'file.gz', 4096),
      (error) => isSeawallError(error, 'kube/METADATA_TOO_LONG'),
    );
  }
  assert.throws(
    () => readContainerMetadata(gzipSync(whole).subarray(0, 30), 'file.gz'),
    (error) => isSeawallError(error, 'kube/METADATA_DAMAGED'),
  );
});
