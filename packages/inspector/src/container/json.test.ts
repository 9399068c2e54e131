import assert from 'node:assert/strict';
import { test } from 'node:test';
import { containerJson, parseContainerJson } from './json.ts';

const DESCRIPTION = {
  container: {
    id: '32a1026ccb88',
    full_id: '32a1026ccb88a551',
    type: 7,
    name: 'wéb',
    image: 'fedora:38',
    imagerepo: 'fedora',
    imagetag: '38',
    imagedigest: 'sha256:b9ff',
    imageid: '0ca0',
    ip: '172.17.0.2',
    cni_json: '',
    privileged: true,
    created_time: 1730971086,
    env: ['A=1', 5],
    labels: { z: '1', 'io.kubernetes.pod.name': 'pod', a: 2, b: '3' },
    pod_sandbox_labels: null,
    pod_sandbox_id: 'aabbccddeeff00112233',
    Mounts: [{ Source: '/a', Destination: '/b', Mode: 'rw', RW: true, Propagation: 'rprivate' }],
    LivenessProbe: { exe: '/bin/check', args: ['-x'] },
  },
};

test('a description is read as byte strings, its labels in order', () => {
  const container = parseContainerJson(Buffer.from(JSON.stringify(DESCRIPTION)).toString('latin1'));
  assert.ok(container);
  assert.equal(container.name, 'w\xc3\xa9b');
  assert.equal(container.type, 'containerd');
  assert.equal(container.isPrivileged, true);
  assert.equal(container.startTime, 1_730_971_086_000_000_000n);
  assert.deepEqual(container.environment, ['A=1']);
  assert.deepEqual([...container.labels.keys()], ['b', 'io.kubernetes.pod.name', 'z']);
  assert.equal(container.pod?.name, 'pod');
  assert.equal(container.pod?.sandboxId, 'aabbccddeeff');
  assert.deepEqual(container.mounts[0], {
    source: '/a',
    destination: '/b',
    mode: 'rw',
    isWritable: true,
    propagation: 'rprivate',
  });
  assert.deepEqual(container.healthProbes, [{ kind: 'liveness', exe: '/bin/check', args: ['-x'] }]);
});

test('what is no description is none', () => {
  for (const text of ['', '{', '[]', 'null', '{"container":[]}', '"x"']) {
    assert.equal(parseContainerJson(text), undefined, text);
  }
});

test('parts of the wrong type count as absent', () => {
  const text = '{"container":{"id":5,"type":"x","labels":[],"Mounts":{},"created_time":1e300,"env":"A"}}';
  const container = parseContainerJson(text);
  assert.equal(container?.id, '');
  assert.equal(container?.type, '');
  assert.equal(container?.startTime, 0n);
  assert.deepEqual(container?.mounts, []);
});

test('what is written is read again as the same', () => {
  const container = parseContainerJson(Buffer.from(JSON.stringify(DESCRIPTION)).toString('latin1'));
  assert.ok(container);
  assert.deepEqual(parseContainerJson(containerJson(container)), container);
});
