import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { isSeawallError } from '@seawall/base';
import type { DaemonStatus } from '../daemon/status.ts';
import { createMetrics } from './metrics.ts';
import { createStatusServer } from './status-server.ts';

const status = { hotLoop: { state: 'failed' } } as DaemonStatus;
const server = await createStatusServer({
  listen: '127.0.0.1:0',
  metrics: createMetrics(),
  status: async () => status,
});
after(() => server.close());

/** The first line of the answer to a request whose target is written as it is. */
async function ask(method: string, target: string, headers = 'host: localhost'): Promise<string> {
  const socket = connect(Number(server.address.split(':')[1]), '127.0.0.1');
  await once(socket, 'connect');
  socket.write(`${method} ${target} HTTP/1.1\r\n${headers}\r\nconnection: close\r\n\r\n`);
  return (await text(socket)).split('\r\n')[0];
}

test('targets that are no URL are answered like others that are not there', async () => {
  for (const target of ['//', '//[', '/nowhere', 'http://:x/']) {
    assert.equal(await ask('GET', target), 'HTTP/1.1 404 Not Found', target);
  }
});

test('an agent whose hot loop has failed is not healthy', async () => {
  assert.equal(await ask('GET', '/healthz?verbose'), 'HTTP/1.1 503 Service Unavailable');
});

test('only GET and HEAD are answered', async () => {
  assert.equal(await ask('POST', '/healthz'), 'HTTP/1.1 405 Method Not Allowed');
  assert.equal(await ask('HEAD', '/healthz'), 'HTTP/1.1 503 Service Unavailable');
});

test('a web page is not answered, neither by a name that it had lead here nor as itself', async () => {
  for (const path of ['/healthz', '/readyz', '/metrics', '/nowhere']) {
    assert.equal(await ask('GET', path, 'host: evil.example:9764'), 'HTTP/1.1 421 Misdirected Request', path);
    const origin = 'host: 127.0.0.1\r\norigin: http://evil.example';
    assert.equal(await ask('GET', path, origin), 'HTTP/1.1 403 Forbidden', path);
  }
  assert.equal(await ask('GET', '/healthz', `host: ${server.address}`), 'HTTP/1.1 503 Service Unavailable');
});

test('an address that is taken is told', async () => {
  const again = { listen: server.address, metrics: createMetrics(), status: async () => status };
  await assert.rejects(createStatusServer(again), (error) => isSeawallError(error, 'agent/LISTEN_FAILED'));
});
