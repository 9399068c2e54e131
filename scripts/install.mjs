// Installs what package-lock.json names, by one process at a time. Plain JavaScript for Node 18 and later, as bootstrap.mjs, which calls it.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { constants, hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** For whom the packages hold a Node. */
const PLATFORMS = ['linux-x64', 'linux-arm64'];
/** How long whoever can't be asked whether it is still there (of another machine or container) may take. */
const LOCK_MILLISECONDS = 15 * 60_000;

/** Where the pinned Node lies in a checkout. */
export function runtimeOf(root) {
  return join(root, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node');
}

/**
 * Installs unless that is done. One that another process of this checkout has begun is waited for.
 * @returns the signal that ended it, to end by as well; undefined when all is there.
 * @throws Error whose message is for the user.
 */
export async function installMissing(root, say) {
  if (isInstalled(root)) return undefined;
  const platform = `${process.platform}-${process.arch}`;
  if (!PLATFORMS.includes(platform)) {
    throw new Error(`Seawall runs on Linux, x64 and arm64; this is ${platform}`);
  }
  await takeLock(root, say);
  try {
    return isInstalled(root) ? undefined : await install(root, say);
  } finally {
    rmSync(lockOf(root), { force: true });
  }
}

/** What is installed is current when the stamp holds the digest of package-lock.json. */
function isInstalled(root) {
  const stamp = stampOf(root);
  return existsSync(runtimeOf(root)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === lockDigest(root);
}

const stampOf = (root) => join(root, 'node_modules', '.seawall-lock-digest');

function lockDigest(root) {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
}

async function install(root, say) {
  say('installing what package-lock.json names (npm ci, about 400 MB); this happens once ...');
  rmSync(stampOf(root), { force: true });
  // Whatever NODE_ENV or npm's configuration would leave out: the Node that runs everything is an optional package.
  const words = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status, signal, error, isStopped } = await run('npm', words, root, (pid) => {
    const renewed = `${lockOf(root)}-${process.pid}`;
    symlinkSync(ownerText([process.pid, pid]), renewed);
    renameSync(renewed, lockOf(root));
  });
  if (isStopped) return isStopped;
  if (error?.code === 'ENOENT') {
    throw new Error(
      'npm is not installed, and brings what Seawall takes; on Debian or Ubuntu: apt-get install npm',
    );
  }
  if (error || status !== 0) {
    const why = error?.message ?? (signal ? `it was ended by ${signal}` : `exit code ${status}`);
    throw new Error(
      `npm ci failed (${why}): it says why above; it takes a registry that can be reached and 400 MB of disk. The next start tries again`,
    );
  }
  if (!existsSync(runtimeOf(root))) {
    throw new Error(
      `npm ci left out the package node-linux-${process.arch}, which brings Node 24: npm says nothing where it can't fetch or unpack an optional package. See that its registry has it and the disk has room, then start again`,
    );
  }
  writeFileSync(stampOf(root), lockDigest(root));
  return undefined;
}

/** Runs a program to its end; a signal to this process ends it, and is told. */
function run(command, words, cwd, onStarted) {
  return new Promise((resolve) => {
    let isStopped;
    const child = spawn(command, words, { cwd, stdio: ['ignore', 2, 2] });
    const stop = (name) => {
      isStopped = name;
      child.kill(name);
    };
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    const settle = (outcome) => {
      for (const name of signals) process.removeListener(name, stop);
      resolve({ ...outcome, isStopped });
    };
    for (const name of signals) process.on(name, stop);
    child.on('error', (error) => settle({ error }));
    child.on('close', (status, signal) => settle({ status, signal }));
    if (child.pid !== undefined) onStarted(child.pid);
  });
}

/** A symbolic link: it is there with all that it says or not at all, and can't be there twice. */
const lockOf = (root) => join(root, '.seawall-installing');

/** Takes the lock, as soon as nobody else has it who is still there. */
async function takeLock(root, say) {
  const lock = lockOf(root);
  for (let isTold = false; ; await wait(200)) {
    try {
      symlinkSync(ownerText([process.pid]), lock);
      return;
    } catch (error) {
      if (['EACCES', 'EPERM', 'EROFS'].includes(error.code)) {
        throw new Error(
          `what package-lock.json names is not installed, and you can't write ${root} (${error.code}): have somebody who can run "npm start" there once`,
        );
      }
      if (error.code !== 'EEXIST') throw error;
    }
    const owner = readLock(lock);
    if (owner === undefined) continue;
    if (isGone(owner)) {
      if (readLock(lock)?.text === owner.text) rmSync(lock, { force: true });
    } else if (!isTold) {
      isTold = true;
      say(`another process installs here (${owner.text}): waiting for it ...`);
    }
  }
}

function readLock(lock) {
  try {
    return { text: readlinkSync(lock), since: lstatSync(lock).mtimeMs };
  } catch {
    // Given back just now.
    return undefined;
  }
}

/** Names processes so that nobody else's are mistaken for them: `process 12@3456, process 17@3460 of node1, pid:[4026531836]`. */
function ownerText(processes) {
  return `${processes.map((pid) => `process ${pid}@${startOf(pid)}`).join(', ')} of ${placeOf()}`;
}

function isGone({ text, since }) {
  const [names, place] = text.split(' of ');
  if (place !== placeOf() || names.includes('@0')) return Date.now() - since > LOCK_MILLISECONDS;
  return [...names.matchAll(/(\d+)@(\d+)/g)].every(([, pid, start]) => startOf(Number(pid)) !== start);
}

/** Where numbers of processes mean the same: this machine, and the container in it. */
function placeOf() {
  let namespace = 'no /proc';
  try {
    namespace = readlinkSync('/proc/self/ns/pid');
  } catch {
    // In a bare chroot: then nobody can be asked, and the lock's age decides.
  }
  return `${hostname()}, ${namespace}`;
}

/** When a process was started, in the kernel's ticks; 0 where there is none (a dead one that nobody has asked about is none). */
function startOf(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1).split(' ');
    return 'ZX'.includes(fields[0]) ? '0' : fields[19];
  } catch {
    return '0';
  }
}

/** The exit code of a program that a signal ends. */
export function exitCodeOf(signal) {
  return 128 + (constants.signals[signal] ?? 0);
}
