import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '@seawall/base/testing';
import { alertOf, LONG, lineOf, open } from './testing.ts';

const folder = mkdtempSync(join(tmpdir(), 'seawall-stuck-'));
after(() => rmSync(folder, { recursive: true }));

/** More than a pipe or a socket holds. */
const CROWD = 30_000;

function pipeNamed(name: string): string {
  const path = join(folder, name);
  assert.equal(spawnSync('mkfifo', [path]).status, 0);
  return path;
}

async function closedWithin(outputs: { close(milliseconds: number): Promise<void> }): Promise<string> {
  const closed = outputs.close(50).then(() => 'closed');
  return Promise.race([closed, sleep(10_000, 'still closing', { ref: false })]);
}

test('a named pipe that nobody reads holds no thread of the agent: it is told, and tried again until somebody does', async () => {
  const filename = pipeNamed('unread');
  const { outputs, reports } = open({ file_output: { filename, keep_alive: true } });
  outputs.write(alertOf(1));
  await until(() => reports.length > 0);
  assert.match(
    reports[0]!.detail,
    /unread can not be written: nobody reads from it: start what does \(ENXIO\)/,
  );
  const reader = spawn('cat', [filename]);
  const read = text(reader.stdout);
  await until(() => outputs.statistics().get('file')!.written > 0);
  await outputs.close(LONG);
  assert.equal(await read, `${lineOf(1)}\n`);
});

test('a slow reader of a named pipe gets every line once', async () => {
  const filename = pipeNamed('slow');
  const reader = spawn('sh', ['-c', 'exec <"$0"; sleep 0.5; exec cat', filename]);
  const read = text(reader.stdout);
  const { outputs } = open({
    file_output: { filename, keep_alive: true },
    outputs_queue: { capacity: CROWD },
  });
  for (let number = 0; number < 2000; number++) outputs.write(alertOf(number));
  await outputs.close(LONG);
  assert.equal(outputs.statistics().get('file')!.written, 2000);
  assert.equal(await read, Array.from({ length: 2000 }, (_, number) => `${lineOf(number)}\n`).join(''));
});

test('no output that is stuck holds up the end, and what it has not taken is told', async (context) => {
  const filename = pipeNamed('held');
  openSync(filename, constants.O_RDWR);
  const connections: Socket[] = [];
  const server = createServer((socket) => {
    connections.push(socket.pause());
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  context.after(() => {
    for (const connection of connections) connection.destroy();
    server.close();
  });
  const cases: Record<string, object> = {
    stdout: { stdout_output: {} },
    file: { file_output: { filename, keep_alive: true } },
    syslog: { syslog_output: { address: `tcp://127.0.0.1:${port}` } },
    program: { program_output: { program: 'exec sleep 1000', keep_alive: true } },
    http: { http_output: { url: `http://127.0.0.1:${port}/` } },
  };
  for (const [name, config] of Object.entries(cases)) {
    const { outputs, reports } = open(
      { ...config, outputs_queue: { capacity: CROWD } },
      new Writable({ write: () => undefined }),
    );
    for (let number = 0; number < CROWD; number++) outputs.write(alertOf(number));
    await sleep(200);
    assert.equal(await closedWithin(outputs), 'closed', name);
    assert.match(reports.at(-1)!.detail, /alerts were not written by the end/, name);
  }
});
