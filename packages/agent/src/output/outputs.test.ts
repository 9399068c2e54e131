import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import { killWithTest, listenWithTest, until } from '@seawall/base/testing';
import { createAuthority, exportKey, generateKey, issueLeaf } from '@seawall/pki';
import { parse } from 'yaml';
import { sumOf } from '../ledger/rank.ts';
import { outputsConfig } from './configuration.ts';
import type { OutputReport } from './queue.ts';
import { alertOf, LONG, lineOf, open } from './testing.ts';

const folder = mkdtempSync(join(tmpdir(), 'seawall-outputs-'));
after(() => rmSync(folder, { recursive: true }));

test('docs/outputs.md names every setting, and its example is one', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../../docs/outputs.md'), 'utf8');
  const [, example] = /^```yaml\n(.*?)^```/ms.exec(page)!;
  assert.ok(outputsConfig.safeParse((parse(example!) as { outputs: unknown }).outputs).success);
  const { shape } = outputsConfig;
  // Names that begin alike are shortened there.
  for (const name of Object.keys(shape)) assert.ok(page.includes(name.replace(/^json_include/, '')), name);
  for (const output of ['file_output', 'syslog_output', 'program_output', 'http_output'] as const) {
    for (const name of Object.keys(shape[output].unwrap().shape)) {
      assert.ok(page.includes(`\`${name}\``) || name === 'enabled', name);
    }
  }
});

test('standard output and a file get each alert on a line of Falco’s JSON', async () => {
  let written = '';
  const stdout = new Writable({
    write(chunk, _, done) {
      written += chunk;
      done();
    },
  });
  const filename = join(folder, 'events.txt');
  const { outputs } = open({ stdout_output: {}, file_output: { filename } }, stdout);
  outputs.write(alertOf(1));
  outputs.write(alertOf(2));
  await outputs.close(LONG);
  assert.equal(written, `${lineOf(1)}\n${lineOf(2)}\n`);
  assert.equal(readFileSync(filename, 'utf8'), written);
  assert.equal(outputs.statistics().get('file')?.written, 2);
});

test('a file that is kept open follows its name again after reopening', async () => {
  const filename = join(folder, 'kept.txt');
  const { outputs } = open({ file_output: { filename, keep_alive: true } });
  outputs.write(alertOf(1));
  await outputs.flush(LONG);
  renameSync(filename, `${filename}.1`);
  outputs.write(alertOf(2));
  await outputs.flush(LONG);
  await outputs.reopen();
  outputs.write(alertOf(3));
  await outputs.close(LONG);
  assert.equal(readFileSync(`${filename}.1`, 'utf8'), `${lineOf(1)}\n${lineOf(2)}\n`);
  assert.equal(readFileSync(filename, 'utf8'), `${lineOf(3)}\n`);
});

test('a broken output is told once, holds up no other, and catches up when it works again', async () => {
  const good = join(folder, 'good.txt');
  const missing = join(folder, 'not', 'there.txt');
  const { outputs, reports } = open({
    file_output: { filename: missing },
    program_output: { program: `cat >> ${good}`, keep_alive: true },
  });
  for (let number = 0; number < 10; number++) outputs.write(alertOf(number));
  await until(() => outputs.statistics().get('program')?.written === 10);
  await until(() => reports.length > 0);
  await sleep(60);
  assert.deepEqual(
    reports.map(({ output, kind }) => [output, kind]),
    [['file', 'failed']],
  );
  const failing = () => [...outputs.statistics()].map(([name, { isFailing }]) => [name, isFailing]);
  assert.deepEqual(failing(), [
    ['file', true],
    ['program', false],
  ]);
  spawnSync('mkdir', [join(folder, 'not')]);
  await outputs.close(LONG);
  assert.equal(outputs.statistics().get('file')?.isFailing, false);
  assert.equal(readFileSync(missing, 'utf8').split('\n').length, 11);
  assert.equal(reports.at(-1)?.kind, 'recovered');
  await until(() => readFileSync(good, 'utf8').split('\n').length === 11);
});

test('an output that fails and recovers all the time says so once a minute', async () => {
  let requests = 0;
  const server = createServer((request, response) => {
    request.resume();
    requests += 1;
    response.statusCode = requests % 2 === 1 ? 503 : 200;
    response.end();
  });
  const port = await listenWithTest(server);
  const { outputs, reports } = open({ http_output: { url: `http://127.0.0.1:${port}/` } });
  for (let number = 0; number < 5; number++) outputs.write(alertOf(number));
  await until(() => outputs.statistics().get('http')?.written === 5);
  await outputs.close(LONG);
  assert.deepEqual(
    reports.map(({ kind }) => kind),
    ['failed', 'recovered'],
  );
});

