import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startListening } from './listen.ts';

/** More than are kept. */
const MANY = 100;

async function connections(address: string, greeting = ''): Promise<readonly Socket[]> {
  const [host, port] = address.split(':') as [string, string];
  const sockets: Socket[] = [];
  for (let count = 0; count < MANY; count += 1) {
    const socket = connect(Number(port), host).on('error', () => undefined);
    socket.write(greeting);
    sockets.push(socket);
    await sleep(1);
  }
  return sockets;
}

test('whoever opens many connections and says nothing, or not all, keeps nobody out', async () => {
  const server = await startListening(
    createServer((_, response) => response.end('fine')),
    '127.0.0.1:0',
  );
  for (const greeting of ['', 'GET / HTTP/1.1\r\nhost: x\r\n', 'GET / HTTP/1.1\r\nhost: x\r\n\r\n']) {
    const sockets = await connections(server.address, greeting);
    const answer = await fetch(`http://${server.address}/`, { signal: AbortSignal.timeout(3000) });
    assert.equal(await answer.text(), 'fine');
    for (const socket of sockets) socket.destroy();
  }
  await server.close();
});

test('a request that is being answered keeps its connection', async () => {
  const waiting: (() => void)[] = [];
  const server = await startListening(
    createServer((_, response) => void waiting.push(() => response.end('late'))),
    '127.0.0.1:0',
  );
  const answer = fetch(`http://${server.address}/`);
  while (waiting.length === 0) await sleep(1);
  const sockets = await connections(server.address);
  waiting[0]!();
  assert.equal(await (await answer).text(), 'late');
  for (const socket of sockets) socket.destroy();
  await server.close();
});
