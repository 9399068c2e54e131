import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createRuntimes } from './runtimes.ts';

test('whoever asks a runtime does so over one connection, and nobody ends it for the others', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'seawall-runtimes-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const address = { kind: 'containerd', socket: join(folder, 'containerd.sock') } as const;
  let connections = 0;
  // It refuses every call, as a containerd without that service does.
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/grpc', 'grpc-status': '12' }).end();
  });
  server.on('session', () => (connections += 1));
  server.listen(address.socket);
  await once(server, 'listening');
  context.after(() => server.close());
  const runtimes = createRuntimes([address]);
  context.after(runtimes.close);
  const one = runtimes.open(address);
  const other = runtimes.open(address);
  await assert.rejects(one.version());
  one.close();
  await assert.rejects(other.version());
  assert.equal(await runtimes.runtimeOf('abc'), undefined);
  assert.equal(connections, 1);
});
