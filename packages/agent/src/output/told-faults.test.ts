import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '@seawall/base/testing';
import { alertOf, open } from './testing.ts';

const folder = mkdtempSync(join(tmpdir(), 'seawall-told-faults-'));
after(() => rmSync(folder, { recursive: true }));

test('a receiver that hangs up is told with its address, nothing secret of the URL, and what becomes of the alert', async () => {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-length': '100' });
    response.write('half');
    setTimeout(() => request.socket.destroy(), 20);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/services/s3cret?token=s3cret`;
  const { outputs, reports } = open({ http_output: { url } });
  outputs.write(alertOf(1));
  await until(() => reports.length > 0);
  await outputs.close(0);
  server.closeAllConnections();
  server.close();
  assert.deepEqual(
    reports.map(({ detail }) => detail),
    [
      `http://127.0.0.1:${port}: the connection was closed before there was an answer (ECONNRESET): look into the receiver’s log; alerts wait, and it is tried again`,
      'an alert was not written by the end: the store has what they are about',
    ],
  );
});

test('the end while an alert is under way is told as that, not as a fault of the receiver', async () => {
  const server = createServer((request) => void request.resume());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const { outputs, reports } = open({ http_output: { url: `http://127.0.0.1:${port}/` } });
  for (let number = 0; number < 2; number++) outputs.write(alertOf(number));
  await sleep(50);
  await outputs.close(50);
  server.closeAllConnections();
  server.close();
  assert.deepEqual(
    reports.map(({ detail }) => detail),
    ['2 alerts were not written by the end: the store has what they are about'],
  );
  assert.equal(outputs.statistics().get('http')?.failed, 2);
});

test('files, sockets and programs that take nothing are named, with what to do', async () => {
  const none = join(folder, 'none', 'a.txt');
  const { outputs, reports } = open({
    file_output: { filename: none },
    syslog_output: { address: 'tcp://127.0.0.1:1' },
    program_output: { program: 'exit 7', keep_alive: true },
    http_output: { url: 'https://127.0.0.1:1/' },
  });
  const detailOf = (name: string) => reports.find(({ output }) => output === name)?.detail;
  // The program's pipe takes what is written before it has ended.
  await until(() => {
    outputs.write(alertOf(1));
    return ['file', 'syslog', 'program', 'http'].every((name) => detailOf(name) !== undefined);
  });
  await outputs.close(0);
  const again = '; alerts wait, and it is tried again';
  const refused = 'nothing listens there (ECONNREFUSED): start the receiver, or correct the address';
  const start = (text: string | undefined): string => (text ?? '').replace(/ \(\d+ alerts\)$/, '');
  assert.equal(
    start(detailOf('file')),
    `${none} can not be written: there is no folder ${join(folder, 'none')}: make it (ENOENT)${again}`,
  );
  assert.equal(start(detailOf('syslog')), `tcp://127.0.0.1:1: ${refused}${again}`);
  assert.equal(start(detailOf('http')), `https://127.0.0.1:1: ${refused}${again}`);
  assert.match(
    start(detailOf('program')),
    /^the program of program_output takes no alerts: .*; try it by hand; alerts wait/,
  );
});
