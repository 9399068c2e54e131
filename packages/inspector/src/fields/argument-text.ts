import { formatLocalDateTime } from '@seawall/base';
import {
  byteStringAt,
  descriptorListDescriptor,
  descriptorListFlags,
  descriptorListLength,
  dynamicVariant,
  eventTypes,
  integerAt,
  internedTextAt,
  type ParameterFacts,
  type ParameterType,
  parameterLength,
  parameterStart,
  readInt64Number,
  syscallNames,
} from '@seawall/events';
import type { EventContext } from '../context.ts';
import { concatenatePaths } from '../process/path.ts';
import { WORKING_DIRECTORY, withSlash, workingDirectory } from './directory.ts';
import { transportProtocol } from './event-descriptor.ts';
import { enumerationNames, flagNames, modeNames } from './flag-text.ts';
import { formatGeneral, formatInteger } from './number-text.ts';
import { socketAddressText, socketTupleText } from './socket-text.ts';
import { errorName, signalName } from './system-names.ts';
import { descriptorTypeCharacter, protocolCharacter } from './text.ts';

/** An argument of an event as Falco shows it. */
export interface ArgumentText {
  /** The value itself: a number, a path as given. */
  readonly text: string;
  /** What it stands for (a descriptor's name, an error's, a full path); '' where it stands for nothing else. */
  readonly meaning: string;
}

/** The most characters that Falco's buffer holds of a list of descriptors. */
const LONGEST_LIST = 1023;
/** All bits set: the id that stands for none. */
const NO_ID = 0xffff_ffff;
/** All bits set: the time span that stands for none. */
const NO_TIME = 0xffff_ffff_ffff_ffffn;

/** Types whose empty value reads NULL; the other types' reads <NA>. */
const nullTypes: ReadonlySet<ParameterType> = new Set([
  'bytebuf',
  'socktuple',
  'fdlist',
  'charbufarray',
  'charbuf_pair_array',
  'dyn',
]);

/** Types whose values are texts. */
function isText(type: ParameterType): boolean {
  return type === 'charbuf' || type === 'fspath' || type === 'fsrelpath';
}

/** What the event's argument shows in an output: its meaning where it has one, else its text. */
export function resolvedArgument(context: EventContext, index: number): string {
  const { view } = context;
  const facts = eventTypes[view.type]!.parameters[index]!;
  const { type } = facts;
  if (isText(type)) {
    const path = textArgument(context, index);
    return type === 'charbuf' || isWholePath(context, path) ? path : fullPath(context, facts, path) || path;
  }
  if (type === 'flags32' && parameterLength(view, index) >= 4) {
    const flags = view.data.getUint32(parameterStart(view, index), true);
    return flagNames(flags, facts.flagTable ?? []) || String(flags);
  }
  const { text, meaning } = argumentText(context, index);
  return meaning === '' ? text : meaning;
}

/**
 * Renders the argument at `index`, which the event's type must have; one that the event lacks reads as an empty one.
 * Source: libsinsp's sinsp_evt::get_param_as_str.
 */
export function argumentText(context: EventContext, index: number): ArgumentText {
  const { view } = context;
  const facts = eventTypes[view.type]!.parameters[index]!;
  const length = parameterLength(view, index);
  const start = length === 0 ? 0 : parameterStart(view, index);
  if (length === 0 && !isText(facts.type)) return plain(nullTypes.has(facts.type) ? 'NULL' : '<NA>');
  if (facts.type !== 'dyn') return render(context, facts, facts.type, start, length);
  const variant = facts.variants?.[dynamicVariant(view, index)];
  if (variant === undefined) return plain('INVALID DYNAMIC PARAMETER');
  return render(context, facts, variant.type, start + 1, length - 1);
}

/** The bytes of a text argument up to its NUL; Falco reads an empty one as `<NA>`. */
export function textArgument({ view }: EventContext, index: number): string {
  const length = parameterLength(view, index);
  if (length === 0) return '<NA>';
  const text = internedTextAt(view.bytes, view.data, parameterStart(view, index), length);
  return isNull(text, length) ? '<NA>' : text;
}

function render(
  context: EventContext,
  facts: ParameterFacts,
  type: ParameterType,
  start: number,
  length: number,
): ArgumentText {
  const { bytes } = context.view;
  switch (type) {
    case 'charbuf':
      return plain(facts.type === 'dyn' && length === 0 ? '' : readText(bytes, start, length));
    case 'fspath':
    case 'fsrelpath':
      return pathText(context, facts, readText(bytes, start, length));
    case 'bytebuf':
      return plain(dotted(byteStringAt(bytes, start, start + length)));
    case 'sockaddr':
      return plain(socketAddressText(context.view, facts.index));
    case 'socktuple':
      return plain(socketTupleText(context.view, facts.index));
    case 'fdlist':
      return plain(descriptorListText(context, facts.index));
    default: {
      const value = integerAt(context.view, start, length, type);
      return value === undefined ? plain('<NA>') : integerText(context, facts, type, value);
    }
  }
}

