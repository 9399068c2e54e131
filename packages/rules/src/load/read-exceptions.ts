import type { Reading } from './collection.ts';
import { contextOfNode, type ItemContext } from './context.ts';
import { requireText } from './decode.ts';
import type { ExceptionDefinition, ExceptionEntry } from './definitions.ts';
import { failLoading } from './message.ts';
import { placeIn } from './traced-text.ts';
import { getValue, type YamlNode } from './yaml.ts';

/**
 * The exceptions of a rule item, in all shapes: one field with a list of values, or several fields with operators
 * and lists of values (each a value or a list).
 * @param isAppended whether they add values to exceptions that are there: then fields may be missing.
 */
export function readExceptions(
  item: YamlNode,
  parent: ItemContext,
  isAppended: boolean,
  reading: Reading,
): readonly ExceptionDefinition[] {
  const exceptions = getValue(item, 'exceptions');
  if (exceptions === undefined || exceptions.kind === 'null') return [];
  const context = contextOfNode(exceptions, 'exceptions', '', parent);
  if (exceptions.kind !== 'sequence') {
    return failLoading({
      code: 'LOAD_ERR_YAML_VALIDATE',
      message: 'Rule exceptions must be a sequence',
      context,
      hint: "write one '- name: ...' for each exception",
    });
  }
  const read: ExceptionDefinition[] = [];
  for (const exception of exceptions.items) {
    read.push(readException(exception, parent, context, isAppended, read, reading));
  }
  return read;
}

function readException(
  exception: YamlNode,
  parent: ItemContext,
  unnamedParent: ItemContext,
  isAppended: boolean,
  before: readonly ExceptionDefinition[],
  reading: Reading,
): ExceptionDefinition {
  const unnamed = contextOfNode(exception, 'exception', '', unnamedParent);
  if (exception.kind !== 'mapping') {
    return failLoading({
      code: 'LOAD_ERR_YAML_VALIDATE',
      message: 'Rule exception must be a mapping',
      context: unnamed,
      hint: 'an exception has the keys name, fields, comps and values',
    });
  }
  const name = requireText(exception, 'name', unnamed);
  const context = contextOfNode(exception, 'exception', name, parent);
  for (const other of before) {
    if (other.name !== name) continue;
    reading.warnings.push({
      code: 'LOAD_EXCEPTION_NAME_NOT_UNIQUE',
      message: `Multiple definitions of exception '${name}' in the same rule`,
      context,
      hint: 'give each exception a name of its own, or put their values together',
    });
  }
  const fields = readEntryAt(exception, 'fields', context, reading);
  if (getValue(exception, 'fields') === undefined && !isAppended) {
    return failLoading({
      code: 'LOAD_ERR_YAML_VALIDATE',
      message: "Item has no mapping for key 'fields'",
      context,
      hint: "add a line 'fields: [...]' that names what the values are compared with",
    });
  }
  const operators = readEntryAt(exception, 'comps', context, reading);
  const values = readValues(exception, context, isAppended, reading);
  return { name, context, fields, operators, values };
}

function readValues(
  exception: YamlNode,
  context: ItemContext,
  isAppended: boolean,
  reading: Reading,
): readonly ExceptionEntry[] {
  const values = getValue(exception, 'values');
  if (values === undefined) {
    if (isAppended) {
      reading.warnings.push({
        code: 'LOAD_APPEND_NO_VALUES',
        message: 'Overriding/appending exception with no values',
        context,
        hint: "add a line 'values: [...]', without it nothing is added",
      });
    }
    return [];
  }
  const valuesContext = contextOfNode(values, 'exception values', '', context);
  if (values.kind !== 'sequence') {
    return failLoading({
      code: 'LOAD_ERR_YAML_VALIDATE',
      message: 'Rule exception values must be a sequence',
      context: valuesContext,
      hint: 'write the values as a list, one entry for each combination that is let through',
    });
  }
  return values.items.map((value) => {
    const valueContext = contextOfNode(value, 'exception value', '', valuesContext);
    return readEntry(value, '', valueContext, reading);
  });
}

function readEntryAt(
  exception: YamlNode,
  key: string,
  context: ItemContext,
  reading: Reading,
): ExceptionEntry | undefined {
  const value = getValue(exception, key);
  if (value === undefined) return undefined;
  const entry = readEntry(value, key, context, reading);
  const isEmpty = 'item' in entry ? entry.item === '' : entry.items.length === 0;
  return isEmpty ? undefined : entry;
}

function readEntry(value: YamlNode, key: string, parent: ItemContext, reading: Reading): ExceptionEntry {
  const context = contextOfNode(value, 'value for', key, parent);
  const place = placeIn(reading.file, value.start);
  if (value.kind === 'sequence') {
    return {
      items: value.items.map((item) =>
        readEntry(item, '', contextOfNode(item, 'exception', '', context), reading),
      ),
    };
  }
  // As in Falco, what is neither a text nor a list stands for nothing; the checks that follow refuse it.
  if (value.kind !== 'scalar') return { item: '', place };
  if (value.value !== '') return { item: value.value, place };
  return failLoading({ code: 'LOAD_ERR_YAML_VALIDATE', message: 'Value must be non-empty', context });
}