test('a redirection over HTTP is no delivery: it is not followed, and told', async () => {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();
  });
  const port = await listenWithTest(server);
  const { outputs, reports } = open({ http_output: { url: `http://127.0.0.1:${port}/` } });
  outputs.write(alertOf(1));
  await outputs.close(LONG);
  const { written, failed } = outputs.statistics().get('http')!;
  assert.deepEqual({ written, failed }, { written: 0, failed: 1 });
  assert.match(
    reports[0]!.detail,
    /http:\/\/127\.0\.0\.1:\d+ answered 302 \(redirections are not followed: write the URL it leads to\)/,
  );
});

test('what doesn’t fit the queue is counted and said', async () => {
  const { outputs, reports } = open({
    file_output: { filename: join(folder, 'no', 'where.txt') },
    outputs_queue: { capacity: 5 },
  });
  for (let number = 0; number < 12; number++) outputs.write(alertOf(number));
  const statistics = outputs.statistics().get('file')!;
  const shed = sumOf(statistics.shed);
  assert.equal(shed + statistics.waiting, 12);
  assert.ok(shed >= 6);
  assert.match(reports.find(({ kind }) => kind === 'shed')!.detail, /more than 5/);
  await outputs.close(50);
  assert.equal(outputs.statistics().get('file')?.failed, 12 - shed);
});

test('a crowd of what is less urgent pushes nothing urgent out of the queue', async () => {
  const path = join(folder, 'later', 'crowd.txt');
  const { outputs, reports } = open({ file_output: { filename: path }, outputs_queue: { capacity: 5 } });
  for (let number = 0; number < 20; number++) outputs.write(alertOf(number));
  outputs.write({ ...alertOf(20), priority: 'Critical' });
  for (let number = 21; number < 40; number++) outputs.write(alertOf(number));
  const { shed, waiting } = outputs.statistics().get('file')!;
  assert.deepEqual([shed[2], sumOf(shed) + waiting], [0, 40]);
  assert.match(reports.find(({ kind }) => kind === 'shed')!.detail, /left out: 1 Notice$/);
  mkdirSync(join(folder, 'later'));
  await outputs.close(5000);
  assert.match(readFileSync(path, 'utf8'), /"priority":"Critical"/);
});

test('a program is started for each alert, or once and again when it ends', async () => {
  const each = join(folder, 'each.txt');
  const { outputs } = open({ program_output: { program: `(echo start; cat) >> ${each}` } });
  outputs.write(alertOf(1));
  outputs.write(alertOf(2));
  await outputs.close(LONG);
  assert.equal(readFileSync(each, 'utf8'), `start\n${lineOf(1)}\nstart\n${lineOf(2)}\n`);

  const kept = join(folder, 'again.txt');
  const pid = join(folder, 'again.pid');
  const program = `[ -e ${pid} ] || echo $$ > ${pid}; head -n 1 >> ${kept}`;
  const once = open({ program_output: { program, keep_alive: true } });
  once.outputs.write(alertOf(1));
  await until(() => existsSync(kept) && readFileSync(kept, 'utf8') !== '');
  // What is written before its end is lost with its pipe.
  await until(() => !existsSync(`/proc/${readFileSync(pid, 'utf8').trim()}`));
  once.outputs.write(alertOf(2));
  await until(() => readFileSync(kept, 'utf8') === `${lineOf(1)}\n${lineOf(2)}\n`);
  await once.outputs.close(LONG);
});

test('a program that never ends does not keep the agent from ending', async () => {
  const begun = join(folder, 'begun.txt');
  const { outputs } = open({ program_output: { program: `: > ${begun}; sleep 1000` } });
  outputs.write(alertOf(1));
  await until(() => existsSync(begun));
  const started = performance.now();
  await outputs.close(100);
  assert.ok(performance.now() - started < 60_000);
});

