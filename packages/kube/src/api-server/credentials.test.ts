import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isSeawallError } from '@seawall/base';
import { findApiServer, readKubeconfig } from './credentials.ts';

const folder = mkdtempSync(join(tmpdir(), 'seawall-kubeconfig-'));
after(() => rmSync(folder, { recursive: true }));

function put(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const config = (cluster: object, user: object): string =>
  JSON.stringify({
    'current-context': 'x',
    contexts: [
      { name: 'other', context: {} },
      { name: 'x', context: { cluster: 'c', user: 'u' } },
    ],
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user }],
  });

const hasCode = (code: string, text: RegExp) => (error: unknown) =>
  isSeawallError(error, `kube/${code}`) && text.test(error.message);

test('what stands in the file, and what stands beside it', () => {
  put('ca.crt', 'authority');
  put('client.crt', 'certificate');
  const address = readKubeconfig(
    put(
      'one',
      config(
        { server: 'https://a:6443/', 'certificate-authority': 'ca.crt', 'tls-server-name': 'kubernetes' },
        {
          'client-certificate': join(folder, 'client.crt'),
          'client-key-data': Buffer.from('key').toString('base64'),
        },
      ),
    ),
  );
  const { token, ...rest } = address;
  assert.equal(token(), undefined);
  assert.deepEqual(rest, {
    server: 'https://a:6443',
    authority: 'authority',
    serverName: 'kubernetes',
    isUnverified: false,
    clientCertificate: 'certificate',
    clientKey: 'key',
  });
});

test('a token in a file is read each time', () => {
  const { token } = readKubeconfig(put('two', config({ server: 'https://a' }, { tokenFile: 'token' })));
  put('token', 'first\n');
  assert.equal(token(), 'first');
  put('token', 'second\n');
  assert.equal(token(), 'second');
});

test('what can not be used says why', () => {
  const refused = (text: string, reason: RegExp) =>
    assert.throws(() => readKubeconfig(put('bad', text)), hasCode('KUBECONFIG_UNREADABLE', reason));
  refused('{', /bad can not be read/);
  refused('{}', /has no "current-context"/);
  refused('{ current-context: a }', /contexts have none named "a"/);
  refused(config({}, {}), /no "server"/);
  refused(config({ server: 'https://a' }, { exec: {} }), /asks a program/);
  refused(config({ server: 'https://a', 'certificate-authority': 'absent' }, {}), /absent, which it names/);
});

test('the kubeconfig that is named, the pod’s own account, the home folder: the first that is there', () => {
  const path = put('three', config({ server: 'https://named' }, {}));
  const serviceAccount = folder;
  put('token', 'of the pod');
  const inPod = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };
  assert.equal(findApiServer({ environment: { ...inPod, KUBECONFIG: `:${path}` } }).server, 'https://named');
  const own = findApiServer({ environment: inPod, serviceAccount });
  assert.equal(own.server, 'https://[fd00::1]:443');
  assert.equal(own.token(), 'of the pod');
  assert.throws(
    () => findApiServer({ environment: { HOME: folder }, serviceAccount: join(folder, 'absent') }),
    hasCode('KUBECONFIG_ABSENT', /\.kube\/config does not exist/),
  );
});
