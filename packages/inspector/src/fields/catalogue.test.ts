import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { FieldDefinition } from '@seawall/rules';
import { locateShared } from '../../../../test/shared.ts';
import type { EventContext } from '../context.ts';
import { createSyscallCatalogue } from './catalogue.ts';

const list = locateShared('conformance', 'fields.txt');
const skip = list === undefined ? 'SKIPPED: there is no conformance folder (set SEAWALL_SHARED)' : false;
const catalogue = createSyscallCatalogue();

const formats: Readonly<Record<string, string>> = {
  PF_NA: 'na',
  PF_DEC: 'decimal',
  PF_HEX: 'hexadecimal',
  PF_OCT: 'octal',
  PF_10_PADDED_DEC: 'padded-decimal',
  PF_ID: 'id',
  PF_DIR: 'directory',
};
const pluginTypes: Readonly<Record<string, string>> = {
  FTYPE_STRING: 'charbuf',
  FTYPE_BOOL: 'bool',
  FTYPE_ABSTIME: 'abstime',
  FTYPE_RELTIME: 'reltime',
};

interface ListedField {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly flags: string;
}

/** The rows of fields.txt, section by section; the k8s audit section is another catalogue's. */
function readList(): { core: ListedField[]; plugin: ListedField[] } {
  const core: ListedField[] = [];
  const plugin: ListedField[] = [];
  const text = readFileSync(list as string, 'utf8').replace(/\|\s*\n\s+/g, '| ');
  for (const line of text.split('\n')) {
    const [name = '', type = '', third = '', fourth = ''] = line.split('\t');
    if (name === '' || name.startsWith('#')) continue;
    if (type.startsWith('PT_')) core.push({ name, type, format: third, flags: fourth });
    else if (type.startsWith('FTYPE_')) plugin.push({ name, type, format: '', flags: third });
  }
  return { core, plugin };
}

/** Falco lists the argument of evt.abspath as required, but takes the field without it. */
const optionalInTruth = 'evt.abspath';

function presenceOf(name: string, flags: string): string {
  if (name === optionalInTruth) return 'allowed';
  if (/\bEPF_ARG_REQUIRED\b/.test(flags)) return 'required';
  return /\bEPF_ARG_ALLOWED\b/.test(flags) ? 'allowed' : 'none';
}

function factsOf(field: FieldDefinition<EventContext>): object {
  const { name, type, format, isList, argument, isTableOnly, isFilterOnly, isDeprecated } = field;
  const { acceptsNoTransformer, acceptsNoFieldComparison } = field;
  return {
    ...{ name, type, format, isList, argument, isTableOnly, isFilterOnly, isDeprecated },
    ...{ acceptsNoTransformer, acceptsNoFieldComparison },
  };
}

test("the core fields are Falco's: names, types, formats, arguments, restrictions", { skip }, () => {
  const { core } = readList();
  assert.equal(core.length, 236);
  // Three rows are what Falco makes of literal text in outputs: nobody can name them.
  const listed = core.filter(({ name }) => name !== 'NA');
  assert.equal(listed.length, 233);
  for (const { name, type, format, flags } of listed) {
    const field = catalogue.fields.get(name);
    assert.ok(field, name);
    assert.deepEqual(factsOf(field), {
      name,
      type: type.slice(3).toLowerCase(),
      format: formats[format],
      isList: flags.includes('EPF_IS_LIST'),
      argument: { presence: presenceOf(name, flags), isIndex: false, isKey: false },
      isTableOnly: flags.includes('EPF_TABLE_ONLY'),
      isFilterOnly: flags.includes('EPF_FILTER_ONLY'),
      isDeprecated: flags.includes('EPF_DEPRECATED'),
      acceptsNoTransformer: flags.includes('EPF_NO_TRANSFORMER'),
      acceptsNoFieldComparison: flags.includes('EPF_NO_RHS'),
    });
  }
});

test("the container fields are the container plugin's: names, types, arguments", { skip }, () => {
  const { plugin } = readList();
  assert.equal(plugin.length, 61);
  for (const { name, type, flags } of plugin) {
    const field = catalogue.fields.get(name);
    assert.ok(field, name);
    assert.equal(field.type, pluginTypes[type], name);
    assert.deepEqual(
      field.argument,
      {
        presence: flags.startsWith('req_') ? 'required' : 'none',
        isIndex: flags === 'req_both_arg',
        isKey: flags.startsWith('req_'),
      },
      name,
    );
  }
});

test('what `falco --list` prints is in the catalogue with the same type and argument rule', { skip }, () => {
  const listed = JSON.parse(
    readFileSync(locateShared('conformance', 'falco_list_fields.json') as string, 'utf8'),
  ) as {
    fieldclasses: {
      fields: { name: string; type: string; is_list: boolean; argument: { required: boolean } | null }[];
    }[];
  };
  const fields = listed.fieldclasses.flatMap((group) => group.fields);
  assert.ok(fields.length > 200);
  for (const { name, type, is_list, argument } of fields) {
    const field = catalogue.fields.get(name);
    assert.ok(field, name);
    assert.equal(field.type, type === 'DYNAMIC' ? 'dyn' : type.toLowerCase(), name);
    assert.equal(field.isList, is_list, name);
    const presence = argument === null ? 'none' : argument.required ? 'required' : 'allowed';
    if (name === optionalInTruth) continue;
    assert.equal(field.argument.presence, presence, name);
  }
});

test('the catalogue has no field beyond the lists', { skip }, () => {
  const { core, plugin } = readList();
  const listed = new Set([...core, ...plugin].map(({ name }) => name));
  assert.deepEqual(
    [...catalogue.fields.keys()].filter((name) => !listed.has(name)),
    [],
  );
});

test('every field stands in one class, has a description, and says what it depends on', () => {
  const names = catalogue.classes.flatMap(({ fields }) => fields.map(({ name }) => name));
  assert.equal(new Set(names).size, names.length);
  assert.equal(names.length, catalogue.fields.size);
  for (const field of catalogue.fields.values()) {
    assert.match(field.description, /^\S.*[.]$/, field.name);
    assert.ok(field.dependsOn.length > 0, field.name);
  }
});

test('what changes by itself depends on the event', () => {
  const restless =
    /duration$|fdopencount|fdusage|nthreads|nchilds|vmsize|vmrss|vmswap|pfmajor|pfminor|exectime|thread\.cpu|^proc\.std/;
  for (const field of catalogue.fields.values()) {
    if (!restless.test(field.name) || field.name.startsWith('proc.exe_ino')) continue;
    assert.ok(field.dependsOn.includes('event'), field.name);
  }
});
