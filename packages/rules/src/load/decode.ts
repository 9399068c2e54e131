import { contextOfNode, type ItemContext } from './context.ts';
import { failLoading } from './message.ts';
import { getValue, type YamlNode, type YamlScalar } from './yaml.ts';

/** The value of a key that must be there and hold a scalar that isn't empty. */
export function requireScalar(item: YamlNode, key: string, context: ItemContext): YamlScalar {
  const value = getValue(item, key);
  if (value === undefined) {
    return failLoading({
      code: 'LOAD_ERR_YAML_VALIDATE',
      message: `Item has no mapping for key '${key}'`,
      context,
      hint: `add a line '${key}: ...' here`,
    });
  }
  return checkScalar(value, key, context);
}

/** As requireScalar, but the key may be missing. */
function optionalScalar(item: YamlNode, key: string, context: ItemContext): YamlScalar | undefined {
  const value = getValue(item, key);
  return value === undefined ? undefined : checkScalar(value, key, context);
}

export function requireText(item: YamlNode, key: string, context: ItemContext): string {
  return requireScalar(item, key, context).value;
}

/** The text of a key that may be missing, or be there without a value. */
export function optionalText(item: YamlNode, key: string, context: ItemContext): string {
  const value = getValue(item, key);
  if (value === undefined || value.kind === 'null') return '';
  return checkIsScalar(value, key, context).value;
}

/** A truth as YAML 1.1 spells it (`true`, `yes`, `on`, `y` and their opposites); `fallback` without the key. */
export function optionalBoolean(
  item: YamlNode,
  key: string,
  fallback: boolean,
  context: ItemContext,
): boolean {
  const scalar = optionalScalar(item, key, context);
  return scalar === undefined ? fallback : decodeBoolean(scalar, key, context);
}

export function requireBoolean(item: YamlNode, key: string, context: ItemContext): boolean {
  return decodeBoolean(requireScalar(item, key, context), key, context);
}

/** A whole number from 0 to 2^32 - 1; hexadecimal and octal as in C. */
export function requireUint32(item: YamlNode, key: string, context: ItemContext): number {
  const scalar = requireScalar(item, key, context);
  const number = parseUint32(scalar.value);
  return number ?? failToDecode(scalar, key, context, 'write a whole number from 0 to 4294967295');
}

export function optionalUint32(item: YamlNode, key: string, fallback: number, context: ItemContext): number {
  return getValue(item, key) === undefined ? fallback : requireUint32(item, key, context);
}

/** Undefined when the text is no number that fits 32 bits without a sign. */
export function parseUint32(text: string): number | undefined {
  if (!/^\+?(?:0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)$/.test(text)) return undefined;
  const digits = text.replace('+', '');
  const isOctal = /^0[0-7]+$/.test(digits);
  const number = isOctal ? Number.parseInt(digits, 8) : Number(digits);
  return number <= 0xffffffff ? number : undefined;
}

/** The scalars of a sequence; `undefined` when the key is missing. */
export function optionalScalars(
  item: YamlNode,
  key: string,
  context: ItemContext,
): readonly YamlScalar[] | undefined {
  const value = getValue(item, key);
  if (value === undefined) return undefined;
  const valueContext = contextOfNode(value, 'value for', key, context);
  if (value.kind !== 'sequence') {
    return failLoading({
      code: 'LOAD_ERR_YAML_VALIDATE',
      message: 'Value is not a sequence',
      context: valueContext,
      hint: `write it as a list: '${key}: [a, b]'`,
    });
  }
  return value.items.map((entry) => {
    if (entry.kind === 'scalar') return entry;
    return failLoading({
      code: 'LOAD_ERR_YAML_VALIDATE',
      message: 'sequence value is not scalar',
      context: contextOfNode(entry, 'list item', '', valueContext),
      hint: 'each entry must be a single word or text; quote it if it holds special characters',
    });
  });
}

export function requireScalars(item: YamlNode, key: string, context: ItemContext): readonly YamlScalar[] {
  const scalars = optionalScalars(item, key, context);
  if (scalars !== undefined) return scalars;
  return failLoading({
    code: 'LOAD_ERR_YAML_VALIDATE',
    message: `Item has no mapping for key '${key}'`,
    context,
    hint: `add a line '${key}: [...]' here`,
  });
}

function checkScalar(value: YamlNode, key: string, context: ItemContext): YamlScalar {
  if (value.kind === 'null') {
    return failLoading({
      code: 'LOAD_ERR_YAML_VALIDATE',
      message: `Mapping for key '${key}' is empty`,
      context,
      hint: `write a value after '${key}:'`,
    });
  }
  const scalar = checkIsScalar(value, key, context);
  if (scalar.value !== '') return scalar;
  return failLoading({
    code: 'LOAD_ERR_YAML_VALIDATE',
    message: 'Value must be non-empty',
    context: contextOfNode(value, 'value for', key, context),
  });
}

function checkIsScalar(value: YamlNode, key: string, context: ItemContext): YamlScalar {
  if (value.kind === 'scalar') return value;
  return failLoading({
    code: 'LOAD_ERR_YAML_VALIDATE',
    message: 'Value is not a scalar value',
    context: contextOfNode(value, 'value for', key, context),
    hint: `'${key}' takes a single text: quote it if it begins with a special character such as [ or {`,
  });
}

const truths: ReadonlyMap<string, boolean> = new Map([
  ['y', true],
  ['yes', true],
  ['true', true],
  ['on', true],
  ['n', false],
  ['no', false],
  ['false', false],
  ['off', false],
]);

/** Undefined for what isn't a truth: words are all small, all capitals, or with one capital in front. */
function parseBoolean(text: string): boolean | undefined {
  const isKnownCase = /^(?:[a-z]+|[A-Z]+|[A-Z][a-z]+)$/.test(text);
  return isKnownCase ? truths.get(text.toLowerCase()) : undefined;
}

function decodeBoolean(scalar: YamlScalar, key: string, context: ItemContext): boolean {
  return parseBoolean(scalar.value) ?? failToDecode(scalar, key, context, "write 'true' or 'false'");
}

function failToDecode(scalar: YamlScalar, key: string, context: ItemContext, hint: string): never {
  return failLoading({
    code: 'LOAD_ERR_YAML_VALIDATE',
    message: "Can't decode YAML scalar value",
    context: contextOfNode(scalar, 'value for', key, context),
    hint,
    length: scalar.value.length,
  });
}
