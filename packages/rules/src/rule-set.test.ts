import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalText } from './condition/text.ts';
import type { ComparisonNode } from './condition/tree.ts';
import { describeRuleSet } from './describe/describe.ts';
import { loadTexts, ruleText, syscallTestCatalogue } from './load/testing.ts';
import { distinctMessages, loadRules, locateNode, macroOf, type RuleSet } from './rule-set.ts';

function conditionOf(ruleSet: RuleSet | undefined, name: string): string {
  return canonicalText(ruleSet!.rules.find((rule) => rule.name === name)!.condition);
}

function load(...contents: string[]): RuleSet {
  const { files, ruleSet } = loadTexts(contents);
  const errors = files.flatMap(({ messages }) => messages.filter(({ severity }) => severity === 'error'));
  assert.deepEqual(
    errors.map(({ message }) => message),
    [],
  );
  return ruleSet!;
}

test('lists and macros are put in, and a list of one needs no parentheses', () => {
  const ruleSet = load(
    `- list: shells\n  items: [sh, "a b"]\n- list: all\n  items: [shells, zsh]\n` +
      `- macro: started\n  condition: evt.type in (execve, execveat)\n` +
      `- list: one\n  items: [etcd]\n` +
      ruleText('r', 'started and not proc.name in (all) and not proc.pname in one'),
  );
  assert.equal(
    conditionOf(ruleSet, 'r'),
    '(evt.type in (execve, execveat) and not proc.name in (sh, "a b", zsh) and not proc.pname in etcd)',
  );
  const { files } = loadTexts([`- list: l\n  items: [a, b]\n${ruleText('r', 'proc.name in l')}`]);
  assert.match(files[0]!.messages[0]!.hint!, /'FIELD in \(LIST\)'/);
});

test('later files append to, replace and turn on and off what earlier ones define', () => {
  const ruleSet = load(
    `- list: l\n  items: [a]\n${ruleText('r', 'evt.type = open and proc.name in (l)')}${ruleText('s', 'evt.type = close')}`,
    `- list: l\n  items: [b]\n  override: {items: append}\n` +
      `- rule: r\n  condition: and fd.num > 3\n  tags: [b, a]\n  override: {condition: append, tags: append}\n` +
      `- rule: s\n  enabled: false\n  priority: error\n  override: {enabled: replace, priority: replace}\n`,
  );
  assert.equal(conditionOf(ruleSet, 'r'), '(evt.type = open and proc.name in (a, b) and fd.num > 3)');
  assert.deepEqual(ruleSet.rules[0]!.tags, ['a', 'b']);
  assert.deepEqual([ruleSet.rules[1]!.isEnabled, ruleSet.rules[1]!.priority], [false, 'Error']);
});

test('whatever evt.type is compared by, it must be with names that events have', () => {
  const messageOf = (condition: string) => {
    const { files } = loadTexts([ruleText('r', condition)]);
    return files[0]!.messages.find(({ severity }) => severity === 'error')?.message;
  };
  for (const comparison of ['= nope', 'in (open, nope)', 'startswith nope', 'glob nope', 'contains nope']) {
    assert.equal(messageOf(`evt.type ${comparison}`), 'unknown event type nope', comparison);
  }
  for (const comparison of ['toupper(evt.type) contains', 'b64(tolower(evt.type)) =', 'len(evt.type) >']) {
    assert.equal(messageOf(`${comparison} 4`), 'unknown event type 4', comparison);
  }
  assert.notEqual(messageOf('concat(evt.type, "x") contains 4'), 'unknown event type 4');
  assert.equal(messageOf('evt.type startswith open'), undefined);
});

