import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSeawallError } from '@seawall/base';
import { bytesFromText } from '../value/bytes.ts';
import { parseCondition } from './parse.ts';
import { parseOperandAt } from './parse-operand.ts';
import type { ParseOptions } from './scanner.ts';
import { canonicalText } from './text.ts';
import type { ComparisonNode } from './tree.ts';

function rightValue(text: string, options?: ParseOptions): unknown {
  return ((parseCondition(text, options) as ComparisonNode).right as { value: string }).value;
}

function errorOf(
  text: string,
  options?: ParseOptions,
): {
  code: string;
  details: Readonly<Record<string, unknown>>;
  message: string;
} {
  try {
    parseCondition(text, options);
  } catch (error) {
    if (isSeawallError(error)) return error;
    throw error;
  }
  assert.fail(`${text} was accepted`);
}

test('a tree keeps the order, the nesting and the places of what was written', () => {
  const tree = parseCondition('a.b = 1 and\n not (m or c.d in (x, "y z"))');
  assert.equal(tree.kind, 'and');
  if (tree.kind !== 'and') return;
  const [comparison, negation] = tree.children;
  assert.deepEqual(comparison, {
    kind: 'comparison',
    left: {
      kind: 'field',
      name: 'a.b',
      argument: undefined,
      position: { index: 0, line: 1, column: 1 },
      end: 3,
    },
    operator: '=',
    quantifier: undefined,
    right: { kind: 'value', value: '1', form: 'bare', position: { index: 6, line: 1, column: 7 }, end: 7 },
    position: { index: 0, line: 1, column: 1 },
    end: 7,
  });
  assert.deepEqual(negation?.position, { index: 13, line: 2, column: 2 });
  assert.equal(negation?.end, 41);
});

test('constants are bytes: text in UTF-8, escapes as the byte they name', () => {
  assert.equal(rightValue('a.b = "é"'), 'Ã©');
  assert.equal(rightValue('a.b = é'), bytesFromText('é'));
  assert.equal(rightValue('a.b = "\x01"'), '\x01');
  assert.equal(rightValue('a.b = "a\\ b"'), 'a\\b');
  assert.equal(rightValue("a.b = '\\'\\/\\n'"), "'/\n");
});

test('a quantifier needs a blank before it and a list behind it, else it is a value', () => {
  const quantified = parseCondition('a.b contains anyof (x)') as ComparisonNode;
  assert.equal(quantified.quantifier, 'anyof');
  assert.equal(rightValue('a.b = oneof'), 'oneof');
  assert.equal((parseCondition('(a.b = oneof and c)') as { kind: string }).kind, 'and');
});

test('a wrong escape is told with its text and what to write', () => {
  const error = errorOf('a.b = "C:\\Users"');
  assert.equal(error.code, 'rules/CONDITION_ESCAPE_UNKNOWN');
  assert.equal(error.details.text, '\\U');
  assert.match(error.message, /write \\\\ for a backslash/);
});

test('bytes by their number are read where they are asked for, and nowhere else: Falco 0.44 refuses them', () => {
  const options = { readsHexadecimal: true };
  assert.equal(rightValue('a.b = "\\xff\\x00"', options), '\xff\0');
  assert.equal(errorOf('a.b = "\\xg0"', options).code, 'rules/CONDITION_ESCAPE_WRONG_HEXADECIMAL');
  const error = errorOf('a.b = "\\x41" and c');
  assert.equal(error.code, 'rules/CONDITION_ESCAPE_HEXADECIMAL');
  assert.deepEqual([error.details.text, error.details.index], ['\\x41', 12]);
  assert.match(
    error.message,
    /holds \\x41, which Falco 0\.44 does not read: write the character itself, or \\\\x for/,
  );
});

test('a list whose only item is unreadable counts as empty, as in Falco, and says so', () => {
  const { right } = parseCondition('a.b in ("\\q")') as ComparisonNode;
  assert.ok(right.kind === 'list');
  assert.deepEqual(right.items, []);
  assert.deepEqual(right.unreadable, { position: { index: 8, line: 1, column: 9 }, text: '"\\q"' });
});

test('an error names the place, the text that stands there and what to write instead', () => {
  const error = errorOf('proc.name = sh\n  && x');
  assert.equal(error.code, 'rules/CONDITION_CONTINUES');
  assert.deepEqual({ line: error.details.line, column: error.details.column }, { line: 2, column: 3 });
  assert.match(error.message, /unexpected '&&' after 'sh': join checks with `and` or `or`/);
  assert.match(errorOf('proc.name = ').message, /but the end does/);
});

test('parentheses nest deeper than Falco asks its parser for, and text that nests without end is refused', () => {
  for (const levels of [19, 300, 399]) {
    assert.equal(canonicalText(parseCondition(`${'('.repeat(levels)}a${')'.repeat(levels)}`)), 'a');
  }
  const endless = ['(', 'not ( ', 'not(', 'a or(', 'a and(', 'a or not (b and ', 'b64(', 'join("", (b64('];
  for (const opening of endless) {
    assert.equal(errorOf(opening.repeat(100_000)).code, 'rules/CONDITION_TOO_DEEP', opening);
  }
  const deep = `${'b64('.repeat(200)}a.b${')'.repeat(200)} = x`;
  assert.equal(canonicalText(parseCondition(deep)), deep);
});

test('productions count as they do in Falco, so that its limit is met at the same places', () => {
  const reach = (text: string) => {
    let nesting = 1;
    while (errorOf(text, { nesting }).code === 'rules/CONDITION_TOO_DEEP') nesting++;
    return nesting;
  };
  // or, and, not and check are around a name; a parenthesis is one more, and begins anew behind what it stands in.
  assert.equal(reach('a b'), 5);
  assert.equal(reach('(a) b'), 10);
  assert.equal(reach('not(a) b'), 9);
  assert.equal(reach('a and(a) b'), 8);
  assert.equal(reach('a or(a) b'), 7);
  assert.equal(reach('a.b = 1 b'), 8);
});

test('what stands in parentheses ends where its parenthesis does', () => {
  const texts = [
    ['((a and b) or c)', '((a and b) or c)'],
    ['not(a)and b', '(not a and b)'],
    ['a and(b or c)or d', '((a and (b or c)) or d)'],
    ['a or(b and c)or not(d)', '(a or (b and c) or not d)'],
    ['not not (not a or b) and ((c))', '((not a or b) and c)'],
  ] as const;
  for (const [text, canonical] of texts) assert.equal(canonicalText(parseCondition(text)), canonical);
  assert.equal(errorOf('a or(b) and c').code, 'rules/CONDITION_CONTINUES');
  assert.equal(errorOf('(a').code, 'rules/CONDITION_PARENTHESIS_MISSING');
  assert.equal(errorOf('a)').code, 'rules/CONDITION_CONTINUES');
  assert.equal(errorOf('a andb').code, 'rules/CONDITION_BLANK_MISSING');
});

test('a field or transformer inside another text is parsed up to its end', () => {
  const text = 'x %toupper( proc.name ) y';
  const node = parseOperandAt(text, 3);
  assert.equal(canonicalText(node), 'toupper(proc.name)');
  assert.equal(text.slice(node.end), ' y');
});
