import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { readCapture } from '@seawall/events';
import { probeSupport } from '@seawall/probe';

const root = join(import.meta.dirname, '../../../..');
const example = join(root, 'examples/control-plane');
const seawall = [
  process.execPath,
  '--conditions=seawall-source',
  '--disable-warning=ExperimentalWarning',
  join(import.meta.dirname, '../main.ts'),
].join(' ');
const folder = mkdtempSync(join(tmpdir(), 'seawall-pipe-'));
after(() => rmSync(folder, { recursive: true }));

interface Ended {
  /** Of the last command of the line that failed. */
  readonly code: number | null;
  readonly errors: string;
}

/** Runs a line of the shell, whose pipes are real ones. */
async function shell(line: string): Promise<Ended> {
  const child = spawn('bash', ['-o', 'pipefail', '-c', line], { stdio: ['ignore', 'ignore', 'pipe'] });
  const [errors, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  return { code: code as number | null, errors };
}

function agent(name: string, rules = join(root, 'rules')): string {
  const configuration = {
    rules: [rules],
    source: {
      capture: join(example, 'attack.scap.gz'),
      containers: join(example, 'attack.containers.json.gz'),
    },
    store: { path: join(folder, `${name}.db`) },
    captures: { directory: join(folder, `${name}-captures`) },
    http: { listen: '127.0.0.1:0' },
    outputs: { stdout_output: {} },
  };
  const path = join(folder, `${name}.yaml`);
  writeFileSync(path, JSON.stringify(configuration));
  return `${seawall} agent --config ${path}`;
}

test('an agent whose standard output nobody reads goes on, and says that this output fails', async () => {
  const [read, unread] = await Promise.all([
    shell(`${agent('read')} | cat`),
    shell(`${agent('unread')} | :`),
  ]);
  const stored = ({ errors }: Ended) => /(\d+) findings stored/.exec(errors)?.[1];
  assert.equal(unread.code, 0, unread.errors);
  assert.ok(Number(stored(read)) > 10, read.errors);
  assert.equal(stored(unread), stored(read));
  assert.match(unread.errors, /output stdout: .*nobody reads it any more/);
  assert.doesNotMatch(read.errors, /output stdout/);
});

test('an agent whose log nobody reads goes on', async () => {
  const { code } = await shell(`${agent('mute')} 2>&1 >/dev/null | :`);
  assert.equal(code, 0);
});

test('an agent ends though whoever reads its standard output has stopped reading', async () => {
  const rules = join(folder, 'talkative.yaml');
  const rule = { rule: 'Any', desc: 'd', condition: 'evt.type = openat', output: 'x', priority: 'INFO' };
  writeFileSync(rules, JSON.stringify([rule]));
  const [command = '', ...words] = agent('stalled', rules).split(' ');
  const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.pause();
  const errors = text(child.stderr);
  const [code] = await Promise.race([once(child, 'exit'), sleep(100_000, ['still there'], { ref: false })]);
  child.kill('SIGKILL');
  child.stdout.destroy();
  assert.equal(code, 0, await errors);
  assert.match(await errors, /output stdout: [\d,]+ alerts were not written by the end/);
});

test('other commands end quietly when nobody reads them any more, as SIGPIPE would end them', async () => {
  assert.deepEqual(await shell(`${seawall} rules fields | :`), { code: 141, errors: '' });
});

test('a full disk under standard output is told, and ends a command with the code of failures', async () => {
  const { code, errors } = await shell(`${seawall} rules fields >/dev/full`);
  assert.equal(code, 3);
  assert.equal(
    errors,
    'seawall: cannot write standard output: no space is left on the device [cli/FILE_UNWRITABLE]\n',
  );
  assert.deepEqual(await shell(`${seawall} rules fields >/dev/full 2>/dev/full`), { code: 3, errors: '' });
});

const { isSupported, reason: obstacle } = { reason: '', ...probeSupport() };

test('what is recorded while nobody reads the alerts any more is whole', {
  skip: isSupported ? false : obstacle,
}, async () => {
  const rule = {
    ...{ rule: 'Any program', desc: 'd', condition: 'evt.type = execve', output: '%proc.cmdline' },
    priority: 'INFO',
  };
  const rules = join(folder, 'noisy.yaml');
  writeFileSync(rules, JSON.stringify([rule]));
  const recording = join(folder, 'noisy.scap.gz');
  const programs = spawn('bash', ['-c', 'while :; do /bin/true; sleep 0.1; done'], { stdio: 'ignore' });
  try {
    const { code, errors } = await shell(
      `${seawall} watch --rules ${rules} --runtime none --record ${recording} --seconds 60 | head -n 1`,
    );
    assert.equal(code, 141, errors);
    assert.match(errors, /events: [\d,]+ seen/);
  } finally {
    programs.kill();
  }
  let events = 0;
  for await (const section of readCapture(recording, { name: recording })) {
    if (section.kind === 'events') events += section.batch.count;
  }
  assert.ok(events > 0);
});