function integerText(
  context: EventContext,
  facts: ParameterFacts,
  type: ParameterType,
  value: number | bigint,
): ArgumentText {
  const number = Number(value);
  switch (type) {
    case 'fd':
      return { text: String(value), meaning: descriptorMeaning(context, number) };
    case 'pid':
      return { text: String(value), meaning: context.tables.process(number)?.comm ?? '' };
    case 'errno':
      return { text: String(value), meaning: number < 0 ? errorName(number) : '' };
    case 'syscallid': {
      const name = syscallNames[number];
      return name === undefined ? plain('<unknown syscall>') : { text: String(number), meaning: name };
    }
    case 'sigtype':
      return { text: String(number), meaning: signalName(number) };
    case 'reltime':
      return value === NO_TIME
        ? plain('none')
        : { text: String(value), meaning: `${formatGeneral(number / 1e9)}s` };
    case 'flags8':
    case 'flags16':
    case 'flags32':
      return { text: String(number), meaning: flagNames(number, facts.flagTable ?? []) };
    case 'enumflags8':
    case 'enumflags16':
    case 'enumflags32':
      return { text: String(number), meaning: enumerationNames(number, facts.flagTable ?? []) };
    case 'mode':
      return {
        text: formatInteger(number, { type: 'uint32', format: facts.format }),
        meaning: modeNames(number, facts.flagTable ?? []),
      };
    case 'abstime':
      return plain(formatLocalDateTime(BigInt(value)));
    case 'uid':
      return idText(number, context.process && context.tables.userName(context.process, number));
    case 'gid':
      return idText(number, context.process && context.tables.groupName(context.process, number));
    case 'sigset':
      return plain(signalSetText(number));
    case 'int8':
    case 'int16':
    case 'int32':
    case 'int64':
    case 'uint8':
    case 'uint16':
    case 'uint32':
    case 'uint64':
      return plain(formatInteger(value, { type, format: facts.format }));
    default:
      return plain('(n.a.)');
  }
}

function plain(text: string): ArgumentText {
  return { text, meaning: '' };
}

function readText(bytes: Uint8Array, start: number, length: number): string {
  let end = start;
  while (end < start + length && bytes[end] !== 0) end++;
  const text = byteStringAt(bytes, start, end);
  return length === 0 || isNull(text, length) ? '<NA>' : text;
}

/** What a probe writes for a text that it could not read. */
function isNull(text: string, length: number): boolean {
  return length === 7 && text === '(NULL)';
}

function pathText(context: EventContext, facts: ParameterFacts, path: string): ArgumentText {
  return isWholePath(context, path) ? plain(path) : { text: path, meaning: fullPath(context, facts, path) };
}

function isWholePath({ process }: EventContext, path: string): boolean {
  return process === undefined || path === '<NA>' || path === '' || path.startsWith('/');
}

function fullPath(context: EventContext, facts: ParameterFacts, path: string): string {
  return concatenatePaths(baseDirectory(context, facts), path);
}

/** The directory that a relative path argument starts from: that of its descriptor argument, else the working one. */
function baseDirectory(context: EventContext, facts: ParameterFacts): string {
  const { view, process } = context;
  const index = facts.directoryParameter;
  const isDescriptor = index !== undefined && eventTypes[view.type]!.parameters[index]?.type === 'fd';
  if (!isDescriptor) return workingDirectory(context);
  const number = readInt64Number(view, index);
  if (number === WORKING_DIRECTORY) return workingDirectory(context);
  return withSlash(process!.descriptors.get(number)?.name ?? '');
}

function descriptorMeaning({ process }: EventContext, number: number): string {
  if (process === undefined) return '';
  if (number < 0) return number === WORKING_DIRECTORY ? 'AT_FDCWD' : errorName(number);
  const descriptor = process.descriptors.get(number);
  if (descriptor === undefined) return '';
  const kind = descriptorTypeCharacter(descriptor) + protocolCharacter(transportProtocol(descriptor));
  return `<${kind}>${descriptor.name}`;
}

function descriptorListText({ process, view }: EventContext, index: number): string {
  if (process === undefined) return '';
  const entries: string[] = [];
  for (let position = 0; position < descriptorListLength(view, index); position++) {
    const number = descriptorListDescriptor(view, index, position);
    const descriptor = number < 0 ? undefined : process.descriptors.get(number);
    const kind = descriptor === undefined ? '?' : descriptorTypeCharacter(descriptor);
    const flags = ((descriptorListFlags(view, index, position) << 16) >> 16) >>> 0;
    entries.push(`${BigInt.asUintN(64, BigInt(number))}:${kind}${flags.toString(16)}`);
  }
  return entries.join(' ').slice(0, LONGEST_LIST);
}

function idText(id: number, name: string | undefined): ArgumentText {
  if (id === NO_ID) return { text: '-1', meaning: '<NONE>' };
  return { text: String(id | 0), meaning: name === undefined || name === '' ? '<NA>' : name };
}

function signalSetText(set: number): string {
  const names: string[] = [];
  for (let bit = 0; bit < 32; bit++) {
    const name = (set >>> bit) & 1 ? signalName(bit + 1) : '';
    if (name !== '') names.push(name);
  }
  return names.join(' ');
}

/** Bytes as Falco shows them: what is not printable ASCII as dots. */
function dotted(bytes: string): string {
  return bytes.replace(/[^ -~]/g, '.');
}
