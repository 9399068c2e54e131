import {
  eventTypes,
  type ParameterFacts,
  type PrintFormat as ParameterFormat,
  parameterLength,
  readByteString,
  readInteger,
} from '@seawall/events';
import type { FieldType, PrintFormat, Value } from '@seawall/rules';
import type { EventContext } from '../context.ts';
import { dotted, textArgument } from './argument-text.ts';
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
 * parses constants by it); what is read follows the type at hand.
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
    extract(context) {
      const parameter = parameters[context.view.type];
      return parameter && rawValue(context, parameter);
    },
    render(context) {
      const parameter = parameters[context.view.type];
      return parameter && rawText(context, parameter);
    },
  };
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
  const { index, type, format } = parameter;
  if (index >= view.parameterCount) return undefined;
  if (isText(parameter)) return textArgument(context, index);
  if (type === 'bytebuf') return dotted(readByteString(view, index));
  if (parameterLength(view, index) === 0) return isInteger(type) ? '0' : undefined;
  const value = readInteger(view, index, type);
  if (value === undefined || !isInteger(type)) return undefined;
  if (type === 'bool') return value === 0 ? 'false' : 'true';
  const bits = parameterLength(view, index) > 4 ? 64 : 32;
  if (format === 'hex') return BigInt.asUintN(bits, BigInt(value)).toString(16).toUpperCase();
  if (format === 'oct') return BigInt.asUintN(bits, BigInt(value)).toString(8);
  return String(value);
}

function isInteger(type: ParameterFacts['type']): boolean {
  return /^(u?int|flags|enumflags)(8|16|32|64)$|^(pid|errno|fd|l4proto|port|uid|gid|reltime|abstime|bool)$/.test(
    type,
  );
}
