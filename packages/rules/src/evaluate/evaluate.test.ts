import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSeawallError } from '@seawall/base';
import { parseCondition } from '../condition/parse.ts';
import { bindCondition } from './bind.ts';
import { interpret } from './interpret.ts';
import { type TestEvent, testCatalogue } from './testing.ts';

const event: TestEvent = {
  'evt.num': 7,
  'evt.type': 'openat',
  'evt.buffer': 'a\0bELF',
  'proc.name': 'nginx',
  'proc.pname': 'nginx',
  'proc.pid': 42,
  'proc.args': ['-l', '-p', '8080'],
  'proc.env[HOME]': '/root',
  'proc.aname': ['bash', 'sshd', 'systemd'],
  'proc.aname[1]': 'sshd',
  'thread.cpu': 2,
  'fd.name': '/etc/Passwd',
  'fd.num': -3,
  'fd.sport': 443,
  'fd.sip': Uint8Array.of(10, 0, 0, 1),
  'fd.snet': Uint8Array.of(10, 0, 0, 1),
  'fd.ports': [1, 2],
  'fd.port': [443, 50_000],
  'evt.is_write': true,
  'evt.mode': 0o644,
};

function holds(text: string, of: TestEvent = event): boolean {
  return interpret(bindCondition(parseCondition(text), testCatalogue))(of);
}

function errorOf(text: string): {
  code: string;
  message: string;
  details: Readonly<Record<string, unknown>>;
} {
  try {
    holds(text);
  } catch (error) {
    if (isSeawallError(error)) return error;
    throw error;
  }
  assert.fail(`${text} was accepted`);
}

test('conditions that hold', () => {
  for (const text of [
    'proc.name = nginx and evt.num > 6 and fd.num <= -3',
    'proc.name in (apache, nginx) and not proc.name in (sh)',
    'fd.name startswith /etc/ and fd.name icontains PASS and fd.name endswith wd and fd.name glob "/e?c/*"',
    'fd.name iglob /ETC/* and fd.name regex "/etc/[A-Z][a-z]+" and fd.name pmatch (/usr, /etc)',
    'proc.name > 12 and proc.name >= val(proc.pname) and proc.name <= val(proc.pname)',
    'evt.buffer contains "b" and evt.buffer bcontains 454c46 and evt.buffer bstartswith 6100',
    'evt.buffer startswith "a\0" and evt.buffer endswith ELF',
    'fd.sport = https and fd.sport != 80 and thread.cpu >= 2',
    'fd.sip = 10.0.0.1 and fd.sip != 10.0.0.2 and fd.sip in (1.1.1.1, 10.0.0.1) and fd.sip != fe80::1',
    'fd.snet = 10.0.0.0/8 and fd.snet != 11.0.0.0/8 and fd.snet in (1.0.0.0/8, 10.0.0.0/30)',
    'evt.is_write = true and evt.is_write != false',
    'proc.env[HOME] exists and not proc.env[PATH] exists',
    'proc.aname = sshd and proc.aname in (init, systemd) and proc.aname[1] = sshd and proc.aname exists',
    'fd.port = 443 and fd.port in (50000) and fd.port exists and fd.port = anyof (1, 443)',
    'proc.args intersects (-p, -x) and proc.args in (-l, -p, 8080) and not proc.args in (-l)',
    'fd.ports in (1, 2, 3) and fd.ports intersects (2)',
    'proc.name = val(proc.pname) and proc.name startswith val(proc.pname)',
    'len(proc.name) = 5 and len(proc.args) = 3 and len(evt.buffer) = 6',
    'toupper(proc.name) = NGINX and basename(fd.name) = Passwd and tolower(basename(fd.name)) = passwd',
    'join(":", (proc.name, proc.pid, "x")) = nginx:42:x and concat(proc.name, "-", proc.pname) = nginx-nginx',
    'getopt(proc.args, "lp:") intersects (p) and getopt(proc.args, "lp:")[p] = 8080',
    'proc.name contains allof (ng, inx) and proc.name = oneof (nginx, sh) and proc.name != allof (sh, bash)',
    'evt.mode = 420 and proc.pid in (41, 42)',
  ]) {
    for (const part of text.split(' and ')) assert.ok(holds(part), part);
    assert.ok(holds(text), text);
  }
});

test('where a field has no value no comparison holds, not even !=', () => {
  for (const check of ['= x', '!= x', 'in (x)', 'contains x', 'exists', '!= val(proc.pname)']) {
    assert.equal(holds(`proc.name ${check}`, { 'proc.pname': 'x' }), false, check);
    assert.equal(holds(`not proc.name ${check}`, { 'proc.pname': 'x' }), true, check);
  }
  assert.equal(holds('proc.pname = val(proc.name)', { 'proc.pname': 'x' }), false);
  assert.equal(holds('join("", (proc.name, "a")) = a', {}), false);
  assert.equal(holds('b64(proc.name) exists', { 'proc.name': 'not base64' }), false);
});