test('HTTP posts each alert as Falco does, again after the connection was lost', async () => {
  const got: { body: string; agent: string | undefined; type: string | undefined }[] = [];
  let failures = 2;
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    if (failures-- > 0) {
      request.socket.destroy();
      return;
    }
    got.push({ body, agent: request.headers['user-agent'], type: request.headers['content-type'] });
    response.end('thanks');
  });
  const port = await listenWithTest(server);
  let echoed = '';
  const stdout = new Writable({
    write(chunk, _, done) {
      echoed += chunk;
      done();
    },
  });
  const http = { url: `http://127.0.0.1:${port}/`, echo: true };
  const { outputs, reports } = open({ http_output: http }, stdout);
  for (let number = 0; number < 3; number++) outputs.write(alertOf(number));
  await outputs.close(LONG);
  assert.deepEqual(
    got.map(({ body }) => body),
    [lineOf(0), lineOf(1), lineOf(2)],
  );
  assert.deepEqual(got[0], { body: lineOf(0), agent: 'falcosecurity/falco', type: 'application/json' });
  assert.equal(echoed, 'thanksthanksthanks');
  assert.equal(reports.at(-1)?.kind, 'recovered');
});

test('a time-out over HTTP is tried again as often as allowed, a refusal not', async () => {
  const statuses: (number | 'hang')[] = ['hang', 'hang', 'hang', 413, 200];
  const seen: (number | 'hang')[] = [];
  const server = createServer((request, response) => {
    request.resume();
    const status = statuses.shift()!;
    seen.push(status);
    if (status === 'hang') return;
    response.statusCode = status;
    response.end();
  });
  const port = await listenWithTest(server);
  const { outputs, reports } = open({
    http_output: { url: `http://127.0.0.1:${port}/`, max_consecutive_timeouts: 2 },
    // An answer that a busy machine gives late must not count as one that does not come.
    output_timeout: 1000,
  });
  for (let number = 0; number < 3; number++) outputs.write(alertOf(number));
  await until(() => seen.length === 5);
  await outputs.close(LONG);
  const { written, failed } = outputs.statistics().get('http')!;
  assert.deepEqual({ written, failed }, { written: 1, failed: 2 });
  assert.match(reports.find(({ kind }) => kind === 'failed')!.detail, /within 1000 ms, 3 times/);
});

test('HTTPS trusts the authority it is told, shows a client certificate, and looks at nothing when told so', async () => {
  const order = { algorithm: 'p256', lifetimeDays: 2, now: Date.now() } as const;
  const authority = await createAuthority({ ...order, commonName: 'Outputs' });
  const issue = async (name: string, usage: 'serverAuth' | 'clientAuth') => {
    const key = await generateKey('p256');
    const contents = { commonName: name, usages: [usage], names: [name], key } as const;
    const files = { cert: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) };
    writeFileSync(files.cert, (await issueLeaf(authority, { ...order, ...contents })).toString());
    writeFileSync(files.key, exportKey(key));
    return files;
  };
  const [server, client] = [await issue('localhost', 'serverAuth'), await issue('client', 'clientAuth')];
  const ca = join(folder, 'ca.crt');
  writeFileSync(ca, authority.certificate.toString());
  const seen: boolean[] = [];
  const receiver = createSecureServer(
    {
      ...{ cert: readFileSync(server.cert), key: readFileSync(server.key), ca: readFileSync(ca) },
      ...{ requestCert: true, rejectUnauthorized: false },
    },
    (request, response) => {
      seen.push((request.socket as TLSSocket).authorized);
      request.resume();
      response.end();
    },
  );
  const url = `https://localhost:${await listenWithTest(receiver)}/`;
  const post = async (settings: object): Promise<OutputReport[]> => {
    const { outputs, reports } = open({ http_output: { url, ...settings } });
    outputs.write(alertOf(1));
    await outputs.close(LONG);
    return reports;
  };
  const refused = open({ http_output: { url } });
  refused.outputs.write(alertOf(1));
  await until(() => refused.reports.length > 0);
  await refused.outputs.close(0);
  assert.match(refused.reports[0]!.detail, /certificate/);
  assert.deepEqual(seen, []);
  assert.deepEqual(await post({ ca_cert: ca }), []);
  assert.deepEqual(await post({ insecure: true }), []);
  const mtls = { mtls: true, client_cert: client.cert, client_key: client.key };
  assert.deepEqual(await post({ ca_bundle: ca, ...mtls }), []);
  assert.deepEqual(seen, [false, false, true]);
  assert.throws(() => open({ http_output: { url, ca_cert: join(folder, 'no.crt') } }), /no\.crt/);
});

