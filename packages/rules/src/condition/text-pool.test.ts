import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCondition } from './parse.ts';
import { createTextPool } from './text-pool.ts';

test('sharing texts changes none of them', () => {
  const text =
    'evt.type in (a, "b c", a_longer_name_than_most) and proc.env[HOME] = "\\né" and a_macro_of_ours';
  assert.deepEqual(parseCondition(text, { share: createTextPool() }), parseCondition(text));
});

test('every text of a tree goes through the pool: names, arguments and values', () => {
  const told: string[] = [];
  const tell = (text: string) => {
    told.push(text);
    return text;
  };
  parseCondition('proc.env[HOME] in (/root, "a b") and ours', { share: tell });
  assert.deepEqual(told, ['proc.env', 'HOME', '/root', 'a b', 'ours']);
});
