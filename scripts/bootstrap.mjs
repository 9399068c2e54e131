// The one file that an old Node runs: installs what is missing, then hands over to the pinned Node 24.
// Plain JavaScript for Node 18 and later, nothing but node: modules and neighbours like it. Usage: node bootstrap.mjs SCRIPT [ARGUMENT...]
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exitCodeOf, installMissing, runtimeOf } from './install.mjs';
import { replayOptions } from './replay-options.mjs';

/** As `exitCodes.failure` of the commands: the work could not be done. */
const COULD_NOT = 3;
const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const runtime = runtimeOf(root);
const say = (text) => process.stderr.write(`seawall: ${text}\n`);

const [script, ...scriptArguments] = process.argv.slice(2);
if (script === undefined || !existsSync(join(root, script))) {
  const reason = script === undefined ? 'a script is missing' : `there is no file ${script}`;
  process.stderr.write(`${reason}; usage: node scripts/bootstrap.mjs SCRIPT [ARGUMENT...]\n`);
  process.exit(2);
}
try {
  const signal = await installMissing(root, say);
  if (signal !== undefined) process.exit(exitCodeOf(signal));
} catch (error) {
  say(error.message);
  process.exit(COULD_NOT);
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
  say(`cannot start ${runtime}: ${error.message}`);
  process.exit(COULD_NOT);
});
child.on('exit', (code, signal) => process.exit(code ?? exitCodeOf(signal)));