test('exceptions of every shape become conditions', () => {
  const ruleSet = load(
    ruleText(
      'r',
      'evt.type = open',
      `  exceptions:
    - name: pairs
      fields: [proc.name, fd.name]
      comps: [in, startswith]
      values:
        - [[a, b c], /x]
        - [d, /y]
    - name: single
      fields: proc.pname
      values: [e, f g]
    - name: empty
      fields: [proc.name]
`,
    ),
  );
  assert.equal(
    conditionOf(ruleSet, 'r'),
    '((evt.type = open) and not ((proc.name in (a, "b c") and fd.name startswith /x) or (proc.name in (d) and fd.name startswith /y)) and not proc.pname in (e, "f g"))'.replace(
      '((evt.type = open) and',
      '(evt.type = open and',
    ),
  );
  assert.deepEqual(ruleSet.rules[0]!.exceptionFields, ['fd.name', 'proc.name', 'proc.pname']);
});

test('a macro sees those defined before its own last change', () => {
  const { files } = loadTexts([
    `- macro: a\n  condition: b\n- macro: b\n  condition: evt.type = open\n${ruleText('r', 'a')}`,
  ]);
  const [error] = files[0]!.messages;
  assert.equal(error!.message, "Undefined macro 'b' used in filter.");
  assert.match(error!.hint!, /defined only later \(line 3\)/);
  load(
    `- macro: a\n  condition: evt.type = open\n- macro: b\n  condition: evt.type = close\n` +
      `- macro: a\n  condition: or b\n  override: {condition: append}\n${ruleText('r', 'a')}`,
  );
});

test('macros that name each other, multiply or nest without end are refused, not followed', () => {
  const loop = loadTexts([
    `- macro: a\n  condition: evt.num > 1 or b\n- macro: b\n  condition: a\n- macro: a\n  condition: b\n`,
  ]);
  assert.match(loop.files[0]!.messages[0]!.message, /^reference loop in macro/);
  const doubling = Array.from({ length: 40 }, (_, i) => `- macro: m${i + 1}\n  condition: m${i} and m${i}\n`);
  const large = loadTexts([`- macro: m0\n  condition: evt.num > 1\n${doubling.join('')}`]);
  assert.match(large.files[0]!.messages[0]!.message, /too large or too deep/);
  const lists = Array.from({ length: 60 }, (_, i) => `- list: x${i}z\n  items: [x${i + 1}z, x${i + 1}z]\n`);
  const long = loadTexts([`${lists.join('')}${ruleText('r', 'proc.name in (x0z)')}`]);
  assert.match(long.files[0]!.messages[0]!.message, /condition too long/);
});

test('a node is located in the file it was written in, also from a macro of another file', () => {
  const ruleSet = load(
    '- macro: shell\n  condition: >\n    evt.type = open and\n    proc.name = sh\n',
    ruleText('r', 'shell and fd.num > 3'),
  );
  const rule = ruleSet.rules[0]!;
  const [shell, number] = (rule.condition as { children: readonly ComparisonNode[] }).children;
  const name = (shell as unknown as { children: readonly ComparisonNode[] }).children[1]!;
  assert.equal(macroOf(ruleSet, rule, name), 'shell');
  assert.deepEqual(locateNode(ruleSet, rule, name), {
    file: 'rules.yaml',
    line: 4,
    column: 5,
    length: 14,
    sourceLine: '    proc.name = sh',
  });
  assert.equal(macroOf(ruleSet, rule, number!), undefined);
  assert.deepEqual(locateNode(ruleSet, rule, number!), {
    file: 'rules2.yaml',
    line: 3,
    column: 24,
    length: 10,
    sourceLine: '  condition: shell and fd.num > 3',
  });
});

test('extra output and fields go to the rules that they are for', () => {
  const { ruleSet } = loadTexts(
    [ruleText('r', 'evt.type = open', '  tags: [t]\n') + ruleText('s', 'evt.type = open')],
    {
      extraOutput: [{ format: 'in=%container.id', tags: ['t'] }],
      extraFields: [{ name: 'who', format: '%user.name', isRaw: false, rule: 's' }],
    },
  );
  assert.deepEqual(
    ruleSet!.rules.map(({ output, extraFields }) => [output, extraFields.length]),
    [
      ['o in=%container.id', 0],
      ['o', 1],
    ],
  );
  const [, second] = describeRuleSet(ruleSet!, [syscallTestCatalogue]).rules;
  assert.deepEqual(second!.details.extra_output_formatted_fields, { who: '%user.name' });
});

