import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadTexts, ruleText, syscallTestCatalogue } from '../load/testing.ts';
import { lintRuleSet, lints, renderLintFinding } from './lint.ts';
import { findNestedRepetition } from './repeated-repetition.ts';

/** Ids of what the lints find, without one another's company: `lint/message at line:column`. */
function find(content: string, ...only: readonly string[]): readonly string[] {
  const { files, ruleSet } = loadTexts([content]);
  assert.ok(ruleSet, files[0]!.messages.map(({ message }) => message).join('\n'));
  return lintRuleSet(ruleSet, [syscallTestCatalogue])
    .filter(({ lint }) => only.length === 0 || only.includes(lint))
    .map(({ lint, messageId, place }) => `${lint}/${messageId} at ${place.line}:${place.column}`);
}

function findIn(condition: string, ...only: readonly string[]): readonly string[] {
  return find(ruleText('r', `evt.type in (open, openat, connect) and ${condition}`), ...only);
}

const neverTrue = [
  'proc.name = a and proc.name = b',
  'proc.name in (a, b) and not proc.name in (a, b, c)',
  'proc.name = a and proc.name != a',
  'proc.name = a and not proc.name exists',
  'fd.num > 5 and fd.num <= 5',
  'fd.num in (1, 2) and fd.num > 2',
  'fd.name startswith /etc and fd.name startswith /var',
  'fd.name startswith /etc/x and not fd.name startswith /etc/',
  'fd.name = /etc/x and fd.name endswith .conf',
  'fd.sip = 127.0.0.1 and fd.net != 127.0.0.0/8',
  'fd.sip = "10.1.2.3" and not fd.snet in ("10.0.0.0/8", "192.168.0.0/16")',
  '(proc.name = a or proc.name = b) and proc.name in (c, d)',
  'not (proc.name != a or proc.name = a)',
];

const maybeTrue = [
  'proc.name = a and proc.pname = b',
  'proc.name in (a, b) and not proc.name in (b)',
  'fd.num > 5 and fd.num < 7',
  'fd.name startswith /etc and fd.name startswith /etc/x',
  'fd.name startswith /etc and not fd.name startswith /etc/x',
  'fd.sip = 127.0.0.1 and fd.net != 10.0.0.0/8',
  'fd.ip = 127.0.0.1 and fd.ip = 10.0.0.1',
  'evt.type = open and evt.type in (open)',
  'proc.name = a and (proc.pname = b or proc.name = b)',
  'fd.num = 1 and fd.num < 2',
];

test('a condition whose parts exclude each other is told, and no other', () => {
  for (const condition of neverTrue) {
    assert.match(String(findIn(condition, 'never-true')), /^never-true\/contradiction/, condition);
  }
  for (const condition of maybeTrue) {
    assert.deepEqual(findIn(condition, 'never-true'), [], condition);
  }
  assert.deepEqual(find(ruleText('r', 'evt.type = open and evt.type = close')), [
    'never-true/noEvent at 3:14',
  ]);
});

test('an or that always holds is told', () => {
  assert.deepEqual(findIn('(proc.name != a or proc.name != b)'), ['always-true/part at 3:55']);
  assert.deepEqual(findIn('(proc.name != a or proc.pname != b)'), []);
});

test('an argument by its number is told where it has several meanings', () => {
  assert.deepEqual(find(ruleText('r', 'evt.type in (open, openat) and evt.arg[1] = x')), [
    'argument-index/differs at 3:45',
  ]);
  assert.deepEqual(find(ruleText('r', 'evt.type in (open, creat) and evt.arg[1] = x')), []);
  assert.deepEqual(find(ruleText('r', 'evt.type in (open, openat) and evt.arg[0] = 3')), []);
});

test('a directory that is let through by an open prefix is told', () => {
  assert.deepEqual(findIn('not fd.name startswith /var/lib/etcd'), ['prefix-boundary/open at 3:58']);
  assert.deepEqual(findIn('not (proc.name = a or not not fd.name startswith /a)'), [
    'prefix-boundary/open at 3:84',
  ]);
  for (const condition of [
    'fd.name startswith /var/lib/etcd',
    'not fd.name startswith /var/lib/etcd/',
    'not fd.name startswith /dev/tty.',
    'not proc.cmdline startswith /bin/sh',
  ]) {
    assert.deepEqual(findIn(condition), [], condition);
  }
});

test('a repetition of a repetition is told', () => {
  assert.equal(findNestedRepetition('x(a+)+y'), '(a+)+');
  assert.equal(findNestedRepetition('((ab*)c)*'), '((ab*)c)*');
  assert.equal(findNestedRepetition('(a{2,})*'), '(a{2,})*');
  for (const simple of ['(ab)+', '[(a+)]+', '\\(a+\\)+', '(a?)+', 'a+b+', '(a+)?', '(a+){2}']) {
    assert.equal(findNestedRepetition(simple), undefined, simple);
  }
});

test('a value that is asked for and excluded is told', () => {
  assert.deepEqual(findIn('proc.name in (a, b) and not proc.name in (b, c)'), [
    'contradictory-lists/overlap at 3:82',
  ]);
});

test('a rule that fires only where an earlier one does is told', () => {
  const wide = ruleText('wide', 'evt.type = open and fd.num > 3');
  const narrow = ruleText('narrow', 'fd.num > 3 and evt.type = open and proc.name = a');
  assert.deepEqual(find(wide + narrow), ['shadowed-rule/narrower at 8:14']);
  assert.deepEqual(find(narrow + wide), []);
  assert.deepEqual(find(wide + wide.replace('wide', 'same')), ['shadowed-rule/same at 8:14']);
});

test('one end of a connection is told where the rule is about both directions', () => {
  assert.deepEqual(find(ruleText('r', 'evt.type in (connect, accept) and fd.sport = 22')), [
    'connection-end/both at 3:48',
  ]);
  assert.deepEqual(find(ruleText('r', 'evt.type = connect and fd.sport = 22')), []);
});

test('a list that counts as empty for a wrong escape is told, as loading it says nothing', () => {
  const rule = (list: string) => find(ruleText('r', `evt.type = open and not proc.name in (${list})`));
  assert.deepEqual(
    rule('"\\x41"').filter((found) => found.startsWith('unreadable-list')),
    ['unreadable-list/empty at 3:51'],
  );
  assert.deepEqual(rule('"a"'), []);
});

test('what stands in a macro is told once, with the macro and its place', () => {
  const content =
    '- macro: etc\n  condition: fd.name startswith /etc\n' +
    ruleText('r', 'evt.type = open and not etc') +
    ruleText('s', 'evt.type = openat and not etc');
  const { ruleSet } = loadTexts([content]);
  const [finding, ...more] = lintRuleSet(ruleSet!, [syscallTestCatalogue]);
  assert.deepEqual(more, []);
  assert.match(
    renderLintFinding(finding!),
    /^rules\.yaml:2:14: warning: .* \(in macro 'etc' of rule 'r'\) \[prefix-boundary\]\n/,
  );
  assert.deepEqual(lintRuleSet(ruleSet!, [syscallTestCatalogue], { without: ['prefix-boundary'] }), []);
});

test('each lint has an id of its own, and every message names only what it is given', () => {
  assert.equal(new Set(lints.map(({ id }) => id)).size, lints.length);
  for (const { messages, description } of lints) {
    assert.ok(description.length > 0 && Object.keys(messages).length > 0);
  }
});
