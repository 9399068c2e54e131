import assert from 'node:assert/strict';
import { test } from 'node:test';
import { receiverFault } from './receiver-fault.ts';

const textOf = (code: string | undefined, message = ''): string =>
  receiverFault('http://host:1', Object.assign(new Error(message), { code })).message;

test('a fault says where, what, and what to do', () => {
  assert.equal(
    textOf('ECONNRESET', 'aborted'),
    'http://host:1: the connection was closed before there was an answer (ECONNRESET): look into the receiver’s log',
  );
  assert.match(textOf('SELF_SIGNED_CERT_IN_CHAIN'), /no authority that is trusted .*: name that as ca_cert$/);
  assert.match(textOf('HPE_INVALID_CONSTANT'), /no HTTP .*https:/);
});

test('what nobody has thought of is told in its own words', () => {
  assert.equal(textOf('EWHATEVER', 'no luck'), 'http://host:1: no luck');
  assert.equal(textOf('EWHATEVER'), 'http://host:1: EWHATEVER');
  assert.equal(textOf(undefined), 'http://host:1: sending failed');
});
