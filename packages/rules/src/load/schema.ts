import { parseUint32 } from './decode.ts';
import type { YamlMapping, YamlNode } from './yaml.ts';

/** The shape of a value, as far as Falco's schema of rule files goes. */
type Schema =
  | { readonly type: 'any' | 'string' | 'boolean' | 'integer' }
  | { readonly type: 'choice'; readonly choices: readonly string[] }
  | { readonly type: 'array'; readonly items: Schema }
  | {
      readonly type: 'object';
      readonly properties: Readonly<Record<string, Schema>>;
      readonly required: readonly string[];
      readonly isNonEmpty?: true;
    };

const text: Schema = { type: 'string' };
const truth: Schema = { type: 'boolean' };
const any: Schema = { type: 'any' };
const override: Schema = { type: 'choice', choices: ['append', 'replace'] };

function listOf(items: Schema): Schema {
  return { type: 'array', items };
}

function objectOf(properties: Readonly<Record<string, Schema>>, required: readonly string[] = []): Schema {
  return { type: 'object', properties, required };
}

const alternative = objectOf({ name: text, version: text }, ['name', 'version']);

const overridable = [
  'items',
  'desc',
  'condition',
  'output',
  'priority',
  'enabled',
  'exceptions',
  'capture',
  'capture_duration',
  'tags',
  'warn_evttypes',
  'skip-if-unknown-filter',
];

const ruleFile = listOf(
  objectOf({
    required_engine_version: text,
    required_plugin_versions: listOf(
      objectOf({ name: text, version: text, alternatives: listOf(alternative) }, ['name', 'version']),
    ),
    macro: text,
    condition: text,
    list: text,
    items: listOf(text),
    rule: text,
    desc: text,
    enabled: truth,
    output: text,
    append: truth,
    priority: {
      type: 'choice',
      choices: [
        'EMERGENCY',
        'ALERT',
        'CRITICAL',
        'ERROR',
        'WARNING',
        'NOTICE',
        'INFO',
        'INFORMATIONAL',
        'DEBUG',
      ],
    },
    capture: truth,
    capture_duration: { type: 'integer' },
    source: text,
    exceptions: listOf(objectOf({ name: text, fields: any, comps: any, values: any }, ['name'])),
    override: {
      type: 'object',
      properties: Object.fromEntries(overridable.map((key) => [key, override])),
      required: [],
      isNonEmpty: true,
    },
    tags: listOf(text),
    warn_evttypes: truth,
    'skip-if-unknown-filter': truth,
  }),
);

/**
 * What Falco's schema of rule files has against a document, innermost first: `['ok']` when nothing. Scalars count
 * as what they can be read as, so a number is a text too.
 */
export function schemaWarnings(document: YamlNode): readonly string[] {
  if (fits(document, ruleFile)) return ['ok'];
  const warnings: string[] = [];
  const isValid = check(document, ruleFile, '<root>', warnings);
  return isValid ? ['ok'] : warnings;
}

/**
 * Whether a node surely fits, as nearly all do: without working out what to say where one doesn't. A key that stands there
 * twice is left to `check`.
 */
function fits(node: YamlNode, schema: Schema): boolean {
  if (!hasType(node, schema)) return false;
  switch (schema.type) {
    case 'choice':
      return node.kind === 'scalar' && schema.choices.includes(node.value);
    case 'array':
      return node.kind === 'sequence' && node.items.every((item) => fits(item, schema.items));
    case 'object':
      return node.kind === 'mapping' && propertiesFit(node, schema);
    default:
      return true;
  }
}

function propertiesFit({ entries }: YamlMapping, schema: Schema & { type: 'object' }): boolean {
  if (schema.isNonEmpty && entries.length === 0) return false;
  const names: string[] = [];
  for (const { key, value } of entries) {
    const name = key.kind === 'scalar' ? key.value : '';
    const isKnown = Object.hasOwn(schema.properties, name);
    if (!isKnown || names.includes(name) || !fits(value, schema.properties[name]!)) return false;
    names.push(name);
  }
  return schema.required.every((name) => names.includes(name));
}

function check(node: YamlNode, schema: Schema, path: string, warnings: string[]): boolean {
  const report = (what: string): false => {
    warnings.push(`failed for ${path}: ${what}`);
    return false;
  };
  const isType = hasType(node, schema);
  if (schema.type === 'choice') {
    const isChoice = node.kind === 'scalar' && schema.choices.includes(node.value);
    if (!isChoice) report('Failed to match against any enum values.');
    return (isType || report("Value type not permitted by 'type' constraint.")) && isChoice;
  }
  let isValid = true;
  if (schema.type === 'array' && node.kind === 'sequence') {
    node.items.forEach((item, index) => {
      if (check(item, schema.items, `${path}[${index}]`, warnings)) return;
      isValid = report(`Failed to validate item #${index} in array.`);
    });
  }
  if (schema.type === 'object' && node.kind === 'mapping') {
    isValid = checkProperties(node, schema, path, warnings, report);
  }
  return isType ? isValid : report("Value type not permitted by 'type' constraint.");
}

function checkProperties(
  node: YamlNode & { kind: 'mapping' },
  schema: Schema & { type: 'object' },
  path: string,
  warnings: string[],
  report: (what: string) => false,
): boolean {
  let isValid = true;
  const values = new Map<string, YamlNode>();
  for (const { key, value } of node.entries) {
    const name = key.kind === 'scalar' ? key.value : '';
    if (!values.has(name)) values.set(name, value);
  }
  if (schema.isNonEmpty && values.size === 0) {
    isValid = report('Object should have no fewer than 1 properties.');
  }
  for (const name of Object.keys(schema.properties).sort()) {
    const value = values.get(name);
    if (value === undefined || check(value, schema.properties[name]!, `${path}[${name}]`, warnings)) continue;
    isValid = report(`Failed to validate against schema associated with property name '${name}'.`);
  }
  const extra = [...values.keys()].find((name) => !Object.hasOwn(schema.properties, name));
  if (extra !== undefined) {
    isValid = report(
      `Object contains a property that could not be validated using 'properties' or 'additionalProperties' constraints: '${extra}'.`,
    );
  }
  for (const name of schema.required) {
    if (!values.has(name)) isValid = report(`Missing required property '${name}'.`);
  }
  return isValid;
}

function hasType(node: YamlNode, schema: Schema): boolean {
  switch (schema.type) {
    case 'any':
      return true;
    case 'array':
      return node.kind === 'sequence';
    case 'object':
      return node.kind === 'mapping';
    case 'boolean':
      return node.kind === 'scalar' && (node.value === 'true' || node.value === 'false');
    case 'integer':
      return node.kind === 'scalar' && parseUint32(node.value.replace(/^-/, '')) !== undefined;
    default:
      // A key without a value counts as an empty text.
      return node.kind === 'scalar' || node.kind === 'null';
  }
}
