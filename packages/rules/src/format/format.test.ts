import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSeawallError } from '@seawall/base';
import { type TestEvent, testCatalogue } from '../evaluate/testing.ts';
import { createOutputFormat } from './format.ts';
import { jsonText } from './json.ts';

const event: TestEvent = {
  'proc.name': 'init',
  'proc.pid': 1,
  'proc.args': ['-a', 'b'],
  'proc.aname[0]': 'init',
  'fd.name': '/tmp/\xff\n',
  'thread.cpu': 3,
  'evt.time': '10:00:00',
  'evt.mode': 0o644,
};

function text(format: string): string {
  const output = createOutputFormat(format, testCatalogue).text(event);
  return output.isComplete ? output.text : `${output.text} ...`;
}

function json(format: string): string {
  const { values } = createOutputFormat(format, testCatalogue, { namesTransformers: true }).json(event);
  return jsonText({ object: values });
}

test('fields stand in the text by the longest name that there is', () => {
  assert.equal(text('start%proc.nameand%proc.pidend'), 'startinitand1end');
  assert.equal(text('%proc.aname[0]%proc.args'), 'init(-a,b)');
  assert.equal(text('%proc.name.'), 'init.');
  assert.equal(text('%proc.name[x]'), 'init[x]');
  assert.equal(text('é %evt.mode'), '\xc3\xa9 644');
});

test('a width cuts and fills, transformers around fields too', () => {
  assert.equal(text('<%2proc.name|%10toupper(proc.name)>'), '<in|INIT      >');
  assert.equal(text('%toupper( tolower( proc.name ) )'), 'INIT');
  assert.equal(text('%len(proc.name)'), '4');
  assert.equal(text('%join("->", (proc.name, proc.pid))[x'), 'init->1[x');
});

test('an output ends at the first field without a value, unless it begins with a star', () => {
  assert.equal(text('start %proc.name %proc.pname end'), 'start init  ...');
  assert.equal(text('*start %proc.name %proc.pname end'), 'start init <NA> end');
});

test('JSON has the values by name in order, numbers as numbers, times as nanoseconds', () => {
  assert.equal(
    json('*%proc.pid %proc.name %evt.time %thread.cpu %fd.name %proc.pname %proc.args %evt.mode'),
    '{"evt.mode":"644","evt.time":1700000000000000001,"fd.name":"/tmp/\ufffd\\n","proc.args":["-a","b"],' +
      '"proc.name":"init","proc.pid":1,"proc.pname":null,"thread.cpu":3.0}',
  );
});

test('what is shown has names: fields, and the outermost of transformers around each other', () => {
  const names = (format: string) => createOutputFormat(format, testCatalogue).names;
  assert.deepEqual(names('%proc.name %tolower(toupper(proc.name))'), [
    'proc.name',
    'proc.name',
    'tolower(toupper(proc.name))',
  ]);
  assert.deepEqual(names('%concat(toupper(proc.name), fd.name, "x")'.replace('fd.name', 'proc.pname')), [
    'proc.name',
    'toupper(proc.name)',
    'proc.pname',
    'concat(toupper(proc.name),proc.pname,x)',
  ]);
  const { values } = createOutputFormat('*%toupper(proc.name) %proc.pname', testCatalogue).values(event);
  assert.deepEqual(
    [...values],
    [
      ['proc.name', 'init'],
      ['proc.pname', '<NA>'],
    ],
  );
});

test('a format that cannot be shown is refused with the place', () => {
  for (const [format, code, column] of [
    ['', 'FORMAT_EMPTY', 1],
    ['start %', 'FORMAT_ENDS_IN_PERCENT', 7],
    ['start %10', 'FORMAT_ENDS_IN_NUMBER', 7],
    ['%99999999999proc.name', 'FORMAT_WIDTH', 1],
    ['start %some.field end', 'FORMAT_FIELD', 7],
    ['a\n  %toupper(proc.pid)', 'FORMAT_FIELD', 3],
    ['%toupper (proc.name)', 'FORMAT_FIELD', 1],
    ['%val(proc.name)', 'FORMAT_FIELD', 1],
    ['100% sure', 'FORMAT_FIELD', 4],
  ] as const) {
    assert.throws(
      () => createOutputFormat(format, testCatalogue),
      (error) => isSeawallError(error, `rules/${code}`) && error.details.column === column,
      format,
    );
  }
});
