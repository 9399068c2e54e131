import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonValue } from '@seawall/rules';
import fc from 'fast-check';
import type { Alert } from './alert.ts';
import { alertJson, alertText, defaultAlertJsonOptions } from './render.ts';

const alert: Alert = {
  rule: 'Terminal shell in container',
  priority: 'Notice',
  source: 'syscall',
  tags: ['T1059', 'container'],
  timestamp: 1795296716182619956n,
  hostname: 'node1',
  prefix: '21:31:56.182619956: Notice',
  message: 'A shell (user=root "x"\n)',
  fields: new Map<string, JsonValue>([
    ['proc.name', 'sh'],
    ['evt.time', 1795296716182619956n],
    ['fd.name', null],
    ['proc.aname[2]', ['a', 1, true]],
    ['thread.cpu', { double: 2 }],
  ]),
};

test('text is one line: control characters are escaped, quotes and backslashes stand as they are', () => {
  assert.equal(alertText(alert), '21:31:56.182619956: Notice A shell (user=root "x"\\n)');
  assert.equal(alertText({ ...alert, message: 'C:\\dir' }), '21:31:56.182619956: Notice C:\\dir');
});

test('JSON has its names sorted and whole numbers at full length', () => {
  assert.equal(
    alertJson(alert, defaultAlertJsonOptions),
    '{"hostname":"node1","output":"21:31:56.182619956: Notice A shell (user=root \\"x\\"\\n)","output_fields":' +
      '{"evt.time":1795296716182619956,"fd.name":null,"proc.aname[2]":["a",1,true],"proc.name":"sh","thread.cpu":2.0},' +
      '"priority":"Notice","rule":"Terminal shell in container","source":"syscall","tags":["T1059","container"],' +
      '"time":"2026-11-21T21:31:56.182619956Z"}',
  );
});

test('properties are left out or added on request', () => {
  const options = { hasOutput: false, hasTags: false, hasMessage: true, hasOutputFields: false };
  assert.equal(
    alertJson(alert, options),
    '{"hostname":"node1","message":"A shell (user=root \\"x\\"\\n)","priority":"Notice",' +
      '"rule":"Terminal shell in container","source":"syscall","time":"2026-11-21T21:31:56.182619956Z"}',
  );
});

test('whatever bytes a message holds, the text has no line break and the JSON parses', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      const message = Buffer.from(bytes).toString('latin1');
      assert.ok(!/[\n\r]/.test(alertText({ ...alert, message })));
      const parsed = JSON.parse(alertJson({ ...alert, message }, defaultAlertJsonOptions)) as {
        output: string;
      };
      assert.equal(parsed.output, `${alert.prefix} ${Buffer.from(bytes).toString('utf8')}`);
    }),
  );
});
