import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSeawallError } from '@seawall/base';
import { createSyscallCatalogue } from './catalogue.ts';

const { fields } = createSyscallCatalogue({ staticFields: { team: 'blue' } });

function refusesWith(code: string, bind: () => unknown): void {
  assert.throws(bind, (error) => isSeawallError(error, `inspector/${code}`));
}

test('an argument behind a dot is part of the name', () => {
  assert.equal(fields.get('evt.arg.fd')?.bind(undefined).argument, 'fd');
  assert.equal(fields.get('evt.rawarg.res')?.bind(undefined).type, 'errno');
  assert.equal(fields.get('thread.cgroup.cpu')?.bind(undefined).argument, 'cpu');
  assert.equal(
    fields.get('k8s.pod.label.app.kubernetes.io/name')?.bind(undefined).argument,
    'app.kubernetes.io/name',
  );
});

test('only fields that Falco reads so take an argument behind a dot', () => {
  assert.equal(fields.get('proc.env.HOME'), undefined);
  assert.equal(fields.get('proc.aname.2'), undefined);
  assert.equal(fields.get('evt.nothing.fd'), undefined);
  assert.ok(!fields.has('container.mount./etc'));
});

test('going through the fields shows none twice', () => {
  assert.equal([...fields.keys()].length, fields.size);
  assert.equal([...fields].length, [...fields.values()].length);
});

test('arguments that no event has are refused, and so are events that do not exist', () => {
  refusesWith('FIELD_UNKNOWN_EVENT_ARGUMENT', () => fields.get('evt.arg.tuna')?.bind(undefined));
  refusesWith('FIELD_UNKNOWN_EVENT_ARGUMENT', () => fields.get('evt.rawarg.tuna')?.bind(undefined));
  refusesWith('FIELD_UNKNOWN_EVENT_TYPE', () => fields.get('evt.type.is.tuna')?.bind(undefined));
});

test('brackets hold numbers where Falco wants numbers', () => {
  refusesWith('FIELD_NEEDS_NUMBER', () => fields.get('evt.arg')?.bind('fd'));
  refusesWith('FIELD_NEEDS_NUMBER', () => fields.get('proc.aname')?.bind('sshd'));
  refusesWith('FIELD_NEEDS_NUMBER', () => fields.get('proc.aname')?.bind('99999999999'));
  refusesWith('FIELD_NEEDS_NUMBER', () => fields.get('fd.types')?.bind(''));
  refusesWith('FIELD_BAD_ARGUMENT', () => fields.get('evt.rawarg')?.bind('res'));
  refusesWith('FIELD_NEEDS_ARGUMENT', () => fields.get('container.label')?.bind(undefined));
  refusesWith('FIELD_TAKES_NO_ARGUMENT', () => fields.get('proc.name')?.bind('0'));
  refusesWith('FIELD_TAKES_NO_ARGUMENT', () => fields.get('evt.arg.fd')?.bind('0'));
});

test('static fields show what was configured', () => {
  assert.equal(fields.get('static.team')?.description, 'Set in the configuration.');
  assert.ok(!createSyscallCatalogue().fields.has('static.team'));
});
