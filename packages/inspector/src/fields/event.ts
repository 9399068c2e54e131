import { formatLocalTime, SECOND } from '@seawall/base';
import { eventTypeOfSymbol, eventTypes, eventTypesByName, timestampOf } from '@seawall/events';
import type { BoundField } from '@seawall/rules';
import type { EventContext } from '../context.ts';
import { absolutePath, hasNoAbsolutePath } from './absolute-path.ts';
import { argumentText, resolvedArgument } from './argument-text.ts';
import { fieldErrors } from './errors.ts';
import { bufferFields } from './event-buffer.ts';
import { countFields } from './event-count.ts';
import { argumentCount, categoryName, EventTrait, hasResult, hasTrait, resultOf } from './event-facts.ts';
import { eventName, syscallName } from './event-name.ts';
import {
  type Binding,
  type Extract,
  field,
  fieldWithArgument,
  type InspectorField,
  parseIndex,
  statefulField,
} from './field.ts';
import { infrastructureFields } from './infrastructure.ts';
import { isOpenForReading, isOpenForWriting, isOpenWithCreation, isOpenWithExecution } from './open.ts';
import { parameterIndices } from './parameter-index.ts';
import { bindRawArgument } from './raw-argument.ts';
import { integer } from './text.ts';

const GENERIC = eventTypeOfSymbol('GENERIC_X').id;
/** Fields of system call events: what the call was, its arguments, its result. */
export const eventFields: readonly InspectorField[] = [
  ...['', '.s', '.ns'].map((part) =>
    field({
      name: `evt.latency${part}`,
      type: 'reltime',
      format: part === '.ns' ? 'padded-decimal' : 'decimal',
      isDeprecated: true,
      dependsOn: ['constant'],
      description:
        'Always 0: calls are one event each today, so that there is no time between enter and exit.',
      extract: () => 0,
      extractForJson: () => 0,
    }),
  ),
  field({
    name: 'evt.latency.quantized',
    type: 'uint64',
    format: 'decimal',
    isDeprecated: true,
    isTableOnly: true,
    dependsOn: ['constant'],
    description: 'Always 0, see evt.latency.',
    extract: () => 0,
  }),
  field({
    name: 'evt.latency.human',
    type: 'charbuf',
    format: 'na',
    isDeprecated: true,
    dependsOn: ['constant'],
    description: 'Always 0ns, see evt.latency.',
    extract: () => '0ns',
  }),
  deltaField(
    'evt.deltatime',
    'decimal',
    (delta) => delta,
    'Nanoseconds since the last event for which this was read.',
  ),
  deltaField('evt.deltatime.s', 'decimal', (delta) => delta / SECOND, 'Whole seconds of evt.deltatime.'),
  deltaField(
    'evt.deltatime.ns',
    'padded-decimal',
    (delta) => delta % SECOND,
    'Nanoseconds of evt.deltatime beyond its whole seconds.',
  ),
  field({
    name: 'evt.outputtime',
    type: 'charbuf',
    format: 'na',
    dependsOn: ['event'],
    description: 'Time of the event as evt.time shows it.',
    extract: ({ view }) => formatLocalTime(timestampOf(view), { date: false, nanoseconds: true }),
    extractForJson: ({ view }) => integer(timestampOf(view)),
  }),
  field({
    name: 'evt.dir',
    type: 'charbuf',
    format: 'directory',
    isDeprecated: true,
    dependsOn: ['event'],
    description:
      "'<' for events of calls that have ended, '>' for others; calls are recorded only when they end.",
    extract: ({ view }) => ((view.type & 1) === 0 ? '>' : '<'),
  }),
  text('evt.type', "Name of the event, for system calls the call's name: open, execve, connect.", eventName),
  fieldWithArgument({
    name: 'evt.type.is',
    type: 'uint32',
    format: 'na',
    dependsOn: ['event'],
    description: '1 for events of the type with that name or number, else 0: evt.type.is.open.',
    presence: 'required',
    afterDot: 'only',
    example: 'evt.type.is.open',
    bind: bindTypeTest,
  }),
  text('syscall.type', 'Name of the system call; unset for events that are none.', syscallName),
  text(
    'evt.category',
    'What the event is about: file, net, IPC, memory, process, signal, user, system, time, wait, scheduler, internal ...; reading and writing show what the descriptor is (file, net, ipc).',
    ({ view, descriptor }) => categoryName(view.type, descriptor),
  ),
  field({
    name: 'evt.cpu',
    type: 'int16',
    format: 'id',
    dependsOn: ['event'],
    description: 'Number of the CPU on which the event happened.',
    extract: ({ view }) => (view.cpu << 16) >> 16,
  }),
  text(
    'evt.args',
    'All arguments as name=value, one space between them, with what they stand for in brackets.',
    argumentsText,
  ),
  fieldWithArgument({
    name: 'evt.arg',
    type: 'charbuf',
    format: 'na',
    dependsOn: ['event'],
    description:
      'One argument by name (evt.arg.fd) or place (evt.arg[0]), as text: descriptors, flags, errors and ids as what they stand for.',
    presence: 'required',
    afterDot: 'also',
    example: 'evt.arg.fd or evt.arg[0]',
    bind: bindArgument,
  }),
  fieldWithArgument({
    name: 'evt.rawarg',
    type: 'dyn',
    format: 'na',
    acceptsNoFieldComparison: true,
    acceptsNoTransformer: true,
    dependsOn: ['event'],
    description: "One argument by name as it is, of the argument's own type: evt.rawarg.res.",
    presence: 'required',
    afterDot: 'only',
    example: 'evt.rawarg.res',
    bind: bindRawArgument,
  }),
  text('evt.info', 'The same as evt.args.', argumentsText),
  ...bufferFields,
  text(
    'evt.res',
    'Result as text: SUCCESS, or the name of the error (ENOENT).',
    (context) => {
      if (!hasResult(context.view)) return undefined;
      return resultOf(context.view) >= 0 ? 'SUCCESS' : resolvedArgument(context, 0);
    },
    'decimal',
  ),
  field({
    name: 'evt.rawres',
    type: 'int64',
    format: 'decimal',
    dependsOn: ['event'],
    description: 'Result as a number: negative for errors (-2 is ENOENT).',
    extract: ({ view }) => (hasResult(view) ? resultOf(view) : undefined),
  }),
  field({
    name: 'evt.failed',
    type: 'bool',
    format: 'na',
    dependsOn: ['event'],
    description: 'True where the call ended with an error.',
    extract: ({ view }) => (hasResult(view) ? resultOf(view) < 0 : undefined),
  }),
  flag('evt.is_io', 'True for events that read from or write to a descriptor.', ({ view }) =>
    hasTrait(view, EventTrait.reads | EventTrait.writes),
  ),
  flag('evt.is_io_read', 'True for events that read from a descriptor.', ({ view }) =>
    hasTrait(view, EventTrait.reads),
  ),
  flag('evt.is_io_write', 'True for events that write to a descriptor.', ({ view }) =>
    hasTrait(view, EventTrait.writes),
  ),
  text('evt.io_dir', 'read or write for events that do so with a descriptor; else unset.', ({ view }) => {
    if (hasTrait(view, EventTrait.writes)) return 'write';
    return hasTrait(view, EventTrait.reads) ? 'read' : undefined;
  }),
  flag('evt.is_wait', 'True for events of calls that make the thread wait.', ({ view }) =>
    hasTrait(view, EventTrait.waits),
  ),
  field({
    name: 'evt.wait_latency',
    type: 'reltime',
    format: 'decimal',
    isDeprecated: true,
    dependsOn: ['constant'],
    description: 'Always 0, see evt.latency.',
    extract: () => 0,
  }),
  flag(
    'evt.is_syslog',
    'True for events that write to /dev/log.',
    ({ view, descriptor }) =>
      hasTrait(view, EventTrait.writes) && (descriptor?.name.includes('/dev/log') ?? false),
  ),
  ...countFields,
  fieldWithArgument({
    name: 'evt.around',
    type: 'uint64',
    format: 'decimal',
    isFilterOnly: true,
    acceptsNoFieldComparison: true,
    acceptsNoTransformer: true,
    dependsOn: ['event'],
    description:
      'Accepts events around a point in time: evt.around[T]=D those at most D milliseconds before or after T nanoseconds since the epoch.',
    presence: 'required',
    example: 'evt.around[1404996934793590564] = 1000',
    bind: bindAround,
  }),
  fieldWithArgument({
    name: 'evt.abspath',
    type: 'charbuf',
    format: 'na',
    dependsOn: ['event', 'process', 'ancestors'],
    description:
      'The path of calls that name a file relative to a directory descriptor, made absolute; evt.abspath.src and evt.abspath.dst for calls with two.',
    presence: 'allowed',
    afterDot: 'only',
    example: 'evt.abspath, evt.abspath.src or evt.abspath.dst',
    bind: bindAbsolutePath,
  }),
  flag('evt.is_open_read', 'True for calls that open a file for reading.', isOpenForReading),
  flag('evt.is_open_write', 'True for calls that open a file for writing.', isOpenForWriting),
  ...infrastructureFields,
  flag('evt.is_open_exec', 'True for calls that make a file which someone may execute.', isOpenWithExecution),
  flag('evt.is_open_create', 'True for calls that open a file and thereby make it.', isOpenWithCreation),
];

