import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { locateShared } from '../../../../test/shared.ts';
import { parsePlainYaml } from './plain-yaml.ts';
import { createSourceFile } from './source.ts';
import { isYamlProblem, parseFullYaml } from './yaml.ts';

/** @returns whether the plain reader took the text; where it did, both readers gave the same. */
function agree(text: string): boolean {
  const file = createSourceFile('rules.yaml', text, 0);
  const plain = parsePlainYaml(file);
  if (plain === undefined) return false;
  const full = parseFullYaml(file);
  assert.ok(
    !isYamlProblem(full),
    `the full reader refuses what the plain one takes: ${JSON.stringify(text)}`,
  );
  assert.equal(
    JSON.stringify([plain], undefined, 1),
    JSON.stringify(full, undefined, 1),
    JSON.stringify(text.slice(0, 200)),
  );
  return true;
}

const taken: Readonly<Record<string, string>> = {
  'a rule with block and plain scalars': `# a comment
- rule: A shell # another
  desc: a long
    description, in

    two lines
  condition: >
    evt.type = execve
      and more

    or less
  output: "shell %proc.name \\"quoted\\""
  tags: [a, 'b c', "d", e # why
    , f]
  items:
  - one
  - 'it''s'
  - |
    kept
     as it is

  exceptions:
    - name: x
      values:
        - [a, [b, c]]
`,
  'block scalars that keep or drop their last line breaks':
    '- a: |+\n    x\n\n- b: >-\n    y\n    z\n- c: d\n',
  'sequences of sequences': '- - a\n  - b\n- c\n',
  'empty flow sequences': '- list: a\n  items: []\n',
};

for (const [what, text] of Object.entries(taken)) {
  test(`the plain reader takes ${what}`, () => assert.ok(agree(text)));
}

for (const text of [
  '- a: &x b\n',
  '- {a: b}\n',
  '- a: b: c\n',
  '- a:\n',
  '-\ta\n',
  '--- a\n',
  '- "a\n  b"\n',
  'a: [b\n',
]) {
  test(`the plain reader leaves ${JSON.stringify(text)} to the full one`, () => assert.ok(!agree(text)));
}

test('both readers give the same for random arrangements of what rule files are made of', () => {
  const piece = fc.constantFrom(
    '- ',
    '  ',
    '\n',
    'a',
    'key: ',
    'b c',
    '>',
    '|-',
    '[',
    ']',
    ', ',
    '"q"',
    "'s'",
    '#',
    ' # c',
    ':',
    '\n    ',
    '-',
    '~',
    '\n\n',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
      agree(pieces.join(''));
    }),
    { numRuns: 4000, seed: 11 },
  );
});

const shared = locateShared('conformance');
const skip = shared !== undefined && existsSync(shared) ? false : 'SKIPPED: there is no conformance folder';

test('the plain reader takes the published rule files, and gives the same', { skip }, () => {
  const files = globSync(`${shared}/{stock-rules,regression/rules}/**/*.yaml`);
  const plain = files.filter((file) => agree(readFileSync(file, 'utf8')));
  const stock = files.filter((file) => /stock-rules\/falco[-_\w]*\.yaml$/.test(file));
  for (const file of stock) assert.ok(plain.includes(file), `${file} is left to the full reader`);
});
