import { spawnSync } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSeawallError } from '@seawall/base';
import { openStore, type Store } from '@seawall/store';
import { makeFindings } from '../../bench/store-findings.ts';
import type { AcceptanceResult } from '../row.ts';

export const title =
  'the store: random damage to its file, and a full disk of a real file system, end in documented errors, and it goes on';

const ROUNDS = 60;
const FINDINGS = 1500;
const PAGE = { limit: 2000 };
/** Findings that are stored when a full disk has room again. */
const MORE = 500;

export async function run(): Promise<AcceptanceResult> {
  const folder = mkdtempSync(join(tmpdir(), 'seawall-store-damage-'));
  const faults: string[] = [];
  try {
    const sound = join(folder, 'sound.db');
    const filled = openStore({ path: sound });
    await filled.commit({ occurrences: [...makeFindings(0, FINDINGS, FINDINGS)] });
    await filled.close();
    let moved = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const path = join(folder, `round-${round}`, 'store.db');
      mkdirSync(join(folder, `round-${round}`));
      copyFileSync(sound, path);
      const what = spoil(path);
      const fault = await useDamaged(path);
      if (fault !== undefined) faults.push(`${what}: ${fault}`);
      if (readdirSync(join(path, '..')).some((name) => name.includes('.damaged-'))) moved++;
      rmSync(join(path, '..'), { recursive: true });
    }
    const full = await fillDisk(folder);
    if (full.fault !== undefined) faults.push(`full disk: ${full.fault}`);
    const figure =
      faults.length === 0
        ? `${ROUNDS} damaged files: ${moved} moved aside, in the others nothing was hit that is asked for; ${full.done}`
        : `${faults.length} faults: ${faults.slice(0, 5).join('; ')}`;
    return { figure, passed: faults.length === 0 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Damages a file as disks and people do; says how. */
function spoil(path: string): string {
  const { size } = statSync(path);
  if (randomInt(5) === 0) {
    const left = randomInt(size);
    truncateSync(path, left);
    return `cut to ${left} bytes`;
  }
  const length = [1, 16, 512, 4096, 65_536][randomInt(5)]!;
  const offset = randomInt(size);
  const file = openSync(path, 'r+');
  writeSync(file, randomBytes(length), 0, length, offset);
  closeSync(file);
  return `${length} random bytes at ${offset}`;
}

/** Does everything that an agent and the command do; each may find the damage once, and works when it is tried again. */
async function useDamaged(path: string): Promise<string | undefined> {
  const store = openStore({ path });
  const occurrences = [...makeFindings(FINDINGS, FINDINGS + 200, FINDINGS * 2)];
  const uses: readonly ((used: Store) => Promise<unknown>)[] = [
    (used) => used.commit({ occurrences, positions: new Map([['capture', '1']]) }),
    (used) => used.groups({}, PAGE),
    (used) => used.feed({ text: 'sensitive' }, PAGE),
    (used) => used.timeline({}, { from: 0n, to: 2n ** 61n, slices: 50 }),
    (used) => used.retain({ maximumBytes: 500_000 }),
    (used) => used.check(),
    (used) => used.commit({ occurrences, positions: new Map([['capture', '2']]) }),
  ];
  try {
    for (const use of uses) {
      try {
        await use(store);
      } catch (error) {
        if (!isSeawallError(error, 'store/CORRUPT')) throw error;
        await use(store);
      }
    }
    return (await store.position('capture')) === '2' ? undefined : 'what was committed is not there';
  } catch (error) {
    return (error as Error).stack;
  } finally {
    await store.close();
  }
}

/** A file system of eight megabytes in a file, filled up while findings are stored. */
async function fillDisk(folder: string): Promise<{ readonly done: string; readonly fault?: string }> {
  const image = join(folder, 'disk.img');
  const mount = join(folder, 'disk');
  mkdirSync(mount);
  const succeeds = (...words: readonly string[]): boolean =>
    spawnSync(words[0]!, words.slice(1)).status === 0;
  const isMounted =
    succeeds('truncate', '-s', '8M', image) &&
    succeeds('mkfs.ext4', '-q', '-m', '0', image) &&
    succeeds('mount', '-o', 'loop', image, mount);
  if (!isMounted) return { done: 'no small file system could be mounted here' };
  let store: Store | undefined;
  try {
    const ballast = join(mount, 'ballast');
    writeFileSync(ballast, Buffer.alloc(3 << 20));
    store = openStore({ path: join(mount, 'store.db') });
    let stored = 0;
    let refused = 0;
    for (let from = 0; refused < 20; from += 100) {
      const occurrences = [...makeFindings(from, from + 100, 1_000_000)];
      try {
        await store.commit({ occurrences });
        stored += occurrences.length;
      } catch (error) {
        if (!isSeawallError(error, 'store/FULL')) return { done: '', fault: (error as Error).stack };
        refused++;
      }
      const { occurrences: kept } = await store.statistics();
      if (kept !== stored) return { done: '', fault: `${stored} were stored, but ${kept} are there` };
    }
    const problems = await store.check();
    if (problems.length > 0) return { done: '', fault: problems.join(', ') };
    rmSync(ballast);
    await store.commit({ occurrences: [...makeFindings(1e6, 1e6 + MORE, 2e6)] });
    const { occurrences: kept } = await store.statistics();
    return kept === stored + MORE
      ? {
          done: `a full ext4 refused 20 batches, kept ${stored} findings, took ${MORE} more when there was room again`,
        }
      : { done: '', fault: `${kept} findings instead of ${stored + MORE} after room was made` };
  } finally {
    await store?.close();
    spawnSync('umount', [mount]);
  }
}