function argumentsText(context: EventContext): string {
  const { view } = context;
  if (view.type === GENERIC) return '';
  const { parameters } = eventTypes[view.type]!;
  let all = '';
  for (let index = 0, count = argumentCount(view); index < count; index++) {
    const { text, meaning } = argumentText(context, index);
    if (index > 0) all += ' ';
    all += `${parameters[index]!.name}=${text}`;
    if (meaning !== '') all += `(${meaning})`;
  }
  return all;
}

function bindTypeTest(argument: string | undefined): Binding {
  const name = argument ?? '';
  const first = /^\d+$/.test(name) ? Number(name) : eventTypesByName.get(name)?.[0]?.id;
  if (first === undefined)
    throw fieldErrors.create('FIELD_UNKNOWN_EVENT_TYPE', { field: 'evt.type.is', argument: name });
  const second = /^\d+$/.test(name) ? -1 : first + 1;
  return { extract: ({ view }) => (view.type === first || view.type === second ? 1 : 0) };
}

function bindArgument(argument: string | undefined, isAfterDot: boolean): Binding {
  return isAfterDot ? bindNamedArgument(argument ?? '') : bindNumberedArgument(argument ?? '');
}

function bindNumberedArgument(argument: string): Binding {
  const index = parseIndex('evt.arg', argument, 'evt.arg[0], or a name after a dot: evt.arg.fd');
  return {
    extract: (context) =>
      index >= 0 && index < argumentCount(context.view) ? resolvedArgument(context, index) : undefined,
    isAbsentFrom: (type) => index < 0 || index >= eventTypes[type]!.parameters.length,
  };
}

