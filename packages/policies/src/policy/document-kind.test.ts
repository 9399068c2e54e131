import assert from 'node:assert/strict';
import { test } from 'node:test';
import { documentKindOf } from './document-kind.ts';

test('what may lie in one folder is told apart by its keys, also where it is damaged', () => {
  const texts = {
    policies: [
      'apiVersion: seawall.dev/v1alpha1\nkind: RuntimePolicy',
      'kind: [broken\nspec:',
      '{ apiVersion: a, kind: RuleSet }',
    ],
    'rule cases': ['cases:\n  - name: a\n    rule: b', '# told\ncontainers: {}\ncases: []'],
    rules: [
      '- rule: a\n  condition: b',
      '# told\n- required_engine_version: 1',
      '  - "macro": a',
      '- { list: a, items: [b] }',
      '- rule: a\n  desc: |\n    cases:\n',
      '- list: a\n  items: [broken',
    ],
    other: ['', 'nonsense', 'rules: [a]', 'containers: {}'],
  };
  for (const [kind, all] of Object.entries(texts)) {
    for (const text of all) assert.equal(documentKindOf(text), kind, text);
  }
});
