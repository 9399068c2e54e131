import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { after, before, type TestContext, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { type ConnectionOptions, connect as connectSecure } from 'node:tls';
import { createAuthority, exportKey, generateKey, issueLeaf } from '@seawall/pki';
import { errors } from '../errors.ts';
import { type AuditServer, type AuditServerOptions, createAuditServer } from './audit-server.ts';

interface Pair {
  readonly cert: string;
  readonly key: string;
}

let folder: string;
/** PEM: the intake's certificate, the API server's, that of another client, and one of a foreign authority. */
let pems: Record<'server' | 'client' | 'other' | 'foreign', Pair> & { readonly ca: string };

async function makePems() {
  const order = { algorithm: 'p256', lifetimeDays: 2, now: Date.now() } as const;
  const [authority, foreigner] = await Promise.all([
    createAuthority({ ...order, commonName: 'Audit' }),
    createAuthority({ ...order, commonName: 'Audit' }),
  ]);
  const issue = async (issuer: typeof authority, commonName: string, usage: 'serverAuth' | 'clientAuth') => {
    const key = await generateKey('p256');
    const leaf = await issueLeaf(issuer, { ...order, commonName, usages: [usage], names: [commonName], key });
    return { cert: leaf.toString(), key: exportKey(key).toString() };
  };
  return {
    ca: authority.certificate.toString(),
    server: await issue(authority, 'localhost', 'serverAuth'),
    client: await issue(authority, 'kube-apiserver', 'clientAuth'),
    other: await issue(authority, 'kubelet', 'clientAuth'),
    foreign: await issue(foreigner, 'kube-apiserver', 'clientAuth'),
  };
}

const file = (name: string, content: string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'seawall-audit-'));
  pems = await makePems();
});
after(() => rmSync(folder, { recursive: true }));

interface Setting {
  readonly server: AuditServer;
  readonly taken: string[];
  readonly told: string[];
}

async function start(context: TestContext, options: Partial<AuditServerOptions> = {}): Promise<Setting> {
  const taken: string[] = [];
  const told: string[] = [];
  const server = await createAuditServer({
    listen: '127.0.0.1:0',
    access: {},
    longestBody: 1024 * 1024,
    isFull: () => false,
    take: async (body) => void taken.push((await buffer(body)).toString()),
    log: (level, message) => told.push(`${level}: ${message}`),
    ...options,
  });
  context.after(() => server.close());
  return { server, taken, told };
}

