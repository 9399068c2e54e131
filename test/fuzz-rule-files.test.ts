import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../fuzz/rule-files.ts';

test('200 mutated rule files are loaded or refused with a place', async () => {
  assert.match(await run({ seed: 20_260_101, iterations: 200 }), /^200 files: \d+ accepted, \d+ refused$/);
});
