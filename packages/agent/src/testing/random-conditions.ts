import type { CaptureSection } from '@seawall/events';
import type { EventContext } from '@seawall/inspector';
import {
  bindOperand,
  canonicalText,
  type FieldCatalogue,
  type FieldNode,
  operatorsOf,
  parseCondition,
  quoteExactly,
  renderOperand,
} from '@seawall/rules';
import type { Random } from './random.ts';
import { visitEvents } from './visit-events.ts';

/** Events hold what only `\xHH` can write. */
const exact = { readsHexadecimal: true };

/** A field as conditions write it, what it can be compared by, and values that events really had. */
export interface Material {
  readonly text: string;
  readonly operators: readonly string[];
  readonly values: readonly string[];
}

/** How to write fields that take an argument, behind their names. */
const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  'proc.aname': ['[1]', '[2]'],
  'proc.apid': ['[1]', '[2]'],
  'proc.acmdline': ['[1]'],
  'proc.aexe': ['[2]'],
  'proc.aexepath': ['[1]'],
  'proc.aenv': ['[PATH]'],
  'proc.env': ['[PATH]', '[HOME]'],
  'thread.cgroup': ['.cpu', '.memory'],
  'evt.arg': ['[0]', '[1]', '.fd', '.res', '.flags', '.name'],
  'evt.rawarg': ['.res', '.fd', '.flags'],
};

/** How many values are kept of each field. */
const VALUES = 12;

/** Comparisons that mean something else for a list of constants than for one. */
const LIST_OPERATORS = new Set(['in', 'intersects', 'pmatch']);

/** Finds the fields of a catalogue that can be compared, with values that they have in the events. */
export function gatherMaterial(
  sections: readonly CaptureSection[],
  catalogue: FieldCatalogue<EventContext>,
): Material[] {
  const fields = [...catalogue.fields.values()]
    .filter(({ isTableOnly, isFilterOnly, isStateful }) => !isTableOnly && !isFilterOnly && !isStateful)
    .flatMap(({ name, argument }) => {
      const given = ARGUMENTS[name] ?? [];
      const plain = argument.presence === 'required' ? [] : [name];
      return [...plain, ...(argument.presence === 'none' ? [] : given.map((text) => `${name}${text}`))];
    })
    .map((text) => ({ text, operand: bindOperand(fieldOf(text), catalogue), values: new Set<string>() }));
  visitEvents(sections, (context) => {
    for (const { operand, values } of fields) {
      if (values.size >= VALUES) continue;
      const value = renderOperand(operand, context);
      if (value !== undefined && value.length < 200) values.add(value);
    }
  });
  return fields
    .map(({ text, operand, values }) => ({
      text,
      operators: operatorsOf(operand.type, operand.isList),
      values: [...values],
    }))
    .filter(({ operators, values }) => operators.length > 0 && values.length > 0);
}

function fieldOf(text: string): FieldNode {
  const parsed = parseCondition(`${text} exists`, exact);
  if (parsed.kind !== 'exists' || parsed.left.kind !== 'field') throw new Error(`${text} is no field`);
  return parsed.left;
}

/** Writes a random condition: comparisons of the material, most with values that some event has. */
export function writeCondition(
  random: Random,
  material: readonly Material[],
  types: readonly string[],
): string {
  const body = writeTree(random, material, 3);
  if (random.chance(0.4)) return body;
  const chosen = Array.from({ length: 1 + random.below(4) }, () => random.pick(types));
  return `evt.type in (${[...new Set(chosen)].join(', ')}) and (${body})`;
}

/** What the rules of a crowd are about: a few event types, who causes them, and texts of what it is done to. */
export interface Crowd {
  readonly types: readonly string[];
  readonly who: readonly Material[];
  readonly what: readonly Material[];
}

/** Chooses what many rules are about at once, so that they are looked up and not asked one by one. */
export function gatherCrowd(random: Random, material: readonly Material[], types: readonly string[]): Crowd {
  const texts = material.filter(({ operators }) => operators.includes('startswith'));
  const isOfEvent = ({ text }: Material) => /^(fd|fs|evt)\./.test(text);
  const some = <T>(count: number, from: readonly T[]) =>
    Array.from({ length: count }, () => random.pick(from));
  return {
    types: some(2, types),
    who: some(
      3,
      texts.filter((one) => !isOfEvent(one)),
    ),
    what: some(4, texts.filter(isOfEvent)),
  };
}

/** Writes a condition as people write them: a kind of event, often who causes it, what it is done to, now and then an exception. */
export function writeUsualCondition(random: Random, { types, who, what }: Crowd): string {
  const parts = [`evt.type in (${random.pick(types)}, ${random.pick(types)})`];
  if (random.chance(0.5)) parts.push(writeTest(random, random.pick(who)));
  const tests = Array.from({ length: 1 + random.below(2) }, () => writeTest(random, random.pick(what)));
  parts.push(`(${tests.join(random.chance(0.3) ? ' or ' : ' and ')})`);
  if (random.chance(0.2)) parts.push(writeException(random, random.chance(0.5) ? who : what));
  return parts.join(' and ');
}

function writeTree(random: Random, material: readonly Material[], depth: number): string {
  const roll = random.next();
  if (depth === 0 || roll < 0.35) return writeTest(random, random.pick(material));
  if (roll < 0.5) return `not (${writeTree(random, material, depth - 1)})`;
  if (roll < 0.6) return writeException(random, material);
  const parts = Array.from(
    { length: 2 + random.below(3) },
    () => `(${writeTree(random, material, depth - 1)})`,
  );
  return parts.join(random.chance(0.5) ? ' and ' : ' or ');
}

/** As exceptions are appended to conditions: not all of several comparisons. */
function writeException(random: Random, material: readonly Material[]): string {
  const parts = Array.from({ length: 1 + random.below(3) }, () => writeTest(random, random.pick(material)));
  return `not (${parts.join(' and ')})`;
}

function writeTest(random: Random, { text, operators, values }: Material): string {
  if (random.chance(0.08)) return `${text} exists`;
  const operator = random.pick(operators);
  const left = random.chance(0.05) && operators.includes('contains') ? `tolower(${text})` : text;
  if (LIST_OPERATORS.has(operator)) {
    const constants = Array.from({ length: 1 + random.below(3) }, () =>
      writeConstant(random, values, operator),
    );
    return `${left} ${operator} (${constants.join(', ')})`;
  }
  return `${left} ${operator} ${writeConstant(random, values, operator)}`;
}

function writeConstant(random: Random, values: readonly string[], operator: string): string {
  let value = random.pick(values);
  if (operator === 'regex') return quoteExactly(`.*${value.replace(/[^A-Za-z0-9]/g, '.').slice(0, 20)}.*`);
  if (operator === 'startswith' || operator === 'pmatch')
    value = value.slice(0, 1 + random.below(value.length + 1));
  if (operator === 'contains' || operator === 'endswith') value = value.slice(random.below(value.length + 1));
  if (operator.startsWith('b')) {
    return (
      [...value.slice(0, 4)].map((char) => char.charCodeAt(0).toString(16).padStart(2, '0')).join('') || '00'
    );
  }
  return quoteExactly(value);
}

/** Canonical text of a condition, for messages. */
export function shown(condition: string): string {
  return canonicalText(parseCondition(condition, exact));
}
