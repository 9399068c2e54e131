import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { type AddressInfo, createServer as createPlainServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { type ClusterCertificates, leaf, makeClusterCertificates } from '../fixtures/certificates.ts';
import { etcdVersion, freePort, startEtcd } from '../fixtures/real-etcd.ts';
import { fetchConfigz } from './configz.ts';
import { type ProbeOptions, parseTarget, probeTarget } from './probes.ts';
import type { ClientCertificate } from './request.ts';
import type { ProbeResult } from './result.ts';
import { findRights, judgeRights } from './rights.ts';

const NOW = Date.now();
const hasEtcd = etcdVersion() !== undefined;
const skip = hasEtcd ? false : 'etcd is not installed (apt-get install etcd-server)';

let certificates: ClusterCertificates;
let folder: string;
let right: ClientCertificate;
let expired: ClientCertificate;
let tlsFlags: readonly string[];
let peerFlags: readonly string[];

before(async () => {
  certificates = await makeClusterCertificates(NOW);
  folder = mkdtempSync(join(tmpdir(), 'seawall-probe-'));
  const put = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const server = await leaf(certificates.etcdClients, 'etcd', ['serverAuth', 'clientAuth'], NOW);
  const peer = await leaf(certificates.etcdPeers, 'etcd', ['serverAuth', 'clientAuth'], NOW);
  right = await leaf(certificates.etcdClients, 'kube-apiserver', ['clientAuth'], NOW);
  expired = await leaf(certificates.etcdClients, 'kube-apiserver', ['clientAuth'], NOW, -2);
  tlsFlags = [
    `--cert-file=${put('server.crt', server.certificate)}`,
    `--key-file=${put('server.key', server.key)}`,
  ];
  peerFlags = [
    `--peer-cert-file=${put('peer.crt', peer.certificate)}`,
    `--peer-key-file=${put('peer.key', peer.key)}`,
    '--peer-client-cert-auth',
    `--peer-trusted-ca-file=${put('peer-ca.crt', certificates.etcdPeers.certificate.toString())}`,
  ];
  put('ca.crt', certificates.etcdClients.certificate.toString());
});
after(() => rmSync(folder, { recursive: true }));

async function answersOf(
  target: string,
  options: Partial<ProbeOptions> = {},
): Promise<Record<string, string>> {
  const results = await probeTarget(parseTarget(target), { timeoutMilliseconds: 3000, now: NOW, ...options });
  return Object.fromEntries(results.map(({ probe, status }) => [probe, status]));
}

describe('a real etcd', { skip }, () => {
  test('that is wide open is shown to be so', async () => {
    const etcd = await startEtcd({ clientScheme: 'http', peerScheme: 'http', flags: [] });
    try {
      assert.deepEqual(await answersOf(`etcd=127.0.0.1:${etcd.clientPort}`, { client: right }), {
        'etcd-plain': 'FAIL',
        'etcd-no-certificate': 'UNKNOWN',
        'etcd-foreign-certificate': 'UNKNOWN',
        'etcd-right-certificate': 'UNKNOWN',
        'etcd-read': 'UNKNOWN',
      });
      const peer = await answersOf(`etcd-peer=127.0.0.1:${etcd.peerPort}`);
      assert.equal(peer['etcd-peer-plain'], 'FAIL');
    } finally {
      await etcd.stop();
    }
  });

  test('with TLS but without client certificates lets everybody read', async () => {
    const etcd = await startEtcd({ clientScheme: 'https', peerScheme: 'http', flags: tlsFlags });
    try {
      assert.deepEqual(await answersOf(`etcd=127.0.0.1:${etcd.clientPort}`), {
        'etcd-plain': 'PASS',
        'etcd-no-certificate': 'FAIL',
        'etcd-foreign-certificate': 'FAIL',
        'etcd-read': 'FAIL',
      });
    } finally {
      await etcd.stop();
    }
  });

  test('that is hardened lets in the right certificate alone, on both ports', async () => {
    const auth = ['--client-cert-auth', `--trusted-ca-file=${join(folder, 'ca.crt')}`];
    const etcd = await startEtcd({
      clientScheme: 'https',
      peerScheme: 'https',
      flags: [...tlsFlags, ...auth, ...peerFlags],
    });
    try {
      assert.deepEqual(await answersOf(`etcd=127.0.0.1:${etcd.clientPort}`, { client: right, expired }), {
        'etcd-plain': 'PASS',
        'etcd-no-certificate': 'PASS',
        'etcd-foreign-certificate': 'PASS',
        'etcd-expired-certificate': 'PASS',
        'etcd-right-certificate': 'PASS',
        'etcd-read': 'PASS',
      });
      // The clients' authority is not the members': a client's certificate must not open the peer port.
      assert.deepEqual(await answersOf(`etcd-peer=127.0.0.1:${etcd.peerPort}`, { client: right }), {
        'etcd-peer-plain': 'PASS',
        'etcd-peer-no-certificate': 'PASS',
        'etcd-peer-foreign-certificate': 'PASS',
        'etcd-peer-right-certificate': 'FAIL',
      });
    } finally {
      await etcd.stop();
    }
  });
});

/** A TLS server that answers as a kubelet does (what stands in here; the real one is built in the acceptance rows). */
async function standInKubelet(respond: (response: ServerResponse, isTrusted: boolean) => void) {
  const pair = await leaf(certificates.cluster, 'node', ['serverAuth'], NOW);
  const server = createServer({
    cert: pair.certificate,
    key: pair.key,
    ca: certificates.cluster.certificate.toString(),
    requestCert: true,
    rejectUnauthorized: false,
  });
  server.on('request', (request, response: ServerResponse) => {
    const socket = request.socket as TLSSocket;
    respond(response, socket.authorized);
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    target: `kubelet=127.0.0.1:${port}`,
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

function answer(response: ServerResponse, status: number): void {
  response.writeHead(status).end(status === 200 ? '{"kind":"PodList"}' : 'Unauthorized');
}

describe('what a kubelet answers (a stand-in server)', () => {
  test('401 to strangers and 200 to the API server is all in order', async () => {
    const kubelet = await standInKubelet((response, isTrusted) => answer(response, isTrusted ? 200 : 401));
    const client = await leaf(certificates.cluster, 'kube-apiserver', ['clientAuth'], NOW);
    try {
      assert.deepEqual(await answersOf(kubelet.target, { client }), {
        'kubelet-anonymous': 'PASS',
        'kubelet-foreign-certificate': 'PASS',
        'kubelet-apiserver-certificate': 'PASS',
      });
    } finally {
      await kubelet.stop();
    }
  });

  test('403 is told apart: authorization holds, authentication let the caller in', async () => {
    const kubelet = await standInKubelet((response) => answer(response, 403));
    try {
      const [first] = await probeTarget(parseTarget(kubelet.target), { timeoutMilliseconds: 3000, now: NOW });
      assert.equal(first?.status, 'PASS');
      assert.match(
        first?.reason ?? '',
        /by authorization \(403\), after authentication let in system:anonymous/,
      );
    } finally {
      await kubelet.stop();
    }
  });

  test('200 to anybody is a failure, and a refused positive control is one too', async () => {
    const kubelet = await standInKubelet((response, isTrusted) => answer(response, isTrusted ? 401 : 200));
    const client = await leaf(certificates.cluster, 'kube-apiserver', ['clientAuth'], NOW);
    try {
      assert.deepEqual(await answersOf(kubelet.target, { client }), {
        'kubelet-anonymous': 'FAIL',
        'kubelet-foreign-certificate': 'FAIL',
        'kubelet-apiserver-certificate': 'FAIL',
      });
    } finally {
      await kubelet.stop();
    }
  });

  test('/configz is read with the right certificate, and a refusal says what to give', async () => {
    const kubelet = await standInKubelet((response, isTrusted) =>
      response.writeHead(isTrusted ? 200 : 401).end('{"kubeletconfig":{"readOnlyPort":10255}}'),
    );
    const client = await leaf(certificates.cluster, 'kube-apiserver', ['clientAuth'], NOW);
    const address = parseTarget(kubelet.target);
    try {
      assert.deepEqual(await fetchConfigz(address, client, 3000), { kubeletconfig: { readOnlyPort: 10255 } });
      await assert.rejects(fetchConfigz(address, undefined, 3000), {
        code: 'posture/NO_CONFIGZ',
        message: /401/,
      });
    } finally {
      await kubelet.stop();
    }
  });

  test('nobody listening is no failure, and a server that stays silent is UNKNOWN within the time given', async () => {
    const port = await freePort();
    assert.deepEqual(await answersOf(`kubelet-read-only=127.0.0.1:${port}`), {
      'kubelet-read-only-port': 'PASS',
    });
    assert.deepEqual(await answersOf(`kubelet=127.0.0.1:${port}`), {
      'kubelet-anonymous': 'NOT APPLICABLE',
      'kubelet-foreign-certificate': 'NOT APPLICABLE',
    });
    const kubelet = await standInKubelet(() => undefined);
    const start = performance.now();
    try {
      const answers = await answersOf(kubelet.target, { timeoutMilliseconds: 200 });
      assert.equal(answers['kubelet-anonymous'], 'UNKNOWN');
      assert.ok(performance.now() - start < 5000);
    } finally {
      await kubelet.stop();
    }
  });
});

describe('etcd asked without TLS (stand-in servers)', () => {
  async function plainAnswer(react: (socket: Socket) => void): Promise<ProbeResult> {
    const sockets = new Set<Socket>();
    const server = createPlainServer((socket) => {
      sockets.add(socket.on('error', () => undefined));
      react(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      const target = parseTarget(`etcd-peer=127.0.0.1:${port}`);
      const [first] = await probeTarget(target, { timeoutMilliseconds: 300, now: NOW });
      return first!;
    } finally {
      for (const socket of sockets) socket.destroy();
      server.close();
    }
  }

  test('silence proves nothing: UNKNOWN, not a pass', async () => {
    const { probe, status, reason } = await plainAnswer(() => undefined);
    assert.deepEqual([probe, status, reason], ['etcd-peer-plain', 'UNKNOWN', 'no answer within 300 ms']);
  });

  test('a TLS alert, a connection ended or reset, and 400 are how servers refuse to speak without TLS', async () => {
    const protocolVersionAlert = Buffer.from([0x15, 3, 1, 0, 2, 2, 70]);
    for (const react of [
      (socket: Socket) => socket.once('data', () => socket.end(protocolVersionAlert)),
      (socket: Socket) => socket.once('data', () => socket.end()),
      (socket: Socket) => socket.once('data', () => socket.resetAndDestroy()),
      (socket: Socket) => socket.once('data', () => socket.end('HTTP/1.0 400 Bad Request\r\n\r\n')),
    ]) {
      const { status, reason } = await plainAnswer(react);
      assert.equal(status, 'PASS', reason);
    }
  });
});

test('targets are named in full or refused', () => {
  assert.deepEqual(parseTarget('etcd=[::1]:2379'), { kind: 'etcd', host: '::1', port: 2379 });
  for (const text of [
    '127.0.0.1:2379',
    'etcd=127.0.0.1',
    'etcd=127.0.0.1:0',
    'etcd=127.0.0.1:70000',
    'redis=a:1',
  ]) {
    assert.throws(() => parseTarget(text), { code: 'posture/BAD_TARGET' });
  }
});

test('rights of strangers and of the group of nodes are found through bindings, harmless defaults left out', () => {
  const roles = {
    items: [
      {
        metadata: { name: 'system:public-info-viewer' },
        rules: [{ verbs: ['get'], nonResourceURLs: ['/healthz'] }],
      },
      {
        metadata: { name: 'pods-for-all' },
        rules: [{ verbs: ['list'], apiGroups: [''], resources: ['pods'] }],
      },
    ],
  };
  const bind = (name: string, role: string, subject: string) => ({
    metadata: { name },
    roleRef: { name: role },
    subjects: [{ kind: 'Group', name: subject }],
  });
  const clean = { items: [bind('a', 'system:public-info-viewer', 'system:unauthenticated')] };
  assert.deepEqual(
    judgeRights(findRights(clean, roles), 'x:1').map(({ status }) => status),
    ['PASS', 'PASS', 'PASS'],
  );
  const open = { items: [...clean.items, bind('b', 'pods-for-all', 'system:anonymous')] };
  const [anonymous] = judgeRights(findRights(open, roles), 'x:1');
  assert.equal(anonymous?.status, 'FAIL');
  assert.match(anonymous?.reason ?? '', /list on pods \(pods-for-all\)/);
});
