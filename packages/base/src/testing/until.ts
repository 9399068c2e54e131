import assert from 'node:assert/strict';
import { sleep } from '../sleep.ts';

/**
 * Milliseconds that a test waits for something to come true. Nothing should take nearly as long; but a machine whose
 * processors are somebody else's for a while must not make a test fail.
 */
const LIMIT = 60_000;

/**
 * Waits until something holds, asking every few milliseconds.
 * @param know what else to say when it doesn't.
 * @throws an assertion with the text of the condition when it did not come true within a minute.
 */
export async function until(
  holds: () => boolean | Promise<boolean>,
  know: () => string = () => '',
): Promise<void> {
  const end = performance.now() + LIMIT;
  const { signal } = new AbortController();
  while (!(await holds())) {
    if (performance.now() > end) assert.fail(`not true within ${LIMIT / 1000} s: ${holds}\n${know()}`);
    await sleep(5, signal);
  }
}
