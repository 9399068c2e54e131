import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Expectation } from './case-file.ts';
import { findMismatches, type RaisedAlert } from './expectations.ts';

const alert: RaisedAlert = {
  rule: 'A',
  priority: 'Warning',
  output: 'shell in etcd',
  fields: new Map([['proc.name', 'sh']]),
};

const rules = ['A'];

test('none and alert say what they mean', () => {
  assert.deepEqual(findMismatches({ expect: 'none', rules }, []), []);
  assert.deepEqual(findMismatches({ expect: 'alert', rules }, [alert]), []);
  assert.deepEqual(findMismatches({ expect: 'none', rules }, [alert]), ['not expected: A: shell in etcd']);
  assert.deepEqual(findMismatches({ expect: 'alert', rules }, []), ['expected an alert of A, there is none']);
});

test('an expectation is met by rule, priority, part of the text and fields', () => {
  const met: readonly Expectation[] = [
    {},
    { rule: 'A' },
    { priority: 'WARNING' },
    { output: 'in etcd' },
    { fields: { 'proc.name': 'sh' } },
    { times: 1 },
  ];
  for (const one of met) assert.deepEqual(findMismatches({ expect: [one], rules }, [alert]), []);
  const unmet: readonly Expectation[] = [
    { rule: 'B' },
    { priority: 'Error' },
    { output: 'web' },
    { fields: { 'proc.name': 'bash' } },
    { fields: { 'fd.name': '/x' } },
    { times: 2 },
  ];
  for (const one of unmet) assert.notDeepEqual(findMismatches({ expect: [one], rules }, [alert]), []);
});

test('every alert has to be expected by something', () => {
  const other = { ...alert, output: 'another' };
  assert.deepEqual(findMismatches({ expect: [{ output: 'etcd' }], rules }, [alert, other]), [
    'not expected: A: another',
  ]);
});