test('rules less urgent than the minimum are loaded but off', () => {
  const { ruleSet } = loadTexts([ruleText('r', 'evt.type = open')], { minimumPriority: 'Notice' });
  assert.equal(ruleSet!.rules[0]!.isEnabled, false);
});

test('of rules written in 2017 argument 1 is the path, where the event opens a file', () => {
  const opening = ruleText('r', 'evt.type in (open, openat) and evt.arg[1] startswith /etc').replace(
    'output: o',
    'output: "%evt.arg[1]"',
  );
  const mixed = ruleText('s', 'evt.type in (open, listen) and evt.arg[1] = 5');
  const { ruleSet } = loadTexts([opening + mixed], { meaning: '2017' });
  assert.equal(conditionOf(ruleSet, 'r'), '(evt.type in (open, openat) and evt.arg.name startswith /etc)');
  assert.equal(ruleSet!.rules[0]!.output, '%evt.arg.name');
  assert.equal(
    conditionOf(ruleSet, 's'),
    '(evt.type in (open, listen) and ((evt.type in (open, openat, openat2, creat) and evt.arg.name = 5) or (not evt.type in (open, openat, openat2, creat) and evt.arg[1] = 5)))',
  );
  assert.equal(
    conditionOf(loadTexts([opening]).ruleSet, 'r'),
    '(evt.type in (open, openat) and evt.arg[1] startswith /etc)',
  );
});

test('each file means what its own time did: rules of 2017, macros of today, and the other way around', () => {
  const of2017 = `- macro: old\n  condition: evt.arg[1] startswith /old\n${ruleText('r', 'evt.type = openat and new and evt.arg[1] = /r')}`;
  const ofToday =
    '- macro: new\n  condition: evt.arg[1] = 7\n' +
    ruleText('s', 'evt.type = openat and old and evt.arg[1] = 9').replace(
      'output: o',
      'output: "%evt.arg[1]"',
    );
  const { ruleSet } = loadRules(
    [
      { name: 'today', content: '- macro: new\n  condition: evt.arg[1] = 7\n' },
      { name: 'old', content: of2017, meaning: '2017' },
      { name: 'again today', content: ofToday },
    ],
    [syscallTestCatalogue],
  );
  assert.equal(conditionOf(ruleSet, 'r'), '(evt.type = openat and evt.arg[1] = 7 and evt.arg.name = /r)');
  assert.equal(
    conditionOf(ruleSet, 's'),
    '(evt.type = openat and evt.arg.name startswith /old and evt.arg[1] = 9)',
  );
  assert.equal(ruleSet!.rules[1]!.output, '%evt.arg[1]');
});

test('a macro and a list are told as unused where no file uses them, not where a later one does', () => {
  const { files } = loadTexts([
    '- macro: opened\n  condition: evt.type = open\n- list: shells\n  items: [sh]\n- list: none\n  items: [a]\n',
    ruleText('r', 'opened and proc.name in (shells)'),
  ]);
  assert.deepEqual(
    distinctMessages(files).map(({ code, context }) => [code, context.locations.at(-1)?.itemName]),
    [['LOAD_UNUSED_LIST', 'none']],
  );
});

test('what is wrong with an earlier file is told with each later one, and once for people', () => {
  const { files } = loadTexts([ruleText('r', 'proc.name = a'), ruleText('s', 'evt.type = open')]);
  assert.deepEqual(
    files.map(({ messages }) => messages.map(({ code }) => code)),
    [['LOAD_NO_EVTTYPE'], ['LOAD_NO_EVTTYPE']],
  );
  assert.deepEqual(
    distinctMessages(files).map(({ place }) => place.file),
    ['rules.yaml'],
  );
});
