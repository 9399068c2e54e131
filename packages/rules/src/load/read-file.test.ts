import assert from 'node:assert/strict';
import { test } from 'node:test';
import { falcoLoadResult } from '../rule-set.ts';
import { renderLoadMessage } from './message.ts';
import { loadTexts, ruleText } from './testing.ts';

/** The first message of a file that is loaded alone, for people. */
function tell(content: string): string {
  const message = loadTexts([content]).files[0]!.messages[0];
  return message === undefined ? '' : renderLoadMessage(message);
}

function codes(content: string): readonly string[] {
  return loadTexts([content]).files[0]!.messages.map(({ code }) => code);
}

test('an error shows the file, the line, a marker under the fault and what to write', () => {
  assert.equal(
    tell(ruleText('r', 'evt.type = open and proc.nmae = sh')),
    [
      "rules.yaml:3:34: error: the syscall source has no field 'proc.nmae': `seawall rules fields` lists them (in rule 'r') [LOAD_ERR_COMPILE_CONDITION]",
      '  3 |   condition: evt.type = open and proc.nmae = sh',
      '    |                                  ^^^^^^^^^',
      "  = did you mean 'proc.name'?",
    ].join('\n'),
  );
});

test('escapes that Falco 0.44 lacks are refused in its words, behind the string, and for people with what to write', () => {
  const [message] = loadTexts([ruleText('r', `evt.type = open and proc.name = "a\\x41" and b`)]).files[0]!
    .messages;
  assert.equal(message!.code, 'LOAD_ERR_COMPILE_CONDITION');
  assert.equal(message!.message, 'unsupported string escape sequence: \\x');
  assert.deepEqual([message!.place.line, message!.place.column], [3, 53]);
  assert.match(message!.plain!, /Falco 0\.44 does not read: write the character itself/);
  const told = (text: string) => loadTexts([ruleText('r', text)]).files[0]!.messages[0]!.message;
  assert.equal(told(`proc.name = "\\U"`), 'unsupported string escape sequence: \\U');
  assert.equal(told(`proc.name = 'a\\"'`), `invalid \\" escape in '-quoted string`);
  assert.equal(told(`proc.name = "\\'"`), `invalid \\' escape in "-quoted string`);
});

test('a fault in a folded condition, behind letters that take several bytes, is marked at its own line', () => {
  const rendered = tell(
    '- rule: é\n  desc: ü\n  condition: >\n    evt.type = open\n    and proc.name = é or and\n  output: o\n  priority: INFO\n',
  );
  assert.match(rendered, /^rules\.yaml:5:26: error: /);
  assert.match(rendered, /\n {4}\| {26}\^\^\^\n?/);
});

