import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { until } from '@seawall/base/testing';
import { probeSupport } from '@seawall/probe';

const root = mkdtempSync(join(tmpdir(), 'seawall-kept-start-'));
after(() => rmSync(root, { recursive: true, force: true }));

const main = join(import.meta.dirname, '../../../cli/src/main.ts');

const rule = (name: string, field = 'proc.name'): string =>
  `- { rule: ${name}, desc: d, condition: evt.type = execve and ${field} = nothing-here, output: o, priority: INFO }\n`;

const ruleSet = `
apiVersion: seawall.dev/v1alpha1
kind: RuleSet
metadata: { name: more }
spec: { files: [../elsewhere/more.yaml] }
---
apiVersion: seawall.dev/v1alpha1
kind: RuntimePolicy
metadata: { name: everything }
spec: { rules: [{ name: '*' }] }
`;

/** A machine's folder with a configuration, rules in a folder, a policy, and rules that a rule set names. */
function machine(name: string) {
  const folder = join(root, name);
  for (const below of ['rules', 'policies', 'elsewhere']) mkdirSync(join(folder, below), { recursive: true });
  const path = (file: string): string => join(folder, file);
  const write = (file: string, text: string): void => writeFileSync(path(file), text);
  write('rules/one.yaml', rule('One'));
  write('policies/all.yaml', ruleSet);
  write('elsewhere/more.yaml', rule('More'));
  write(
    'seawall.yaml',
    [
      ...[
        'rules: [rules]',
        'policies: [policies]',
        'source: { runtimes: [] }',
        'store: { path: state/seawall.db }',
      ],
      ...['captures: { directory: state/captures }', "http: { listen: '127.0.0.1:0' }"],
    ].join('\n'),
  );
  return { folder, path, write, kept: path('state/seawall.db.running-set') };
}

interface Running {
  readonly child: ChildProcess;
  log(): string;
  /** Code it ended with. */
  readonly ended: Promise<number | null>;
  ask(path: string): Promise<{ readonly status: number; readonly text: string }>;
  stop(): Promise<void>;
}

function startAgent({ folder }: { readonly folder: string }, context: TestContext): Running {
  const words = ['--conditions=seawall-source', '--disable-warning=ExperimentalWarning', main, 'agent'];
  const child = spawn(process.execPath, [...words, '--config', join(folder, 'seawall.yaml')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  context.after(() => child.kill('SIGKILL'));
  let errors = '';
  child.stderr?.on('data', (chunk) => {
    errors += chunk;
  });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return {
    child,
    ended,
    log: () => errors,
    async ask(path) {
      const [, address] = /http:\/\/([^/]+)\/readyz/.exec(errors) ?? [];
      const response = await fetch(`http://${address}${path}`);
      return { status: response.status, text: await response.text() };
    },
    async stop() {
      child.kill('SIGTERM');
      assert.equal(await ended, 0, errors);
    },
  };
}

/** Starts one that is to run, and waits until it does. */
async function running(where: { readonly folder: string }, context: TestContext): Promise<Running> {
  const agent = startAgent(where, context);
  await until(() => agent.log().includes('watching this machine') || agent.child.exitCode !== null);
  assert.equal(agent.child.exitCode, null, agent.log());
  return agent;
}

const support = probeSupport();
const live = { skip: support.isSupported ? false : `SKIPPED: ${support.reason}`, timeout: 150_000 };

test(
  'started on a broken rule file an agent runs what it had taken over, says so, and takes the file when it is right',
  live,
  async (context) => {
    const here = machine('broken');
    const first = await running(here, context);
    await until(() => existsSync(here.kept));
    await first.stop();
    assert.equal(statSync(here.kept).mode & 0o777, 0o600);
    assert.equal(statSync(here.path('state')).mode & 0o777, 0o700);

    here.write('rules/one.yaml', rule('One') + rule('Two', 'proc.nome'));
    const second = await running(here, context);
    const kept = readFileSync(here.kept, 'utf8');
    const since = new Date(JSON.parse(kept.split('\n')[0] as string).since).toISOString();
    assert.match(second.log(), / error rules and policies on disk are refused, those last taken over /);
    assert.match(second.log(), new RegExp(`\\(${since}\\) run until they are right`));
    assert.match(second.log(), / error .*one\.yaml:2:\d+: error: .*proc\.nome/);
    const ready = await second.ask('/readyz');
    assert.equal(ready.status, 503);
    assert.match(
      ready.text,
      /what is on disk was refused, what was taken over before the start .*one\.yaml:2/,
    );
    const metrics = (await second.ask('/metrics')).text;
    for (const line of [
      'seawall_rules 2',
      'seawall_reload_pending 1',
      'seawall_reloads_total{result="refused"} 1',
    ]) {
      assert.ok(metrics.includes(`${line}\n`), line);
    }
    assert.equal(readFileSync(here.kept, 'utf8'), kept, 'what goes on keeps its time');

    here.write('rules/one.yaml', rule('One') + rule('Two'));
    await until(() => second.log().includes('running from now on: 3 rules in 1 policy'));
    const mended = await second.ask('/readyz');
    assert.equal(mended.status, 200, mended.text);
    assert.match((await second.ask('/metrics')).text, /^seawall_reload_pending 0$/m);
    await until(() => readFileSync(here.kept, 'utf8').includes('Two'));

    here.write('rules/one.yaml', 'nonsense');
    await until(() => second.log().includes('what has changed is refused'));
    assert.doesNotMatch(readFileSync(here.kept, 'utf8'), /nonsense/);
    await second.stop();

    // Nothing is preferred to files that load, however little they hold.
    rmSync(here.path('rules/one.yaml'));
    const third = await running(here, context);
    assert.match((await third.ask('/metrics')).text, /^seawall_rules 1$/m);
    assert.equal((await third.ask('/readyz')).status, 200);
    await third.stop();
  },
);

test(
  'files that are gone are no reason to leave a machine unguarded: they are waited for; but a recording is not read without them',
  live,
  async (context) => {
    const here = machine('gone');
    await (await running(here, context)).stop();
    rmSync(here.path('elsewhere/more.yaml'));
    const capture = join(import.meta.dirname, '../../../../examples/control-plane/attack.scap.gz');
    const configured = readFileSync(here.path('seawall.yaml'), 'utf8');
    here.write('seawall.yaml', configured.replace('{ runtimes: [] }', `{ capture: '${capture}' }`));
    const replay = startAgent(here, context);
    assert.equal(await replay.ended, 3, replay.log());

    here.write('seawall.yaml', configured);
    const second = await running(here, context);
    assert.match(second.log(), / error .*more\.yaml can not be read/);
    assert.match((await second.ask('/metrics')).text, /^seawall_rules 2$/m);
    here.write('elsewhere/more.yaml', rule('More') + rule('Yet more'));
    await until(() => second.log().includes('running from now on: 3 rules'));
    await second.stop();
  },
);

test('the first start ever ends where files do not load', live, async (context) => {
  const here = machine('never');
  here.write('rules/one.yaml', rule('One', 'proc.nome'));
  const agent = startAgent(here, context);
  assert.equal(await agent.ended, 1, agent.log());
  assert.match(agent.log(), /one\.yaml:1:\d+: error: .*proc\.nome.*\[agent\/SET_REFUSED\]/s);
  assert.doesNotMatch(agent.log(), /last taken over/);
});
