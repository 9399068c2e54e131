import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parseAllDocuments } from 'yaml';
import { objectsJsonSchema } from './json-schema.ts';
import { loadPolicyFiles } from './load.ts';

const root = join(import.meta.dirname, '../../../..');
const published = join(root, 'schemas/seawall.dev-v1alpha1.json');

test('the published schema is that of the code (./seawall policies schema > schemas/seawall.dev-v1alpha1.json)', () => {
  assert.deepEqual(
    JSON.parse(readFileSync(published, 'utf8')),
    JSON.parse(JSON.stringify(objectsJsonSchema())),
  );
});

const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(
  objectsJsonSchema() as object,
);

const examples = globSync('examples/policies/*.yaml', { cwd: root });

test('there are examples', () => {
  assert.ok(examples.length > 0);
});

for (const path of examples) {
  test(`${path} is valid by the published schema, and loads without a word`, () => {
    const text = readFileSync(join(root, path), 'utf8');
    assert.deepEqual(loadPolicyFiles([{ path, text }]).diagnostics, []);
    for (const document of parseAllDocuments(text)) {
      assert.ok(validate('toJS' in document ? document.toJS() : undefined), JSON.stringify(validate.errors));
    }
  });
}

test('what the schema refuses is not loaded either', () => {
  const policy = { apiVersion: 'seawall.dev/v1alpha1', kind: 'RuntimePolicy', metadata: { name: 'a' } };
  for (const spec of [
    {},
    { rules: [] },
    { rules: [{ tag: 'a' }], mode: 'loud' },
    { rules: [{ tag: 'a' }], actions: [{ type: 'pause', fro: '5m' }] },
    { rules: [{ tag: 'a' }], scope: { host: 'maybe' } },
    { rules: [{ tag: 'a' }], coolDown: '5 minutes' },
  ]) {
    const object = { ...policy, spec };
    assert.equal(validate(object), false, JSON.stringify(spec));
    assert.deepEqual(loadPolicyFiles([{ path: 'a', text: JSON.stringify(object) }]).policies, []);
  }
});
