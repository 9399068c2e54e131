import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { collectFiles } from './collect.ts';
import { createMemoryTree, found } from './node/tree.ts';

const FILES = {
  '/etc/shadow': 'root:$y$hash:19000:0:99999:7:::\n',
  '/var/lib/kubelet/pods/1/token': 'eyJhbGciOiJSUzI1NiJ9.e30.c2ln\n',
  '/srv/pki/ca.crt': '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n',
  '/srv/etcd.yaml': 'name: one\ndata-dir: /var/lib/etcd\n',
  '/srv/audit.yaml': 'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: []\n',
  '/etc/kubernetes/secret.yaml': 'apiVersion: v1\nkind: Secret\ndata: { a: Yg== }\n',
};

describe('collecting', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'seawall-collect-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  test('takes nothing that is only named by a process which calls itself a component', () => {
    const tree = createMemoryTree(
      Object.fromEntries(Object.entries(FILES).map(([path, text]) => [path, { text }])),
    );
    const commands = [
      ['etcd', '--trusted-ca-file=/etc/shadow', '--peer-trusted-ca-file=/srv/pki/ca.crt'],
      ['etcd', '--config-file=/srv/etcd.yaml'],
      [
        'kube-apiserver',
        '--token-auth-file=/var/lib/kubelet/pods/1/token',
        '--audit-policy-file=/srv/audit.yaml',
      ],
    ];
    const processes = commands.map((command, index) => ({
      pid: index + 2,
      command,
      environment: found({}),
      uid: 0,
      gid: 0,
      tree,
      isContainerised: true,
      place: { kind: 'container' } as const,
    }));
    const target = join(folder, 'target');
    collectFiles({ tree, processes, now: 0 }, target);
    const taken = Object.keys(FILES).filter((path) => existsSync(join(target, path)));
    assert.deepEqual(taken, ['/srv/pki/ca.crt', '/srv/etcd.yaml', '/srv/audit.yaml']);
    const index = JSON.parse(readFileSync(join(target, 'seawall-collected.json'), 'utf8'));
    assert.match(index.files['/etc/shadow'].withheld, /does not look like/);
    assert.match(index.files['/etc/kubernetes/secret.yaml'].withheld, /secret/);
  });
});
