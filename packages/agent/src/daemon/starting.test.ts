import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { nextTurn } from '@seawall/base';
import { listenWithTest } from '@seawall/base/testing';
import { readConfiguration } from '../configuration/read-configuration.ts';
import { startAgent } from './agent.ts';
import type { AgentOptions } from './options.ts';

const example = join(import.meta.dirname, '../../../../examples/control-plane');
const root = mkdtempSync(join(tmpdir(), 'seawall-starting-'));
after(() => rmSync(root, { recursive: true, force: true }));

writeFileSync(
  join(root, 'rules.yaml'),
  '- { rule: Shell, desc: d, condition: evt.type = execve and proc.name = sh, output: o, priority: INFO }\n',
);

function settings(lines: readonly string[]): string {
  const path = join(root, 'seawall.yaml');
  const common = [
    'rules: [rules.yaml]',
    'store: { path: store/store.db }',
    'captures: { directory: store/captures }',
    "http: { listen: '127.0.0.1:0' }",
    "audit: { listen: '127.0.0.1:0' }",
    `source: { capture: '${join(example, 'attack.scap.gz')}' }`,
  ];
  writeFileSync(path, [...common, ...lines].join('\n'));
  return path;
}

function optionsOf(path: string, signal: AbortSignal, logged: string[]): AgentOptions {
  return {
    configuration: readConfiguration(path),
    environment: {},
    signal,
    log: (level, message) => logged.push(`${level} ${message}`),
  };
}

test('told to end at any moment of its start, an agent puts away what it has set up', async () => {
  const path = settings([]);
  let isThrough = false;
  let stopped = 0;
  for (let moment = 0; !isThrough; moment += 1) {
    const controller = new AbortController();
    const logged: string[] = [];
    const start = startAgent(optionsOf(path, controller.signal, logged));
    let hasStarted = false;
    const ended = start.then(
      (agent) => {
        hasStarted = true;
        return agent.stop();
      },
      (error: unknown) => {
        stopped += 1;
        assert.equal(error, controller.signal.reason);
      },
    );
    for (let turn = 0; turn < moment; turn += 1) await nextTurn();
    isThrough = hasStarted;
    controller.abort();
    await ended;
    const left = existsSync(join(root, 'store')) ? readdirSync(join(root, 'store')) : [];
    assert.deepEqual(
      left.filter((name) => /lock|-wal|-shm/.test(name)),
      [],
      `moment ${moment}`,
    );
    assert.deepEqual(
      logged.filter((line) => !line.startsWith('info')),
      [],
    );
  }
  assert.ok(stopped > 3, `${stopped}`);
});

test('an API server that does not answer keeps no agent from ending', async () => {
  const server = createServer();
  const connected = Promise.withResolvers<void>();
  server.on('connection', () => connected.resolve());
  const port = await listenWithTest(server);
  const kubeconfig = join(root, 'kubeconfig');
  const cluster = { server: `http://127.0.0.1:${port}` };
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'c' },
      clusters: [{ name: 'c', cluster }],
      users: [{ name: 'c', user: {} }],
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'c' } }],
    }),
  );
  const path = settings([`kubernetes: { kubeconfig: '${kubeconfig}', policies: true }`]);
  const controller = new AbortController();
  const start = startAgent(optionsOf(path, controller.signal, []));
  await connected.promise;
  const begun = performance.now();
  controller.abort();
  await assert.rejects(start, (error) => error === controller.signal.reason);
  assert.ok(performance.now() - begun < 2500);
});