test('syslog over UDP and TCP has facility, priority, time, host and tag', async () => {
  const header = /^<165>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S+ seawall\[\d+\]: (.*)$/s;
  const udp = createSocket('udp4');
  after(() => udp.close());
  const datagrams: string[] = [];
  udp.on('message', (message) => datagrams.push(message.toString()));
  await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve));
  let stream = '';
  const tcp = createTcpServer((socket) => {
    socket.setEncoding('utf8').on('data', (text: string) => {
      stream += text;
    });
  });
  const ports = [`udp://127.0.0.1:${udp.address().port}`, `tcp://127.0.0.1:${await listenWithTest(tcp)}`];
  for (const address of ports) {
    const { outputs } = open({ syslog_output: { address, facility: 'local4' } });
    outputs.write(alertOf(1));
    outputs.write(alertOf(2));
    await outputs.close(LONG);
  }
  await until(() => datagrams.length === 2 && stream.split('\n').length === 3);
  assert.equal(header.exec(datagrams[0]!)?.[1], lineOf(1));
  assert.equal(header.exec(stream.split('\n')[1]!)?.[1], lineOf(2));
});

const logger = spawnSync('logger', ['--version'], { encoding: 'utf8' });
const python = spawnSync('python3', ['--version']);
const canReceive = logger.stdout?.includes('util-linux') && python.status === 0;

test('the log’s socket of this machine gets a datagram per alert', {
  skip: canReceive ? false : 'needs logger of util-linux, and python3 to receive datagrams',
}, async () => {
  const path = join(folder, 'log');
  const result = join(folder, 'log.txt');
  const script = join(folder, 'receive.py');
  writeFileSync(
    script,
    `import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
s.bind(sys.argv[1])
s.settimeout(20)
with open(sys.argv[2] + '.tmp', 'wb') as f:
    for _ in range(2):
        data, [(_, _, sender)], _, _ = s.recvmsg(65536, 1024)
        f.write(data + b' uid=%d\\n' % int.from_bytes(sender[4:8], 'little'))
import os
os.rename(sys.argv[2] + '.tmp', sys.argv[2])
`,
  );
  killWithTest(spawn('python3', [script, path, result]));
  await until(() => existsSync(path));
  const { outputs } = open({ syslog_output: { address: path } });
  outputs.write(alertOf(1));
  outputs.write(alertOf(2));
  await outputs.flush(LONG);
  await until(() => existsSync(result));
  await outputs.close(LONG);
  const [first, second] = readFileSync(result, 'utf8').split('\n');
  const start = new RegExp(
    String.raw`^<13>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d seawall\[${process.pid}\]: \{`,
  );
  assert.match(first!, start);
  // Whom a log takes for the sender: to say that it is another takes rights that the agent has given up.
  const sender = ` uid=${process.getuid?.()}`;
  assert.ok(first!.endsWith(lineOf(1) + sender) && second!.endsWith(lineOf(2) + sender));
});

test('what the log’s socket refuses counts as written only when it took it', {
  skip: canReceive ? false : 'needs logger of util-linux, and python3 to receive datagrams',
}, async () => {
  const path = join(folder, 'restarted');
  const script = `import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print('listening', flush=True)
while True: print(s.recv(65536).decode(), flush=True)
`;
  const receive = () => {
    const receiver = killWithTest(
      spawn('python3', ['-c', script, path], { stdio: ['ignore', 'pipe', 'inherit'] }),
    );
    let heard = '';
    receiver.stdout.setEncoding('utf8').on('data', (text: string) => {
      heard += text;
    });
    return { receiver, heard: () => heard };
  };
  const before = receive();
  await until(() => before.heard().includes('listening'));
  const { outputs, reports } = open({ syslog_output: { address: path } });
  outputs.write(alertOf(1));
  await until(() => before.heard().includes(lineOf(1)));
  // As a log does that is restarted: its socket stays, and nobody listens.
  before.receiver.kill();
  await once(before.receiver, 'exit');
  outputs.write(alertOf(2));
  outputs.write(alertOf(3));
  await until(() => reports.some(({ kind }) => kind === 'failed'));
  assert.equal(outputs.statistics().get('syslog')?.written, 1);
  rmSync(path);
  const { heard } = receive();
  await until(() => heard().includes(lineOf(2)) && heard().includes(lineOf(3)));
  await outputs.close(LONG);
  assert.equal(outputs.statistics().get('syslog')?.written, 3);
  assert.deepEqual(
    reports.map(({ kind }) => kind),
    ['failed', 'recovered'],
  );
});
