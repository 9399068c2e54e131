import {
  eventTypes,
  type ParameterFacts,
  type PrintFormat as ParameterFormat,
  parameterLength,
  readByteString,
  readInteger,
} from '@seawall/events';
import { type FieldType, type PrintFormat, renderValue, type Value } from '@seawall/rules';
import type { EventContext } from '../context.ts';
import { textArgument } from './argument-text.ts';
import { fieldErrors } from './errors.ts';
import type { Binding } from './field.ts';

const formats: Readonly<Record<ParameterFormat, PrintFormat>> = {
  na: 'na',
  dec: 'decimal',
  hex: 'hexadecimal',
  oct: 'octal',
};

/**
 * Ties `evt.rawarg` to an argument by name. Its type is that of the first event type with such an argument (Falco
 * parses constants by it; it has no constants for bytes); what is read follows the type at hand.
 * @throws FIELD_UNKNOWN_EVENT_ARGUMENT when no event type has it.
 */
export function bindRawArgument(argument: string | undefined): Binding {
  const name = argument ?? '';
  const parameters = eventTypes.map((type) => type.parameters.find((parameter) => parameter.name === name));
  const first = parameters.find((parameter) => parameter !== undefined);
  if (first === undefined)
    throw fieldErrors.create('FIELD_UNKNOWN_EVENT_ARGUMENT', { field: 'evt.rawarg', argument: name });
  return {
    type: fieldType(first),
    format: formats[first.format],
    // Falco's reader of constants knows no bytes (libs, value_parser.cpp); only evt.buffer goes around it.
    ...(first.type === 'bytebuf' && { parseConstant: () => refuseBytes(name) }),
    extract(context) {
      const parameter = parameters[context.view.type];
      return parameter && rawValue(context, parameter);
    },
    render(context) {
      const parameter = parameters[context.view.type];
      return parameter && rawText(context, parameter);
    },
    isAbsentFrom: (type) => parameters[type] === undefined,
  };
}

function refuseBytes(name: string): never {
  throw fieldErrors.create('FIELD_HOLDS_BYTES', { field: `evt.rawarg.${name}`, text: `evt.arg.${name}` });
}

function fieldType({ type }: ParameterFacts): FieldType {
  switch (type) {
    case 'charbuf_pair_array':
      return 'charbufpairarray';
    case 'fd32':
      return 'int32';
    case 'pid32':
      return 'int32';
    case 'none':
      return 'dyn';
    default:
      return type;
  }
}

function isText({ type }: ParameterFacts): boolean {
  return type === 'charbuf' || type === 'fspath' || type === 'fsrelpath';
}

/** The value itself; undefined for empty arguments that are no text: no comparison with one is true. */
function rawValue(context: EventContext, parameter: ParameterFacts): Value | undefined {
  const { view } = context;
  const { index } = parameter;
  if (index >= view.parameterCount) return undefined;
  if (isText(parameter)) return textArgument(context, index);
  if (parameterLength(view, index) === 0) return undefined;
  return readInteger(view, index, parameter.type) ?? readByteString(view, index);
}

/** How an output shows the argument: empty numbers as 0, as Falco does; undefined for types that it can't show. */
function rawText(context: EventContext, parameter: ParameterFacts): string | undefined {
  const { view } = context;
  const { index, type } = parameter;
  if (index >= view.parameterCount) return undefined;
  if (isText(parameter)) return textArgument(context, index);
  if (type === 'bytebuf') return renderValue('bytebuf', 'na', readByteString(view, index));
  if (!showsNumber.test(type)) return undefined;
  if (parameterLength(view, index) === 0) return '0';
  const value = readInteger(view, index, type);
  if (value === undefined) return undefined;
  return renderValue(fieldType(parameter), formats[parameter.format], type === 'bool' ? value !== 0 : value);
}

const showsNumber =
  /^(u?int|flags|enumflags)(8|16|32|64)$|^(pid|errno|fd|l4proto|port|uid|gid|reltime|abstime|bool)$/;
