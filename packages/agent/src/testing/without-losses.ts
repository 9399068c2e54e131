import assert from 'node:assert/strict';

const TRIES = 5;

/**
 * Makes a live run until one of them lost no event: what else goes on may make more events than a small machine takes, and
 * of what was lost such a test can say nothing.
 * @throws an assertion when each of a few runs lost some.
 */
export async function withoutLosses<Run extends { readonly dropped: number }>(
  run: () => Promise<Run>,
): Promise<Run> {
  for (let tries = 1; ; tries += 1) {
    const made = await run();
    if (made.dropped === 0) return made;
    assert.ok(tries < TRIES, `${made.dropped} events were lost in the last of ${TRIES} runs`);
  }
}
