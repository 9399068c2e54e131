import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createSyscallCatalogue } from '@seawall/inspector';
import { locateShared } from '../../../test/shared.ts';
import { compareRuleSets } from './testing/compare-rule-sets.ts';

const example = join(import.meta.dirname, '../../../examples/control-plane/attack.scap.gz');
const captures = [
  { name: 'the bundled example', file: example, events: 1500 },
  ...['psp_run_as_user_0_container', 'sample'].map((name) => ({
    name,
    file: locateShared('conformance', 'captures', `${name}.scap`),
    events: 1200,
  })),
];

for (const { name, file, events } of captures) {
  const skip = file !== undefined && existsSync(file) ? false : `SKIPPED: there is no ${name}`;
  test(`compiler and interpreter agree on random rule sets over ${name}`, { skip }, async (context) => {
    const outcome = await compareRuleSets(file as string, createSyscallCatalogue(), {
      seed: 20_261_121,
      ruleSets: 170,
      rulesPerSet: 12,
      maximumEvents: events,
    });
    context.diagnostic(
      `${outcome.ruleSets} rule sets, ${outcome.rules} conditions, ${outcome.mixed} of them both hold and fail`,
    );
    assert.equal(outcome.ruleSets, 170);
    assert.ok(
      outcome.mixed / outcome.rules >= 0.3,
      'at least 30 % of the conditions both hold and fail somewhere',
    );
  });
  test(`compiler and interpreter agree on crowds of usual rules over ${name}`, { skip }, async () => {
    const outcome = await compareRuleSets(file as string, createSyscallCatalogue(), {
      seed: 100,
      ruleSets: 40,
      rulesPerSet: 60,
      maximumEvents: events,
      isCrowded: true,
    });
    assert.equal(outcome.rules, 2400);
    assert.ok(outcome.mixed / outcome.rules >= 0.1, 'conditions both hold and fail somewhere');
  });
}
