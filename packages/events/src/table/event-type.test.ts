import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { EVENT_TYPE_COUNT, eventTypeOfSymbol, eventTypes, eventTypesByName } from './event-type.ts';
import { flagTables } from './flag-tables.ts';
import {
  nativeIdOfSyscallCode,
  syscallCodeOfNativeId,
  syscallCodes,
  syscallCodesOfEventType,
  syscallNames,
} from './syscalls.ts';

const shared = process.env.SEAWALL_SHARED ?? join(import.meta.dirname, '../../../../../shared');
const tableFile = join(shared, 'conformance/event_table.json');
const skip =
  process.env.SEAWALL_SHARED === undefined && !existsSync(tableFile) ? 'no shared data here' : false;

test('the table holds all 454 types with 1,345 parameters, equal to the shared table', { skip }, () => {
  const expected = JSON.parse(readFileSync(tableFile, 'utf8'));
  assert.equal(EVENT_TYPE_COUNT, 454);
  const actual = eventTypes.map((type) => ({
    id: type.id,
    enum: type.symbol,
    name: type.name,
    category: [...new Set([type.category, type.source])].map((name) => `EC_${name.toUpperCase()}`).sort(),
    flags: [...type.flags].map((name) => `EF_${name.toUpperCase()}`),
    params: type.parameters.map((parameter) => ({
      name: parameter.name,
      type: `PT_${parameter.type.toUpperCase()}`,
      fmt: `PF_${parameter.format.toUpperCase()}`,
    })),
  }));
  let parameters = 0;
  for (const [id, event] of expected.entries()) {
    parameters += event.params.length;
    assert.deepEqual(actual[id], {
      id,
      enum: event.enum,
      name: event.name,
      category: [...event.category].sort(),
      flags: event.flags,
      params: event.params.map(({ name, type, fmt }: Record<string, string>) => ({ name, type, fmt })),
    });
  }
  assert.equal(parameters, 1345);
});

test('a parameter knows the names of its flags, its directory and its variants', () => {
  const openat = eventTypeOfSymbol('SYSCALL_OPENAT_2_X');
  assert.deepEqual(
    openat.parameters.map((parameter) => parameter.name),
    ['fd', 'dirfd', 'name', 'flags', 'mode', 'dev', 'ino'],
  );
  assert.equal(openat.parameters[2]?.directoryParameter, 1);
  assert.equal(openat.parameters[3]?.flagTable, flagTables.file_flags);
  assert.equal(flagTables.file_flags.find((flag) => flag.name === 'O_CREAT')?.value, 4);
  const bpf = eventTypeOfSymbol('PPME_SYSCALL_BPF_X');
  assert.deepEqual(
    bpf.parameters[0]?.variants?.map((variant) => variant.type),
    ['fd', 'errno'],
  );
});

test('every version of an event is found by its name', () => {
  const names = eventTypesByName.get('openat')?.map((type) => type.symbol);
  assert.deepEqual(names, [
    'PPME_SYSCALL_OPENAT_E',
    'PPME_SYSCALL_OPENAT_X',
    'PPME_SYSCALL_OPENAT_2_E',
    'PPME_SYSCALL_OPENAT_2_X',
  ]);
});

test('system calls are known by code, name, kernel number and event type', () => {
  const openat = syscallCodes.get('openat')!;
  assert.equal(syscallNames[openat], 'openat');
  assert.equal(syscallCodeOfNativeId(257), openat);
  assert.equal(nativeIdOfSyscallCode(openat), 257);
  assert.equal(nativeIdOfSyscallCode(openat, 'aarch64'), 56);
  assert.deepEqual(syscallCodesOfEventType(eventTypeOfSymbol('SYSCALL_OPENAT_2_X').id), [openat]);
  assert.ok(syscallCodesOfEventType(1).includes(syscallCodes.get('getppid')!));
  assert.equal(syscallCodeOfNativeId(100_000), 0);
});
