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
const MAXIMUM_MEMORY = 1_800 * 1024 * 1024;

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
  const files = readdirSync(folder).filter((file) => file.endsWith('.scap'));
  for (const file of files.sort()) {
    const bytes = unpacked(join(folder, file));
    await cutAtRandom(bytes, cuts, random, tally);
    await flipAtRandom(bytes, cuts * 10, random, tally);
  }
  const large = join(shared, 'captures/large.scap.gz');
  if (existsSync(large)) {
    const bytes = unpacked(large);
    const few = Math.max(1, Math.round(cuts / 10));
    await cutAtRandom(bytes, few, random, tally);
    await flipAtRandom(bytes, few, random, tally);
  }
  const memory = process.resourceUsage().maxRSS * 1024;
  if (memory > MAXIMUM_MEMORY) throw new Error(`reading damaged captures took ${memory} bytes of memory`);
  const codes = [...tally.codes].map(([code, count]) => `${code} ${count}`).sort();
  return `${tally.runs} damaged captures read, ended with: ${codes.join(', ')}`;
}

function unpacked(path: string): Buffer {
  const bytes = readFileSync(path);
  return bytes[0] === 0x1f ? gunzipSync(bytes) : bytes;
}
