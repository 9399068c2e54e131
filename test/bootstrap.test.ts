import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';

const scripts = resolve(import.meta.dirname, '..', 'scripts');

/** What npm does for the tests: leaves a Node (this one) where the lock file's would lie. */
const INSTALL = `mkdir -p node_modules/node-linux-${process.arch}/bin
ln -sf ${process.execPath} node_modules/node-linux-${process.arch}/bin/node
echo done >> installed`;

interface Checkout {
  readonly root: string;
  /** Replaces what `npm` does. */
  setNpm(script: string): void;
  start(environment?: NodeJS.ProcessEnv): Started;
  /** How often npm has installed. */
  installs(): number;
}

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; signal: string | null; output: string; errors: string }>;
  /** Settles when it has said so on standard error. */
  hasSaid(text: string): Promise<void>;
}

/** A folder with what starts Seawall, a lock file and a program that says hello; and an `npm` of our own. */
function createCheckout(context: TestContext): Checkout {
  const root = mkdtempSync(join(tmpdir(), 'seawall-fresh clone é-'));
  context.after(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, 'scripts'));
  mkdirSync(join(root, 'bin'));
  for (const name of readdirSync(scripts).filter((file) => file.endsWith('.mjs'))) {
    copyFileSync(join(scripts, name), join(root, 'scripts', name));
  }
  writeFileSync(join(root, 'package-lock.json'), '{}');
  writeFileSync(join(root, 'hello.mjs'), 'console.log("hello")');
  const setNpm = (script: string): void => {
    writeFileSync(join(root, 'bin', 'npm'), `#!/bin/sh\n${script}\n`);
    chmodSync(join(root, 'bin', 'npm'), 0o755);
  };
  setNpm(INSTALL);
  return {
    root,
    setNpm,
    start: (environment = {}) => startIn(root, environment),
    installs: () => readFileSync(join(root, 'installed'), 'utf8').split('\n').length - 1,
  };
}

function startIn(root: string, environment: NodeJS.ProcessEnv): Started {
  const child = spawn(process.execPath, [join(root, 'scripts', 'bootstrap.mjs'), 'hello.mjs'], {
    env: { ...process.env, PATH: `${join(root, 'bin')}:${process.env.PATH}`, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  return {
    child,
    ended: once(child, 'close').then(([code, signal]) => ({ code, signal, output, errors })),
    async hasSaid(text) {
      while (!errors.includes(text)) await wait(10);
    },
  };
}

/** Waits for a file that npm makes. */
async function appeared(path: string): Promise<void> {
  while (!existsSync(path)) await wait(10);
}

const isLocked = (root: string): boolean =>
  lstatSync(join(root, '.seawall-installing'), { throwIfNoEntry: false }) !== undefined;

test('the first start installs, says so, and starts; the next one only starts', async (context) => {
  const { root, start, installs } = createCheckout(context);
  const first = await start().ended;
  assert.deepEqual([first.code, first.output], [0, 'hello\n']);
  assert.match(first.errors, /installing what package-lock\.json names/);
  const second = await start().ended;
  assert.deepEqual([second.code, second.output, second.errors], [0, 'hello\n', '']);
  assert.equal(installs(), 1);
  assert.equal(isLocked(root), false);
});

test('two that start at once install once; the one that waits says for whom', async (context) => {
  const { root, setNpm, start, installs } = createCheckout(context);
  setNpm(`touch begun; while [ ! -e go-on ]; do sleep 0.05; done\n${INSTALL}`);
  const first = start();
  await appeared(join(root, 'begun'));
  const second = start();
  await second.hasSaid('another process installs here');
  writeFileSync(join(root, 'go-on'), '');
  const [one, other] = await Promise.all([first.ended, second.ended]);
  assert.deepEqual([one.output, other.output], ['hello\n', 'hello\n']);
  assert.match(other.errors, new RegExp(`process ${first.child.pid}@\\d+`));
  assert.equal(installs(), 1);
});

test('Ctrl-C while installing ends npm and leaves nothing that the next start waits for', async (context) => {
  const { root, setNpm, start } = createCheckout(context);
  setNpm('echo $$ > begun; exec sleep 1000');
  const { child, ended } = start();
  await appeared(join(root, 'begun'));
  child.kill('SIGINT');
  assert.equal((await ended).code, 130);
  assert.throws(() => process.kill(Number(readFileSync(join(root, 'begun'), 'utf8')), 0), { code: 'ESRCH' });
  assert.equal(isLocked(root), false);
});

test('one that was killed while installing is not waited for, but the npm it left is', async (context) => {
  const { root, setNpm, start, installs } = createCheckout(context);
  setNpm(`echo $$ > begun; while [ ! -e go-on ]; do sleep 0.05; done\n${INSTALL}`);
  const killed = start();
  await appeared(join(root, 'begun'));
  await wait(100);
  killed.child.kill('SIGKILL');
  const next = start();
  await next.hasSaid('another process installs here');
  setNpm(INSTALL);
  process.kill(Number(readFileSync(join(root, 'begun'), 'utf8')), 'SIGKILL');
  assert.equal((await next.ended).output, 'hello\n');
  assert.equal(installs(), 1);
  await killed.ended;
});

test('an installation of another machine that is not heard of for long is taken over', async (context) => {
  const { root, start } = createCheckout(context);
  symlinkSync('process 1@1 of elsewhere, pid:[1]', join(root, '.seawall-installing'));
  const waiting = start();
  await waiting.hasSaid('of elsewhere');
  waiting.child.kill();
  await waiting.ended;
  spawnSync('touch', ['-h', '-d', '16 minutes ago', join(root, '.seawall-installing')]);
  assert.equal((await start().ended).output, 'hello\n');
});

test('what NODE_ENV or npm would leave out is asked for by name', async (context) => {
  const { root, setNpm, start } = createCheckout(context);
  setNpm(`echo "$@" > words\n${INSTALL}`);
  await start({ NODE_ENV: 'production' }).ended;
  assert.match(readFileSync(join(root, 'words'), 'utf8'), /^ci --include=dev --include=optional /);
});

test('what stopped the installation is told, is no finding, and the next start tries again', async (context) => {
  const { root, setNpm, start } = createCheckout(context);
  setNpm('echo "npm error nospc" >&2; exit 5');
  const failed = await start().ended;
  assert.equal(failed.code, 3);
  assert.match(failed.errors, /npm error nospc\nseawall: npm ci failed \(exit code 5\)/);

  setNpm('exit 0');
  const partial = await start().ended;
  assert.equal(partial.code, 3);
  assert.match(partial.errors, /npm ci left out the package node-linux-/);

  setNpm('kill -KILL $$');
  assert.match((await start().ended).errors, /npm ci failed \(it was ended by SIGKILL\)/);

  rmSync(join(root, 'bin', 'npm'));
  const absent = await start({ PATH: join(root, 'bin') }).ended;
  assert.equal(absent.code, 3);
  assert.match(absent.errors, /npm is not installed.*apt-get install npm/);

  setNpm(INSTALL);
  assert.equal((await start().ended).output, 'hello\n');
});
