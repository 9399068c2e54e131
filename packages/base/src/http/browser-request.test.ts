import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { test } from 'node:test';
import { refusalOfBrowser } from './browser-request.ts';

function codeFor(localAddress: string, host: string | undefined, origin?: string): number | undefined {
  return refusalOfBrowser({ headers: { host, origin }, socket: { localAddress } })?.code;
}

test('at a loopback address only names that nobody else can have lead here are answered', () => {
  for (const address of ['127.0.0.1', '127.0.1.1', '::1', '::ffff:127.0.0.1']) {
    const own = ['127.0.0.1:9764', '127.0.0.1', '[::1]:9764', 'localhost:9764', 'LOCALHOST', 'localhost.:80'];
    for (const host of [...own, `${hostname()}:9764`, undefined]) {
      assert.equal(codeFor(address, host), undefined, `${address} ${host}`);
    }
    for (const host of [
      'evil.example:9764',
      'evil.example',
      '127.0.0.1.evil.example',
      '[evil',
      'localhost.evil.example:9764',
      '',
    ]) {
      assert.equal(codeFor(address, host), 421, `${address} ${host}`);
    }
  }
});

test('at other addresses any name is: kubelets ask by the pod’s address, others by a service’s name', () => {
  for (const host of ['10.0.0.7:9764', 'seawall.kube-system.svc:9764']) {
    assert.equal(codeFor('10.0.0.7', host), undefined);
    assert.equal(codeFor('fd00::7', host), undefined);
  }
});

test('over TLS the certificate answers for the name', () => {
  const socket = { localAddress: '127.0.0.1', encrypted: true };
  assert.equal(refusalOfBrowser({ headers: { host: 'audit.example:9765' }, socket }), undefined);
});

test('web pages that say so are answered nowhere', () => {
  assert.equal(codeFor('127.0.0.1', '127.0.0.1:9764', 'https://evil.example'), 403);
  assert.equal(codeFor('10.0.0.7', '10.0.0.7:9764', 'null'), 403);
});
