import assert from 'node:assert/strict';
import { createHmac, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createManualClock } from '@seawall/base';
import { closeWithTest, listenWithTest } from '@seawall/base/testing';
import { createAuthority, exportKey, generateKey, issueLeaf } from '@seawall/pki';
import type { OutgoingMessage } from './attempt.ts';
import { notificationChannelSpec } from './channel.ts';
import { createSend } from './create-send.ts';
import { createSecrets } from './secrets.ts';
import { startHttpReceiver, startSilentServer, startSmtpReceiver, status } from './testing/receivers.ts';
import { sampleNotice } from './testing/sample-notices.ts';

const folder = mkdtempSync(join(tmpdir(), 'seawall-channels-'));
after(() => rmSync(folder, { recursive: true }));

const SECRET = 's3cr3t/Pa$$w0rd+é';
const environment = { SECRET };
const clock = createManualClock(Date.parse('2026-11-22T10:00:00Z'));

const message: OutgoingMessage = {
  event: 'trigger',
  deduplicationKey: '0123456789abcdef',
  notice: sampleNotice(),
};

function fileWith(name: string, text: string): { readonly fromFile: string } {
  const path = join(folder, name);
  writeFileSync(path, text);
  return { fromFile: path };
}

function send(
  spec: object,
  { sent = message, milliseconds = 5000, variables = environment as Record<string, string> } = {},
) {
  const secrets = createSecrets({ environment: variables });
  const channel = { name: 'tested', spec: notificationChannelSpec.parse(spec) };
  return createSend(channel, { secrets, clock, environment: variables })(
    sent,
    AbortSignal.timeout(milliseconds),
  );
}

const identity = await (async () => {
  const now = Date.now();
  const order = { algorithm: 'p256', lifetimeDays: 2, now } as const;
  const authority = await createAuthority({ ...order, commonName: 'Channels' });
  const key: KeyObject = await generateKey('p256');
  const leaf = await issueLeaf(authority, {
    ...order,
    ...{ commonName: 'localhost', usages: ['serverAuth'], names: ['localhost'], key },
  });
  const authorities = fileWith('authority.crt', authority.certificate.toString()).fromFile;
  return { cert: leaf.toString(), key: exportKey(key), authorities };
})();

test('Slack gets blocks in which nothing from outside means anything', async () => {
  const receiver = closeWithTest(await startHttpReceiver(status(200, {}, 'ok')));
  const url = fileWith('slack', `${receiver.url}/services/T0/B0/x\n`);
  assert.deepEqual(await send({ slack: { url } }), { kind: 'delivered' });
  const [request] = receiver.requests;
  assert.equal(request!.path, '/services/T0/B0/x');
  assert.equal(request!.headers['idempotency-key'], message.deduplicationKey);
  const body = JSON.parse(request!.body);
  assert.equal(body.metadata.event_payload.deduplication_key, message.deduplicationKey);
  const [header, output, facts] = body.attachments[0].blocks;
  assert.match(
    header.text.text,
    /^\[HIGH\] Unauthorized process in etcd in kube-system\/etcd-control-1\/etcd on control-1$/,
  );
  assert.equal(
    output.text.text,
    '```Unauthorized process (sh -c "&lt;!channel&gt; ˋidˋ &amp; {{output}}"\n) running in etcd```',
  );
  assert.ok(facts.fields.length <= 10);
});