const secureAccess = () => ({
  certificate: file('server.crt', pems.server.cert),
  key: file('server.key', pems.server.key),
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

async function post(
  { url }: AuditServer,
  body: string | Buffer,
  { headers = {}, ...tls }: ConnectionOptions & { readonly headers?: Record<string, string> } = {},
): Promise<Answer> {
  const options = { method: 'POST', agent: false, headers } as const;
  const request = url.startsWith('https:')
    ? requestSecure(url, { ...options, ca: pems.ca, servername: 'localhost', ...tls })
    : requestPlain(url, options);
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

test('over TLS, who shows no certificate, a foreign one or that of somebody else is answered 401 and why', async (context) => {
  const { server, taken, told } = await start(context, {
    access: {
      ...secureAccess(),
      clientAuthorities: file('ca.crt', pems.ca),
      clientNames: ['kube-apiserver'],
    },
  });
  assert.match(server.url, /^https:/);
  const refused = [
    [await post(server, 'forged'), /certificate is missing/],
    [await post(server, 'forged', pems.foreign), /not trusted/],
    [await post(server, 'forged', pems.other), /somebody else/],
    [await post(server, 'forged', pems.server), /not trusted \(INVALID_PURPOSE\)/],
  ] as const;
  for (const [{ status, body }, reason] of refused) {
    assert.equal(status, 401);
    assert.match(body, reason);
  }
  assert.equal((await post(server, 'real', pems.client)).status, 200);
  assert.deepEqual(taken, ['real']);
  assert.equal(server.posts().get('unauthorized'), 4);
  assert.match(told.join('\n'), /refused: 127\.0\.0\.1 was answered 401/);
});

test('a session that was begun without a certificate lets nobody in later', async (context) => {
  const access = { ...secureAccess(), clientAuthorities: file('ca.crt', pems.ca) };
  const { server, taken } = await start(context, { access });
  const port = Number(new URL(server.url).port);
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    const options = { host: '127.0.0.1', port, ca: pems.ca, servername: 'localhost', maxVersion };
    const first = connectSecure(options);
    let session: Buffer | undefined;
    first.on('session', (ticket) => {
      session = ticket;
    });
    first.write('POST /k8s-audit HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
    assert.match(await text(first), / 401 /);
    session ??= first.getSession();
    const second = connectSecure({ ...options, ...(session && { session }) });
    context.after(() => second.destroy());
    await once(second, 'secureConnect');
    assert.equal(second.isSessionReused(), false, maxVersion);
    second.write('POST /k8s-audit HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
    assert.match(await text(second), / 401 /);
  }
  assert.deepEqual(taken, []);
});

test('who speaks no TLS with a TLS intake is counted, and told to the operator once', async (context) => {
  const { server, told } = await start(context, { access: secureAccess() });
  for (let times = 1; times <= 3; times += 1) {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.end('POST /k8s-audit HTTP/1.1\r\n\r\n');
    await text(socket);
  }
  assert.equal(server.posts().get('unauthorized'), 3);
  assert.equal(told.filter((message) => message.includes('no TLS with')).length, 1);
});

test('each line of the token’s file is a token that is taken, nothing else is', async (context) => {
  const token = { fromFile: file('token', 'first-of-them\n\n second-of-them \n') };
  const { server, taken } = await start(context, { access: { token } });
  for (const sent of ['', 'first', 'first-of-them2', 'first-of-them\tsecond-of-them']) {
    const { status, headers, body } = await post(server, 'forged', bearer(sent));
    assert.deepEqual([status, headers['www-authenticate']], [401, 'Bearer realm="seawall"'], sent);
    assert.doesNotMatch(body, /of-them/);
  }
  assert.equal((await post(server, 'forged')).status, 401);
  assert.equal((await post(server, 'a', bearer('first-of-them'))).status, 200);
  assert.equal((await post(server, 'b', bearer('second-of-them'))).status, 200);
  assert.deepEqual(taken, ['a', 'b']);
});

test('where certificate and token are asked for, one of them is not enough', async (context) => {
  const token = { fromFile: file('token', 'top-secret') };
  const { server, taken } = await start(context, {
    access: { ...secureAccess(), clientAuthorities: file('ca.crt', pems.ca), token },
  });
  assert.equal((await post(server, 'x', pems.client)).status, 401);
  assert.equal((await post(server, 'x', bearer('top-secret'))).status, 401);
  assert.equal((await post(server, 'both', { ...pems.client, ...bearer('top-secret') })).status, 200);
  assert.deepEqual(taken, ['both']);
});

test('certificates, authorities and tokens are read anew when their files change; broken ones change nothing', async (context) => {
  const access = {
    ...secureAccess(),
    clientAuthorities: file('ca.crt', pems.ca),
    token: { fromFile: file('token', 'old') },
  };
  const { server, told } = await start(context, { access });
  const until = async (pattern: RegExp): Promise<void> => {
    while (!told.some((message) => pattern.test(message))) await wait(20);
  };
  file('server.key', pems.client.key);
  await until(/^error: .*not changed: .*server\.crt and .*server\.key/);
  assert.equal((await post(server, 'x', { ...pems.client, ...bearer('old') })).status, 200);
  const next = await makePems();
  file('server.crt', next.server.cert);
  file('server.key', next.server.key);
  file('ca.crt', next.ca);
  file('token', 'new');
  await until(/^info: .*read anew/);
  const { ca, client } = next;
  assert.equal((await post(server, 'x', { ca, ...client, ...bearer('old') })).status, 401);
  assert.equal((await post(server, 'x', { ca, ...pems.client, ...bearer('new') })).status, 401);
  assert.equal((await post(server, 'x', { ca, ...client, ...bearer('new') })).status, 200);
});

const impossible: readonly (readonly [string, () => AuditServerOptions['access'], RegExp])[] = [
  [
    'a key of another certificate',
    () => ({ ...secureAccess(), key: file('x.key', pems.client.key) }),
    /x\.key: .*key values mismatch/,
  ],
  [
    'authorities without a certificate',
    () => ({ ...secureAccess(), clientAuthorities: file('x.crt', 'nothing') }),
    /x\.crt holds no certificate/,
  ],
  ['an empty token', () => ({ token: { fromFile: file('x', ' \n\n') } }), /x holds no token/],
  ['a token of two words', () => ({ token: { fromFile: file('x', 'a b') } }), /has a space in it/],
  [
    'a token that is not there',
    () => ({ token: { fromFile: join(folder, 'none') } }),
    /none can not be read/,
  ],
];

for (const [name, access, message] of impossible) {
  test(`${name} is an error at the start, which tells nothing of what is secret`, async (context) => {
    await assert.rejects(start(context, { access: access() }), { message });
  });
}

test('an intake that is open to the network says so at its start', async (context) => {
  const open = await start(context, { listen: '0.0.0.0:0' });
  assert.match(open.told.join('\n'), /whoever reaches .* can post audit events/);
  const token = { fromFile: file('token', 'a') };
  const readable = await start(context, { listen: '0.0.0.0:0', access: { token } });
  assert.match(readable.told.join('\n'), /the token are sent readable/);
  const closed = await start(context, { listen: '0.0.0.0:0', access: { ...secureAccess(), token } });
  assert.deepEqual(closed.told, []);
});

for (const transfer of ['content-length', 'transfer-encoding'] as const) {
  test(`a request that is too long is answered 413, also by ${transfer}, and not held in memory`, async (context) => {
    const { server, taken } = await start(context, { access: secureAccess() });
    const body = Buffer.alloc(3 * 1024 * 1024, 'x');
    const length = transfer === 'content-length' ? String(body.length) : 'chunked';
    const answer = await post(server, body, { headers: { [transfer]: length } });
    assert.equal(answer.status, 413);
    assert.match(answer.body, /more than 1048576 bytes/);
    assert.deepEqual(taken, []);
    assert.equal(server.posts().get('too-long'), 1);
  });
}

test('requests that hold more together than may be read at once are told to come again', async (context) => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const { server } = await start(context, {
    take: async (body) => {
      for await (const chunk of body) if (chunk.length > 1000) await released;
    },
    longestBody: 4000,
  });
  const held = Array.from({ length: 4 }, () => post(server, Buffer.alloc(4000, 'x')));
  let refused: Answer;
  do refused = await post(server, 'y');
  while (refused.status === 200);
  assert.equal(refused.status, 503);
  assert.equal(refused.headers['retry-after'], '1');
  release();
  assert.deepEqual(
    (await Promise.all(held)).map(({ status }) => status),
    [200, 200, 200, 200],
  );
  assert.equal((await post(server, 'y')).status, 200);
});

test('while too much waits for the store, senders are told to come again', async (context) => {
  const { server, taken } = await start(context, { isFull: () => true });
  const { status, headers } = await post(server, 'x');
  assert.deepEqual([status, headers['retry-after']], [503, '1']);
  assert.deepEqual(taken, []);
});

test('what could not be taken is answered with its reason', async (context) => {
  const { server } = await start(context, {
    take: async () => {
      throw errors.create('AUDIT_REQUEST_UNREADABLE', { reason: 'line 1' });
    },
  });
  const { status, body } = await post(server, 'x');
  assert.equal(status, 400);
  assert.match(body, /line 1/);
});

test('other paths and methods are not taken', async (context) => {
  const { server } = await start(context);
  assert.equal((await fetch(server.url.replace('k8s-audit', 'other'), { method: 'POST' })).status, 404);
  assert.equal((await fetch(server.url)).status, 405);
  assert.equal(server.posts().get('misdirected'), 2);
});

test('a web page posts no audit events, neither by a name that it had lead here nor as itself', async (context) => {
  const { server, taken } = await start(context);
  assert.equal((await post(server, 'x', { headers: { host: 'evil.example' } })).status, 421);
  assert.equal((await post(server, 'x', { headers: { origin: 'http://evil.example' } })).status, 403);
  assert.deepEqual(taken, []);
  assert.equal(server.posts().get('misdirected'), 2);
});
