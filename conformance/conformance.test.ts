import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { locateShared } from '../test/shared.ts';
import { loadSuites } from './suites.ts';

const folder = locateShared('conformance');
const isPresent = folder !== undefined && existsSync(folder);

for (const suite of await loadSuites()) {
  const skip = isPresent ? false : 'SKIPPED: there is no conformance folder (set SEAWALL_SHARED)';
  test(`conformance: ${suite.title}`, { skip }, async (context) => {
    const result = await suite.run(folder as string);
    context.diagnostic(`${suite.file}: ${result.passed} of ${result.total}`);
    assert.ok(result.total > 0, 'the suite checked nothing');
    assert.deepEqual(result.failures.slice(0, 20), []);
    assert.equal(result.passed, result.total);
  });
}
