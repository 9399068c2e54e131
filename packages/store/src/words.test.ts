import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import fc from 'fast-check';
import { createWordTest, phrasesOf } from './words.ts';

test('a path is words that stand next to each other', () => {
  assert.deepEqual(phrasesOf('  /etc/Shadow  pid=17 // '), [
    ['etc', 'shadow'],
    ['pid', '17'],
  ]);
  const hasShadow = createWordTest('/etc/shadow');
  assert.ok(hasShadow('read file=/ETC/shadow'));
  assert.ok(!hasShadow('read file=/etc/x/shadow'));
  assert.ok(!hasShadow('read file=/etc/shadows'));
});

test('a search without a word finds nothing', () => {
  assert.ok(!createWordTest(' // ')('//'));
  assert.ok(!createWordTest('')(''));
});

test('a text is found as the full-text index finds it', () => {
  const database = new DatabaseSync(':memory:');
  database.exec(`CREATE VIRTUAL TABLE one USING fts5(text, tokenize = 'unicode61 remove_diacritics 0')`);
  const insert = database.prepare('INSERT INTO one(rowid, text) VALUES (1, ?)');
  const match = database.prepare('SELECT count(*) AS found FROM one WHERE one MATCH ?');
  const word = fc.constantFrom('etc', 'Shadow', 'pid', '17', 'é', 'Ünit', 'x_y', '日本', 'a.b');
  const separator = fc.constantFrom(' ', '/', '=', '_', '-', '  ', '"', "'", '*', '(');
  const text = fc.array(fc.tuple(word, separator), { maxLength: 6 }).map((parts) => parts.flat().join(''));
  fc.assert(
    fc.property(text, text, (kept, search) => {
      database.exec('DELETE FROM one');
      insert.run(kept);
      const expression = phrasesOf(search)
        .map((words) => `"${words.join(' ')}"`)
        .join(' AND ');
      const isFound = expression !== '' && match.get(expression)?.found === 1;
      assert.equal(createWordTest(search)(kept), isFound);
    }),
    { numRuns: 500 },
  );
});
