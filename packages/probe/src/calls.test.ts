import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventTypes, eventTypeOfSymbol as typeOf } from '@seawall/events';
import { callsFor, programOf, stateTypes, tracepointOf } from './calls.ts';

const programs = new Set(['openat', 'umount2', 'execve', 'recv'].map(programOf));

test('event types lead to the calls that make them, once each', () => {
  const types = [
    typeOf('SYSCALL_OPENAT_2_X').id,
    typeOf('SYSCALL_OPENAT_2_X').id,
    typeOf('SYSCALL_UMOUNT2_X').id,
  ];
  const { own, missing } = callsFor(types, [], programs);
  assert.deepEqual([...own].sort(), ['openat', 'umount2']);
  assert.deepEqual(missing, []);
});

test('forks and ends need no call: they come from the kernel’s own tracepoints', () => {
  const types = [typeOf('SYSCALL_CLONE_20_X').id, typeOf('PROCEXIT_1_E').id];
  assert.deepEqual(callsFor(types, [], programs), { own: new Set(), generic: new Set(), missing: [] });
});

test('a type that no program makes is told', () => {
  const { id } = typeOf('SYSCALL_QUOTACTL_X');
  assert.deepEqual(callsFor([id], [], programs).missing, [id]);
});

test('tracepoints that the kernel names otherwise are found', () => {
  assert.equal(tracepointOf('umount2'), 'sys_exit_umount');
  assert.equal(tracepointOf('openat'), 'sys_exit_openat');
});

test('what keeps the tables right has no transfers of data and no types of the past', () => {
  const names = new Set(stateTypes.map((id) => eventTypes[id].name));
  for (const name of ['openat', 'close', 'connect', 'setuid', 'chdir']) assert.ok(names.has(name), name);
  for (const name of ['recvmsg', 'sendto', 'read', 'mmap']) assert.ok(!names.has(name), name);
  for (const id of stateTypes) assert.ok(!eventTypes[id].isOld);
});
