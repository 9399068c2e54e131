import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { nextTurn } from './turn.ts';

/** Keeps this thread busy, as loading rules does. */
function work(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

test('a signal that comes while a thread is busy has been heard a turn later, wherever in a turn that was', async (context) => {
  let count = 0;
  const hear = (): void => {
    count += 1;
  };
  process.on('SIGWINCH', hear);
  context.after(() => process.removeListener('SIGWINCH', hear));
  for (let round = 1; round <= 20; round += 1) {
    // Behind an answer of the system as behind an immediate, a turn goes on in different places.
    if (round % 2 === 0) await readFile(import.meta.filename);
    else await new Promise((resolve) => setImmediate(resolve));
    process.kill(process.pid, 'SIGWINCH');
    work(5);
    assert.equal(count, round - 1);
    await nextTurn();
    assert.equal(count, round);
  }
});
