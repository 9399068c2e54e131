// The one file that an old Node runs: installs what is missing, then hands over to the pinned Node 24.
// Plain JavaScript for Node 18 and later, nothing but node: modules and a neighbour like it. Usage: node bootstrap.mjs SCRIPT [ARGUMENT...]
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { replayOptions } from './replay-options.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const runtime = join(root, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node');
const stamp = join(root, 'node_modules', '.seawall-lock-digest');
const lock = join(root, '.seawall-install');

/** The digest of package-lock.json; what is installed is current when the stamp holds the same. */
function lockDigest() {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
}

function isInstalled() {
  return existsSync(runtime) && existsSync(stamp) && readFileSync(stamp, 'utf8') === lockDigest();
}

/** Runs `action` while no other bootstrap of this checkout installs; a lock older than 15 minutes is taken over. */
function whileLocked(action) {
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
      if (age > 15 * 60_000) rmdirSync(lock);
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    }
  }
  try {
    action();
  } finally {
    rmdirSync(lock);
  }
}

function install() {
  if (isInstalled()) return;
  process.stderr.write('seawall: installing what package-lock.json names (npm ci); this happens once ...\n');
  const result = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (result.error || result.status !== 0) {
    const why = result.error ? result.error.message : `exit code ${result.status}`;
    throw new Error(`npm ci failed (${why}): check that npm is installed and its registry can be reached`);
  }
  if (!existsSync(runtime)) {
    throw new Error(
      `no Node 24 for ${process.platform}-${process.arch} among the packages: Seawall runs on Linux, x64 and arm64`,
    );
  }
  writeFileSync(stamp, lockDigest());
}

const [script, ...scriptArguments] = process.argv.slice(2);
if (script === undefined) {
  process.stderr.write('usage: node scripts/bootstrap.mjs SCRIPT [ARGUMENT...]\n');
  process.exit(2);
}
try {
  if (!isInstalled()) whileLocked(install);
} catch (error) {
  process.stderr.write(`seawall: ${error.message}\n`);
  process.exit(1);
}

const options = [
  '--conditions=seawall-source',
  '--disable-warning=ExperimentalWarning',
  // A small nursery (MiB): hours of replay then need no more memory than seconds, and it costs no time.
  '--max-semi-space-size=2',
  ...(scriptArguments.includes('--capture') ? replayOptions : []),
];
// Compiled code is kept: what turns TypeScript into JavaScript takes 40 MB and a second, and is then not even loaded.
// Few arenas: by default the C library keeps one for each of a dozen threads, 10 MB that nobody uses again.
const env = {
  NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'node'),
  MALLOC_ARENA_MAX: '1',
  ...process.env,
};
let child;
// Before there is anything to pass them on to: a signal that comes while it is being started would end this process alone.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child = spawn(runtime, [...options, join(root, script), ...scriptArguments], { stdio: 'inherit', env });
child.on('error', (error) => {
  process.stderr.write(`seawall: cannot start ${runtime}: ${error.message}\n`);
  process.exit(1);
});
child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
