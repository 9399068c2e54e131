import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  createRandom,
  cutAtRandom,
  type DamageTally,
  flipAtRandom,
} from '../packages/events/src/testing-damage.ts';

export const title = 'damaged captures: cut at random places, bytes changed at random';

/** Cuts of each of the 16 captures; ten times as many changed bytes. A tenth of the cuts of each for the large one. */
const CUTS = 200;
/** How much more memory the process may hold after reading a capture's damaged variants than before. */
const MAXIMUM_GROWTH = 256 * 1024 * 1024;

export async function run(options: {
  readonly seed: number;
  readonly iterations: number | undefined;
}): Promise<string> {
  const cuts = options.iterations ?? CUTS;
  const shared = process.env.SEAWALL_SHARED ?? join(import.meta.dirname, '../../shared');
  const folder = join(shared, 'conformance/captures');
  if (!existsSync(folder)) return `SKIPPED: ${folder} is absent (SEAWALL_SHARED)`;
  const random = createRandom(options.seed);
  const tally: DamageTally = { runs: 0, codes: new Map() };
  let growth = 0;
  async function feed(path: string, cutCount: number, flipCount: number): Promise<void> {
    const bytes = unpacked(path);
    const before = process.memoryUsage().rss;
    await cutAtRandom(bytes, cutCount, random, tally);
    await flipAtRandom(bytes, flipCount, random, tally);
    growth = Math.max(growth, process.memoryUsage().rss - before);
    if (growth > MAXIMUM_GROWTH)
      throw new Error(`reading damaged variants of ${path} took ${growth} bytes more`);
  }
  const files = readdirSync(folder).filter((file) => file.endsWith('.scap'));
  for (const file of files.sort()) await feed(join(folder, file), cuts, cuts * 10);
  const large = join(shared, 'captures/large.scap.gz');
  const few = Math.max(1, Math.round(cuts / 10));
  if (existsSync(large)) await feed(large, few, few);
  const codes = [...tally.codes].map(([code, count]) => `${code} ${count}`).sort();
  const megabytes = Math.round(growth / 1024 / 1024);
  return `${tally.runs} damaged captures read, ended with: ${codes.join(', ')}; memory grew by ${megabytes} MiB at most`;
}

function unpacked(path: string): Buffer {
  const bytes = readFileSync(path);
  return bytes[0] === 0x1f ? gunzipSync(bytes) : bytes;
}
