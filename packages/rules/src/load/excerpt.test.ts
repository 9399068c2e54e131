import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadRules } from '../rule-set.ts';
import { excerptOf } from './excerpt.ts';
import { falcoLoadMessage, renderLoadMessage } from './message.ts';

test('a short text stays, a long one is cut between characters and says so', () => {
  assert.equal(excerptOf('abc', 3), 'abc');
  assert.equal(excerptOf('abcd', 3), 'abc...');
  assert.equal(excerptOf('ab\u{1f600}d', 3), 'ab...');
});

test('what is no YAML is quoted shortly, in messages for people and for programs', () => {
  const junk = `a\n${'\u0001\ufffd{x '.repeat(50_000)}`;
  const endless = `- rule: ${'x'.repeat(100_000)}\n  bogus: [1`;
  for (const content of [junk, endless, `"a": "b" ${'c'.repeat(100_000)}`, `- ${'k'.repeat(100_000)}: 1\n`]) {
    const [file] = loadRules([{ name: 'r.yaml', content }], []).files;
    assert.notDeepEqual(file!.messages, []);
    for (const message of file!.messages) {
      assert.ok(renderLoadMessage(message).length < 1500, renderLoadMessage(message).slice(0, 2000));
      assert.ok(falcoLoadMessage(message).message.length < 1500);
    }
  }
});
