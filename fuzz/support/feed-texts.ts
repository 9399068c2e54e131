import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface Feeding {
  readonly seed: number;
  readonly iterations: number;
  /** The longest that one text may take, in milliseconds: what is slower counts as hanging. */
  readonly slowest: number;
  /** The next text. */
  make(): string;
  /** Feeds it. @returns whether it was taken, or refused as it should be. @throws what must not happen */
  feed(text: string): Promise<boolean> | boolean;
}

/**
 * Feeds one text after the other.
 * @returns how many were taken; the others were refused.
 * @throws at the first crash or hang, with the seed, the number and the text that led to it.
 */
export async function feedTexts({ seed, iterations, slowest, make, feed }: Feeding): Promise<number> {
  let taken = 0;
  for (let i = 0; i < iterations; i++) {
    const text = make();
    const start = performance.now();
    try {
      taken += (await feed(text)) ? 1 : 0;
    } catch (error) {
      throw new Error(`seed ${seed}, text ${i}: ${JSON.stringify(text)}`, { cause: error });
    }
    const elapsed = performance.now() - start;
    if (elapsed > slowest) {
      throw new Error(`seed ${seed}, text ${i} took ${Math.round(elapsed)} ms: ${JSON.stringify(text)}`);
    }
  }
  return taken;
}

/**
 * The same for what reads files: each text is written to the same file, in a folder that is there as long.
 * @param name of the file, in folders if need be.
 */
export async function feedFiles(
  name: string,
  { feed, ...feeding }: Omit<Feeding, 'feed'> & { feed(path: string): Promise<boolean> | boolean },
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'seawall-fuzz-'));
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  try {
    return await feedTexts({
      ...feeding,
      feed(text) {
        writeFileSync(path, text);
        return feed(path);
      },
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
