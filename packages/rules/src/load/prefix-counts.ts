/** How much of something stands before each place of a text. */
export interface PrefixCounts {
  /** From the beginning of the text up to `offset`. */
  before(offset: number): number;
}

/** So many units of text are counted anew for each question at most. */
const BLOCK = 512;

/**
 * Counts a text once, block by block; every later question then costs a block at most, wherever it asks: a list of
 * thousands of items may stand on one line, and each of them has a place in it.
 * @param length of the text. @param countBetween counts what stands between two offsets.
 */
export function createPrefixCounts(
  length: number,
  countBetween: (from: number, to: number) => number,
): PrefixCounts {
  const beforeBlock = new Uint32Array(Math.floor(length / BLOCK) + 1);
  for (let block = 1; block < beforeBlock.length; block++) {
    beforeBlock[block] = beforeBlock[block - 1] + countBetween((block - 1) * BLOCK, block * BLOCK);
  }
  return {
    before(offset) {
      const block = Math.floor(offset / BLOCK);
      return beforeBlock[block] + countBetween(block * BLOCK, offset);
    },
  };
}