function bindNamedArgument(name: string): Binding {
  const indices = parameterIndices('evt.arg', name);
  return {
    extract(context) {
      const index = indices[context.view.type]!;
      return index >= 0 && index < argumentCount(context.view) ? resolvedArgument(context, index) : undefined;
    },
    isAbsentFrom: (type) => indices[type] === -1,
  };
}

function bindAround(argument: string | undefined): Binding {
  const text = (argument ?? '').trim();
  if (!/^\d+$/.test(text))
    throw fieldErrors.create('FIELD_NEEDS_NUMBER', {
      field: 'evt.around',
      argument: text,
      example: 'evt.around[1404996934793590564] = 1000',
    });
  const time = BigInt.asUintN(64, BigInt(text));
  return { extract: () => undefined, compare: isAround(time) };
}

function isAround(time: bigint): NonNullable<BoundField<EventContext>['compare']> {
  return ({ view }, operator, constants) => {
    if (operator !== '=' && operator !== '==')
      throw fieldErrors.create('FIELD_OPERATOR', { field: 'evt.around', operator, known: '=' });
    const margin = BigInt(constants[0] as number | bigint) * 1_000_000n;
    const now = timestampOf(view);
    return time >= BigInt.asUintN(64, now - margin) && time <= BigInt.asUintN(64, now + margin);
  };
}

function bindAbsolutePath(argument: string | undefined): Binding {
  if (argument !== undefined && argument !== 'src' && argument !== 'dst')
    throw fieldErrors.create('FIELD_BAD_ARGUMENT', {
      field: 'evt.abspath',
      argument,
      example: 'evt.abspath, evt.abspath.src or evt.abspath.dst',
    });
  return {
    extract: (context) => absolutePath(context, argument === 'dst' ? 'target' : 'source'),
    isAbsentFrom: hasNoAbsolutePath,
  };
}

function deltaField(
  name: string,
  format: 'decimal' | 'padded-decimal',
  part: (delta: bigint) => bigint,
  description: string,
): InspectorField {
  return statefulField({
    name,
    type: 'reltime',
    format,
    isNumberInJson: true,
    dependsOn: ['event'],
    description,
    createExtract() {
      let last = 0n;
      return ({ view }) => {
        const now = timestampOf(view);
        const delta = last === 0n ? 0n : BigInt.asUintN(64, now - last);
        last = now;
        return integer(part(delta));
      };
    },
  });
}

function text(
  name: string,
  description: string,
  extract: Extract,
  format: 'na' | 'decimal' = 'na',
): InspectorField {
  return field({ name, type: 'charbuf', format, dependsOn: ['event'], description, extract });
}

function flag(
  name: string,
  description: string,
  extract: (context: EventContext) => boolean,
): InspectorField {
  return field({ name, type: 'bool', format: 'na', dependsOn: ['event'], description, extract });
}