test('a webhook gets what its template says, and a signature that can be verified', async () => {
  const receiver = closeWithTest(await startHttpReceiver(status(204)));
  await send(
    {
      webhook: {
        url: `${receiver.url}/hook`,
        headers: { Authorization: { fromEnvironment: 'SECRET2' }, 'X-Rule': '{{rule}}\n{{output}}' },
        body: {
          text: 'rule {{rule}}',
          count: '{{count}}',
          output: '{{ output }}',
          list: ['{{namespace}}', 1],
        },
        signingSecret: { fromEnvironment: 'SECRET' },
      },
    },
    { variables: { SECRET, SECRET2: 'Bearer abc' } },
  );
  const [{ headers, body }] = receiver.requests as [(typeof receiver.requests)[number]];
  assert.deepEqual(JSON.parse(body), {
    text: 'rule Unauthorized process in etcd',
    count: 3,
    output: 'Unauthorized process (sh -c "<!channel> `id` & {{output}}"\n) running in etcd',
    list: ['kube-system', 1],
  });
  assert.equal(headers.authorization, 'Bearer abc');
  assert.doesNotMatch(headers['x-rule'] as string, /[\r\n]/);
  const [, seconds, signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(headers['seawall-signature'] as string)!;
  assert.equal(Number(seconds), clock.now() / 1000);
  assert.equal(signature, createHmac('sha256', SECRET).update(`${seconds}.${body}`).digest('hex'));
});

test('a webhook without a template gets the whole notice', async () => {
  const receiver = closeWithTest(await startHttpReceiver(status(200)));
  await send({ webhook: { url: receiver.url } });
  const body = JSON.parse(receiver.requests[0]!.body);
  assert.equal(body.deduplicationKey, message.deduplicationKey);
  assert.equal(body.group.container.name, 'etcd');
});

test('PagerDuty gets trigger, acknowledge and resolve of one incident', async () => {
  const receiver = closeWithTest(await startHttpReceiver(status(202, {}, '{"status":"success"}')));
  const pagerDuty = { routingKey: { fromEnvironment: 'SECRET' }, endpoint: `${receiver.url}/v2/enqueue` };
  await send({ pagerDuty });
  for (const state of ['acknowledged', 'resolved'] as const) {
    const { group } = sampleNotice({ state }) as Extract<OutgoingMessage['notice'], { kind: 'finding' }>;
    const notice = {
      kind: 'decision',
      time: '2026-11-22T10:00:00Z',
      group,
      actor: 'eva',
      comment: null,
    } as const;
    const event = state === 'resolved' ? 'resolve' : 'acknowledge';
    await send({ pagerDuty }, { sent: { ...message, event, notice } });
  }
  const bodies = receiver.requests.map(({ body }) => JSON.parse(body));
  assert.deepEqual(
    bodies.map(({ event_action: action }) => action),
    ['trigger', 'acknowledge', 'resolve'],
  );
  assert.equal(new Set(bodies.map(({ dedup_key: key }) => key)).size, 1);
  assert.ok(bodies[0].dedup_key.length <= 255);
  assert.equal(bodies[0].payload.severity, 'critical');
  assert.equal(bodies[0].payload.component, 'etcd');
  assert.deepEqual(bodies[0].links, [{ href: 'https://runbooks.example/etcd', text: 'Runbook' }]);
  assert.equal(bodies[0].routing_key, SECRET);
});

test('VictorOps gets alert states, with its key in the path', async () => {
  const receiver = closeWithTest(await startHttpReceiver(status(200)));
  const victorOps = {
    apiKey: { fromEnvironment: 'SECRET' },
    routingKey: 'team',
    endpoint: `${receiver.url}/alert`,
  };
  await send({ victorOps });
  await send({ victorOps }, { sent: { ...message, event: 'resolve' } });
  const [first, second] = receiver.requests;
  assert.equal(first!.path, `/alert/${encodeURIComponent(SECRET)}/team`);
  assert.equal(JSON.parse(first!.body).message_type, 'CRITICAL');
  assert.equal(JSON.parse(second!.body).message_type, 'RECOVERY');
  assert.equal(JSON.parse(first!.body).entity_id, JSON.parse(second!.body).entity_id);
});

test('what a status means: later, not before a while, or never', async () => {
  let answer = status(500);
  const receiver = closeWithTest(await startHttpReceiver((request, response) => answer(request, response)));
  const webhook = { url: receiver.url };
  const { host } = new URL(receiver.url);
  assert.deepEqual(await send({ webhook }), { kind: 'retry', error: `${host} answered 500` });
  answer = status(429, { 'retry-after': '17' });
  assert.deepEqual(await send({ webhook }), {
    ...{ kind: 'retry', error: `${host} answered 429`, afterMilliseconds: 17_000 },
  });
  answer = status(503, { 'retry-after': new Date(clock.now() + 60_000).toUTCString() });
  assert.partialDeepStrictEqual(await send({ webhook }), { kind: 'retry', afterMilliseconds: 60_000 });
  answer = status(404, {}, 'no_team');
  assert.deepEqual(await send({ webhook }), { kind: 'rejected', error: `${host} answered 404: no_team` });
  answer = status(302, { location: 'http://127.0.0.1:1/' });
  assert.match(((await send({ webhook })) as { error: string }).error, /302 \(redirections are not followed/);
});

test('no answer, no connection, no name, no secret: all of it may be mended, and is told as what it is', async () => {
  const silent = closeWithTest(await startSilentServer());
  const told = async (spec: object, milliseconds = 5000): Promise<string> => {
    const attempt = await send(spec, { milliseconds });
    assert.equal(attempt.kind, 'retry');
    return (attempt as { error: string }).error;
  };
  const webhook = (url: string) => ({ webhook: { url } });
  assert.match(await told(webhook(`http://127.0.0.1:${silent.port}/`), 100), /did not answer in time/);
  assert.match(await told(webhook(`https://127.0.0.1:${silent.port}/`), 100), /did not answer in time/);
  assert.match(await told(webhook('http://127.0.0.1:1/')), /refused the connection \(ECONNREFUSED\)/);
  assert.match(await told(webhook('http://nowhere.invalid/')), /DNS/);
  const absent = { slack: { url: { fromFile: join(folder, 'absent') } } };
  assert.match(await told(absent), /absent should hold a secret: ENOENT/);
  const email = { host: '127.0.0.1', port: silent.port, from: 'a@example.org', to: ['b@example.org'] };
  assert.match(await told({ email: { ...email, security: 'none' } }, 100), /did not answer in time/);
  assert.match(await told({ email: { ...email, host: 'nowhere.invalid', security: 'none' } }), /DNS/);
});

test('TLS is trusted by the authority that the channel names, and not otherwise', async () => {
  const receiver = closeWithTest(await startHttpReceiver(status(200), identity));
  const webhook = { url: receiver.url };
  const refused = await send({ webhook });
  assert.equal(refused.kind, 'retry');
  assert.match(
    (refused as { error: string }).error,
    /certificate .* not trusted .*name its authority under tls/,
  );
  assert.equal(receiver.requests.length, 0);
  const { authorities } = identity;
  assert.deepEqual(await send({ webhook, tls: { authorities } }), { kind: 'delivered' });
  const other = await send({
    webhook: { url: receiver.url.replace('localhost', '127.0.0.1') },
    tls: { authorities },
  });
  assert.match((other as { error: string }).error, /for another name/);
});

test('a changed secret counts from the next message on', async () => {
  const receiver = closeWithTest(await startHttpReceiver(status(200)));
  const secrets = createSecrets({ environment: {} });
  const headers = { authorization: fileWith('changing', 'first-token\n') };
  const spec = notificationChannelSpec.parse({ webhook: { url: receiver.url, headers } });
  const sendNow = createSend({ name: 'x', spec }, { secrets, clock, environment: {} });
  await sendNow(message, AbortSignal.timeout(5000));
  fileWith('changing', 'second-token\n');
  await sendNow(message, AbortSignal.timeout(5000));
  assert.deepEqual(
    receiver.requests.map(({ headers: got }) => got.authorization),
    ['first-token', 'second-token'],
  );
  assert.equal(secrets.redact('first-token second-token'), '[hidden] [hidden]');
});

test('a receiver that repeats everything brings no secret into an error', async () => {
  const receiver = closeWithTest(
    await startHttpReceiver((request, response) => {
      response.statusCode = 400;
      response.end(`${request.headers.authorization} ${request.path} ${request.body}`);
    }),
  );
  const secret = { fromEnvironment: 'SECRET' };
  const url = fileWith('url', `${receiver.url}/services/T0/B0/verysecretpath`);
  const specs = [
    { slack: { url } },
    { webhook: { url, headers: { authorization: { fromEnvironment: 'TOKEN' } } } },
    { victorOps: { apiKey: secret, routingKey: 'r', endpoint: receiver.url } },
    { pagerDuty: { routingKey: secret, endpoint: receiver.url } },
  ];
  for (const spec of specs) {
    const attempt = await send(spec, { variables: { SECRET, TOKEN: 'Bearer tokentoken' } });
    assert.equal(attempt.kind, 'rejected');
    const { error } = attempt as { error: string };
    assert.match(error, /answered 400: .*\[hidden\]/);
    assert.doesNotMatch(error, /s3cr3t|verysecretpath|tokentoken/);
  }
});

test('email goes over STARTTLS with a password, with keys that stay the same', async () => {
  const seen: (string | undefined)[] = [];
  const server = closeWithTest(
    await startSmtpReceiver({
      ...{ key: identity.key, cert: identity.cert },
      onAuth({ username, password }, session, done) {
        seen.push(`${username} ${password} ${session.secure}`);
        done(null, { user: username });
      },
    }),
  );
  const email = {
    ...{
      host: 'localhost',
      port: server.port,
      from: 'seawall@example.org',
      to: ['b@example.org', 'c@example.org'],
    },
    ...{ user: 'seawall', password: { fromEnvironment: 'SECRET' } },
  };
  const tls = { authorities: identity.authorities };
  assert.deepEqual(await send({ email, tls }), { kind: 'delivered' });
  assert.deepEqual(await send({ email, tls }), { kind: 'delivered' });
  assert.deepEqual(seen, Array(2).fill(`seawall ${SECRET} true`));
  const [{ text, to }, again] = server.messages as [
    (typeof server.messages)[number],
    (typeof server.messages)[number],
  ];
  assert.deepEqual(to, ['b@example.org', 'c@example.org']);
  assert.match(text, /^Message-ID: <0123456789abcdef@example.org>/im);
  assert.match(again.text, /^Message-ID: <0123456789abcdef@example.org>/im);
  assert.match(text, /^Seawall-Deduplication-Key: 0123456789abcdef/im);
  assert.match(text, /^Subject: \[HIGH\] Unauthorized process in etcd/im);
  assert.match(text, /registry\.example\/etcd:3\.5\.12-0/);
  assert.match(text, /&lt;!channel&gt;/);
  const untrusted = await send({ email });
  assert.match((untrusted as { error: string }).error, /certificate/);
});

test('a mail server without STARTTLS gets no message and no password', async () => {
  const server = closeWithTest(
    await startSmtpReceiver({ disabledCommands: ['STARTTLS'], authOptional: true }),
  );
  const email = { host: 'localhost', port: server.port, from: 'a@example.org', to: ['b@example.org'] };
  const user = { user: 'u', password: { fromEnvironment: 'SECRET' } };
  const attempt = await send({ email: { ...email, ...user } });
  assert.equal(attempt.kind, 'retry');
  assert.equal(server.messages.length, 0);
});

test('what a mail server refuses for now is tried again, what it refuses for good is not, and no password is told', async () => {
  let code = 451;
  const server = closeWithTest(
    await startSmtpReceiver({
      ...{ key: identity.key, cert: identity.cert },
      onAuth(auth, _, done) {
        if (code !== 535) return done(null, { user: 'u' });
        const plain = Buffer.from(`\0${auth.username}\0${auth.password}`).toString('base64');
        done(Object.assign(new Error(`no ${auth.password} ${plain}`), { responseCode: 535 }));
      },
      onRcptTo({ address }, _, done) {
        if (address.startsWith('b')) return done(Object.assign(new Error('not now'), { responseCode: code }));
        done();
      },
    }),
  );
  const user = { user: 'u', password: { fromEnvironment: 'SECRET' } };
  const email = { host: 'localhost', port: server.port, from: 'a@example.org', ...user };
  const tls = { authorities: identity.authorities };
  const attempt = (to: string[]) => send({ email: { ...email, to }, tls });
  assert.equal((await attempt(['b@example.org'])).kind, 'retry');
  assert.equal((await attempt(['b@example.org', 'c@example.org'])).kind, 'retry');
  code = 550;
  assert.equal((await attempt(['b@example.org'])).kind, 'rejected');
  code = 535;
  const { kind, error } = (await attempt(['c@example.org'])) as { kind: string; error: string };
  assert.equal(kind, 'rejected');
  assert.match(error, /535 no \[hidden\] \[hidden\]/);
});

test('proxies that the environment names are used unless the channel goes straight, and their password is not told', async () => {
  const receiver = closeWithTest(await startHttpReceiver(status(200)));
  const seen: string[] = [];
  const proxy = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    response.statusCode = 502;
    response.end('no proxypassword for you');
  });
  proxy.on('connect', (request, socket) => {
    seen.push(`${request.method} ${request.url}`);
    socket.end('HTTP/1.1 407 no\r\n\r\n');
  });
  const port = await listenWithTest(proxy);
  const variables = {
    HTTP_PROXY: `http://user:proxypassword@127.0.0.1:${port}`,
    HTTPS_PROXY: `http://user:proxypassword@127.0.0.1:${port}`,
  };
  for (const url of ['http://example.invalid/x', 'https://example.invalid/x']) {
    const attempt = await send({ webhook: { url } }, { variables });
    assert.equal(attempt.kind, 'retry');
    assert.doesNotMatch((attempt as { error: string }).error, /proxypassword/);
  }
  assert.deepEqual(seen, ['POST http://example.invalid/x', 'CONNECT example.invalid:443']);
  assert.equal(
    (await send({ webhook: { url: receiver.url }, proxy: 'none' }, { variables })).kind,
    'delivered',
  );
  const withException = { ...variables, NO_PROXY: '127.0.0.1' };
  assert.equal(
    (await send({ webhook: { url: receiver.url } }, { variables: withException })).kind,
    'delivered',
  );
});