test('a value of an exception is what its own fault points at', () => {
  const rendered = tell(
    ruleText(
      'r',
      'evt.type = open',
      '  exceptions:\n    - name: e\n      fields: [fd.num]\n      comps: [=]\n      values:\n        - [many]\n',
    ),
  );
  assert.match(rendered, /^rules\.yaml:11:12: error: /);
  assert.match(rendered, /'many' can't be compared with 'fd\.num'/);
});

test("a constant that a field can't be compared with comes with what was meant: a list, or the field for networks", () => {
  const told = (check: string) => tell(ruleText('r', `evt.type = connect and ${check}`));
  assert.match(
    told('fd.sip in (good_ones)'),
    /= if 'good_ones' is to be a list, define it before, here or in/,
  );
  assert.match(told('fd.sip in ("10.0.0.0/8")'), /= to ask for a network write fd\.snet$/);
  assert.match(told('fd.sip = fd00::/8'), /= to ask for a network write fd\.snet$/);
  assert.doesNotMatch(told('fd.sip = good_one'), /\n {2}=/);
});

test("what Falco's JSON says is said with Falco's places: bytes, lines from 0, the condition's own place added", () => {
  const { files } = loadTexts([`# ü\n${ruleText('r', 'evt.type = open and')}`]);
  const [error] = falcoLoadResult(files[0]!).errors;
  assert.equal(error!.code, 'LOAD_ERR_COMPILE_CONDITION');
  assert.deepEqual(
    error!.context.locations.map(({ item_type, position }) => [
      item_type,
      position.line,
      position.column,
      position.offset,
    ]),
    [
      ['rules content', 0, 0, 0],
      ['rule', 1, 2, 7],
      ['rule condition', 3, 13, 38],
      ['condition expression', 4, 33, 57],
    ],
  );
  assert.equal(error!.context.snippet, 'evt.type = open and\n                  ^\n');
});

test('what is no list of items is refused with what a rule file is', () => {
  assert.match(tell('text'), /Rules content is not yaml \[LOAD_ERR_YAML_VALIDATE\]/);
  assert.match(tell('a: b'), /Rules content is not yaml array of objects/);
  assert.match(tell('- a'), /Each element should be a yaml associative array/);
  assert.match(tell('- []'), /Each element should be a yaml associative array/);
  assert.deepEqual(codes(''), []);
  assert.deepEqual(codes('- null\n- ~\n-\n'), []);
});

test('a key in the wrong column is named, with the item as it should be', () => {
  assert.equal(
    tell('- macro: m\n condition: evt.type = open\n- macro: n\n  condition: m\n'),
    [
      "rules.yaml:2:2: error: the key 'condition' stands one column too far to the left: all keys of an item begin in the same column, here column 3 like 'macro' in line 1 [LOAD_ERR_YAML_PARSE]",
      '  2 |  condition: evt.type = open',
      '    |  ^',
      '  = write:',
      '      - macro: m',
      '        condition: evt.type = open',
    ].join('\n'),
  );
});

test('a quote or bracket that is never closed is told where it opens', () => {
  assert.match(
    tell('- rule: r\n  desc: d\n  priority: INFO\n  output: "o\n  condition: evt.type = open\n'),
    /^rules\.yaml:6:1: error: the " in line 4, column 11 is never closed \[LOAD_ERR_YAML_PARSE\]\n[\s\S]*write the " where it ends$/,
  );
  assert.match(
    tell('- list: a\n  items: [x, y\n- list: b\n  items: []\n'),
    /error: the \[ in line 2, column 10 is never closed/,
  );
});

test('a line that is indented with a tab is told as such, wherever it stands', () => {
  const at = (line: number, column: number) =>
    new RegExp(
      `^rules\\.yaml:${line}:${column}: error: this line is indented with a tab \\[[\\s\\S]*indent with blanks`,
    );
  assert.match(tell('- macro: m\n\tcondition: evt.type = open\n'), at(2, 1));
  assert.match(tell('- macro: m\n  condition: >\n    evt.type = open\n\tand proc.name = a\n'), at(4, 1));
  assert.match(tell('- macro: m\n  condition: >\n\tevt.type = open\n'), at(3, 1));
  assert.match(tell('- rule: r\n  exceptions:\n  \t- name: e\n'), at(3, 3));
});

test('overrides of another kind than Falco reads have its codes: it fails in its YAML reader, which knows the file alone', () => {
  const twice = (override: string) =>
    `${ruleText('r', 'evt.type = open')}${ruleText('r', 'evt.type = close', `  override: ${override}\n`)}`;
  const told = (override: string) => {
    const [error] = falcoLoadResult(loadTexts([twice(override)]).files[0]!).errors;
    return error && [error.code, error.context.locations.length];
  };
  assert.deepEqual(told('[a]'), ['LOAD_ERR_VALIDATE', 1]);
  assert.deepEqual(told('[{condition: append}]'), ['LOAD_ERR_VALIDATE', 1]);
  assert.deepEqual(told('[]'), ['LOAD_ERR_VALIDATE', 1]);
  assert.deepEqual(told('{condition: [append]}'), ['LOAD_ERR_VALIDATE', 1]);
  assert.deepEqual(told('{condition: {a: b}}'), ['LOAD_ERR_VALIDATE', 1]);
  assert.deepEqual(told('{[condition]: append}'), ['LOAD_ERR_YAML_PARSE', 1]);
  assert.deepEqual(told('{condition: x}'), ['LOAD_ERR_YAML_VALIDATE', 4]);
  for (const nothing of ['append', '~', '""']) assert.equal(told(nothing), undefined);
  assert.match(
    tell(twice('[a]')),
    /^rules\.yaml:11:13: error: .*\n.*\n.*\n {2}= write 'override:' and below it/,
  );
  assert.match(tell(twice('{condition: }')), /Invalid override operation for key 'condition': 'null'/);
  assert.match(
    tell(twice('{[condition]: append}')),
    /^rules\.yaml:11:14: error: .* a key must be a single word/,
  );
  assert.deepEqual(codes('- {list: m, items: [a], {a: b}: c}'), ['LOAD_ERR_YAML_PARSE']);
});

test('unknown keys and items are told, with the key that was meant', () => {
  assert.match(
    tell(ruleText('r', 'evt.type = open', '  tgas: [a]\n')),
    /6:3: warning: .*'tgas'.*\n.*\n.*\n {2}= did you mean 'tags'\?/,
  );
  assert.deepEqual(codes('- rul: x\n'), ['LOAD_UNKNOWN_ITEM']);
});

test('engine versions: the minor number alone or three numbers, and not later than ours', () => {
  assert.deepEqual(codes('- required_engine_version: 31'), []);
  assert.deepEqual(codes('- required_engine_version: "0x1f"'), []);
  assert.deepEqual(codes('- required_engine_version: 0.31.0'), []);
  assert.deepEqual(codes('- required_engine_version: 0.62.0'), []);
  assert.match(tell('- required_engine_version: 0.63.0'), /but engine version is 0\.62\.0/);
  assert.match(tell('- required_engine_version: 9999999'), /require engine version 0\.9999999\.0/);
  assert.match(tell('- required_engine_version: 1.0.0'), /require engine version 1\.0\.0/);
  assert.match(tell('- required_engine_version: soon'), /Unable to parse engine version 'soon'/);
});

test('truths and numbers are read as YAML 1.1 spells them', () => {
  for (const truth of ['true', 'Yes', 'ON', 'y']) {
    assert.deepEqual(codes(ruleText('r', 'evt.type = open', `  enabled: ${truth}\n`)), []);
  }
  assert.match(tell(ruleText('r', 'evt.type = open', '  enabled: yEs\n')), /Can't decode YAML scalar value/);
  assert.match(tell(ruleText('r', 'evt.type = open', '  capture_duration: -1\n')), /6:21: error/);
});

test('items that go on further to the left are read on, as Falco does, and faults in them have their places', () => {
  const text =
    '    - list: a\n      items: [x]\n  - list: b\n    items: [y]\n- macro: m\n  condition: proc.name in (a, b) ';
  assert.deepEqual(codes(text), ['LOAD_UNUSED_MACRO']);
  assert.match(tell(`${text}or proc.nmae = x\n- rule: r\n`), /^rules\.yaml:7:3: error: /);
  assert.match(tell(`${text}\n- macro: [a: b]\n`), /^rules\.yaml:7:10: error: /);
  assert.deepEqual(codes(' - list: a\n   items: [x]\nb: c\n'), ['LOAD_ERR_YAML_PARSE']);
});

test('tags say nothing: what stands behind one is the text that was written', () => {
  assert.match(tell(ruleText('r', '!!binary aGk=')), /unexpected '=' after 'aGk'/);
});

test('a value with a colon behind it is refused where the colon stands', () => {
  assert.match(
    tell('- list: a\n  items: [x]: y\n'),
    /^rules\.yaml:2:13: error: this is not YAML: a value can’t be a key/,
  );
  assert.deepEqual(codes('- list: a\n  items: [x]\n  : y\n').includes('LOAD_ERR_YAML_PARSE'), false);
});

test('aliases are followed, but not into themselves and not without bound', () => {
  assert.deepEqual(
    codes(
      '- list: l\n  items: &i [a]\n- macro: m\n  condition: &c evt.type = open\n- rule: r\n  desc: d\n  condition: *c\n  output: o\n  priority: INFO\n  tags: *i\n',
    ),
    ['LOAD_UNUSED_MACRO', 'LOAD_UNUSED_LIST'],
  );
  assert.deepEqual(codes('- list: l\n  items: &i [*i]\n'), ['LOAD_ERR_YAML_PARSE']);
  const bomb = Array.from({ length: 30 }, (_, i) => `- &a${i + 1} [*a${i}, *a${i}, *a${i}]\n`).join('');
  assert.deepEqual(codes(`- &a0 [x]\n${bomb}`), ['LOAD_ERR_YAML_PARSE']);
  assert.deepEqual(codes('['.repeat(20_000)), ['LOAD_ERR_YAML_PARSE']);
});

test('each kind of wrong exception is told', () => {
  const messages: readonly (readonly [string, RegExp])[] = [
    [
      'fields: [proc.name]\n      comps: [=, =]\n      values: [[a]]',
      /Fields and comps lists must have equal length/,
    ],
    [
      'fields: [proc.name]\n      comps: [near]\n      values: [[a]]',
      /'near' is not a supported comparison operator/,
    ],
    ['fields: [proc.nobody]\n      values: [[a]]', /'proc\.nobody' is not a supported filter field/],
    ['fields: [proc.name]\n      values: [[a, b]]', /Fields and values lists must have equal length/],
    [
      'fields: proc.name\n      comps: startswith\n      values: [a]',
      /comps must be one of \(in, pmatch, intersects\)/,
    ],
    ['fields: proc.name\n      values: [[a]]', /Expected values array to contain a list of strings/],
    ['fields: []\n      values: [[a]]', /must have fields property/],
    ['values: [[a]]', /Item has no mapping for key 'fields'/],
  ];
  for (const [exception, expected] of messages) {
    const content = ruleText('r', 'evt.type = open', `  exceptions:\n    - name: e\n      ${exception}\n`);
    assert.match(tell(content), expected, exception);
  }
});

test('a rule may ask to be skipped when a field or event type is unknown', () => {
  const skip = '  skip-if-unknown-filter: true\n';
  for (const condition of ['proc.nobody = x', 'evt.type = nothing', 'proc.name[1] = x']) {
    assert.deepEqual(codes(ruleText('r', condition, skip)), ['LOAD_UNKNOWN_FILTER'], condition);
    assert.deepEqual(codes(ruleText('r', condition)), ['LOAD_ERR_COMPILE_CONDITION'], condition);
  }
  assert.deepEqual(
    codes(ruleText('r', 'evt.type = open', skip).replace('output: o', 'output: "%no.field"')),
    ['LOAD_UNKNOWN_FILTER'],
  );
});

test('a rule about too many event types is warned about, unless it says it knows', () => {
  assert.deepEqual(codes(ruleText('r', 'proc.name = a')), ['LOAD_NO_EVTTYPE']);
  assert.deepEqual(codes(ruleText('r', 'proc.name = a', '  warn_evttypes: false\n')), []);
});

test('what is unused, unknown or looks like a mistake is told', () => {
  assert.deepEqual(codes('- list: l\n  items: [a]\n- macro: m\n  condition: evt.type = open\n'), [
    'LOAD_UNUSED_MACRO',
    'LOAD_UNUSED_LIST',
  ]);
  assert.deepEqual(codes(ruleText('r', 'evt.type = open', '  source: other\n')), ['LOAD_UNKNOWN_SOURCE']);
  assert.deepEqual(codes(ruleText('r', 'evt.type = open and proc.name = proc.pname')), [
    'LOAD_COMPILE_CONDITION',
  ]);
  assert.deepEqual(codes(ruleText('r', 'evt.type = open and evt.dir = <')), ['LOAD_DEPRECATED_ITEM']);
});

test('a tidy file says nothing, for people or for Falco', () => {
  const { files } = loadTexts([ruleText('r', 'evt.type = open')]);
  assert.deepEqual(falcoLoadResult(files[0]!), {
    name: 'rules.yaml',
    successful: true,
    schema_valid: true,
    schema_warnings: [],
    errors: [],
    warnings: [],
  });
});
