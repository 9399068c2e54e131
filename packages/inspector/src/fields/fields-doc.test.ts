import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { documentPath, fieldsDocument } from '../../scripts/generate-fields-doc.ts';

test('docs/fields.md is what the catalogue says (else run packages/inspector/scripts/generate-fields-doc.ts)', () => {
  assert.equal(readFileSync(documentPath, 'utf8'), fieldsDocument());
});