test('an empty list of values lies in every list and intersects none', () => {
  assert.equal(holds('proc.args in (a)', { 'proc.args': [] }), true);
  assert.equal(holds('proc.args intersects (a)', { 'proc.args': [] }), false);
  assert.equal(holds('proc.args exists', { 'proc.args': [] }), true);
});

test('quantifiers over no constants never hold, and repeated constants count each', () => {
  for (const quantifier of ['oneof', 'anyof', 'allof']) {
    assert.equal(holds(`proc.name = ${quantifier} ()`), false);
    assert.equal(holds(`proc.name != ${quantifier} ()`), false);
  }
  assert.equal(holds('proc.name = oneof (nginx, nginx)'), false);
  assert.equal(holds('proc.name = anyof (nginx, nginx)'), true);
});

test('integers beyond 2^53 compare exactly', () => {
  const big = { 'evt.num': 2n ** 64n - 1n };
  assert.ok(holds('evt.num = 18446744073709551615', big));
  assert.ok(!holds('evt.num = 18446744073709551614', big));
  assert.ok(holds('evt.num in (18446744073709551615) and evt.num > 5', big));
});

test('what cannot be evaluated is refused with the place, the text and what to write', () => {
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ['proc.nmae = x', 'FIELD_UNKNOWN', /no field 'proc.nmae' \(did you mean 'proc.name'\?\)/],
    ['proc.name[1] = x', 'FIELD_ARGUMENT_UNEXPECTED', /takes no argument/],
    ['evt.around = 1', 'FIELD_ARGUMENT_NEEDED', /write evt.around\[...\]/],
    ['a_macro and proc.name = x', 'MACRO_UNRESOLVED', /'a_macro' is neither/],
    ['proc.pid contains 4', 'OPERATOR_UNFIT', /operator contains .* \(pid\): it takes =, ==/],
    ['proc.args = x', 'OPERATOR_UNFIT', /list of charbuf.*in, intersects/],
    ['evt.addr = x', 'TYPE_INCOMPARABLE', /only `exists`/],
    ['proc.pid = 4x', 'CONSTANT_WRONG', /'4x' .* write a whole number/],
    ['evt.is_write = yes', 'CONSTANT_WRONG', /`true` or `false`/],
    ['proc.name = "\0"', 'CONSTANT_HOLDS_NUL', /never holds/],
    ['evt.buffer bcontains 2g', 'CONSTANT_NOT_HEXADECIMAL', /pairs of hexadecimal digits/],
    ['proc.name regex "a(b"', 'REGEX_WRONG', /can't be read/],
    ['toupper(proc.pid) = X', 'TRANSFORMER_UNFIT', /toupper\( \) can't be put around 'proc.pid'/],
    ['toupper(proc.aname) = X', 'TRANSFORMER_FORBIDDEN', /'proc.aname' can't stand in/],
    ['toupper(proc.name)[1] = X', 'TRANSFORMER_ARGUMENT_UNEXPECTED', /take \[1\] out/],
    ['join(proc.name, proc.name) = X', 'TRANSFORMER_ARGUMENTS_WRONG', /a separator and a list/],
    ['concat(proc.args, "a") = X', 'TRANSFORMER_ARGUMENTS_WRONG', /two or more texts/],
    ['getopt(proc.args, "a")[xy] = X', 'TRANSFORMER_ARGUMENTS_WRONG', /a single letter/],
    ['proc.name regex val(proc.pname)', 'OPERAND_OPERATOR', /takes constants only/],
    ['proc.name = val(proc.aname)', 'OPERAND_FORBIDDEN', /'proc.aname' can't be compared/],
    ['fd.snet = val(fd.snet)', 'OPERAND_FORBIDDEN', /'fd.snet'/],
    ['proc.name = val(proc.pid)', 'OPERAND_TYPES_DIFFER', /'proc.name' \(charbuf\) and 'proc.pid' \(pid\)/],
  ];
  for (const [text, code, message] of cases) {
    const error = errorOf(text);
    assert.equal(error.code, `rules/${code}`, text);
    assert.match(error.message, message);
    assert.equal(error.details.line, 1);
    assert.ok((error.details.column as number) >= 1);
    assert.equal(typeof error.details.text, 'string');
  }
});

test('the place of a wrong constant is its own', () => {
  assert.equal(errorOf('proc.pid in (1, 2, three)').details.column, 20);
  assert.equal(errorOf('proc.name regex anyof ("a", "(")').details.column, 29);
});
