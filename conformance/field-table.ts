import { eventTypes } from '@seawall/events';
import type { BoundField, FieldCatalogue, FieldDefinition, FieldType, PrintFormat } from '@seawall/rules';

const formats: Readonly<Record<string, PrintFormat>> = {
  PF_NA: 'na',
  PF_DEC: 'decimal',
  PF_HEX: 'hexadecimal',
  PF_OCT: 'octal',
  PF_10_PADDED_DEC: 'padded-decimal',
  PF_ID: 'id',
  PF_DIR: 'directory',
};

/**
 * A catalogue made of the table of fields alone (`fields.txt`, its core part): names, types and what can be done
 * with each, but no values. It is what binding a condition needs.
 */
export function readFieldTable(text: string): FieldCatalogue<undefined> {
  const fields = new Map<string, FieldDefinition<undefined>>();
  for (const line of text.split('\n')) {
    const [name, type, format, flags] = line.split('\t');
    if (name === undefined || !type?.startsWith('PT_') || format === undefined || flags === undefined)
      continue;
    if (!fields.has(name)) fields.set(name, defineField(name, typeOf(type), formats[format] ?? 'na', flags));
  }
  const byName = (name: string) => fields.get(name);
  const found = new Map(fields);
  return {
    source: 'syscall',
    fields: Object.assign(found, { get: (name: string) => findField(name, byName) }),
  };
}

/** Fields of the event are also named with their argument behind a dot: `evt.arg.res`. */
function findField(
  name: string,
  byName: (name: string) => FieldDefinition<undefined> | undefined,
): FieldDefinition<undefined> | undefined {
  const dotted = /^(evt\.(?:arg|rawarg|abspath|type\.is))\.(.+)$/.exec(name);
  const whole = dotted === null ? undefined : byName(dotted[1]!);
  if (whole === undefined) return byName(name);
  return {
    ...whole,
    argument: { ...whole.argument, presence: 'none' },
    bind: () => ({ ...whole.bind(dotted![2]), definition: whole }),
  };
}

function defineField(
  name: string,
  type: FieldType,
  format: PrintFormat,
  flags: string,
): FieldDefinition<undefined> {
  const has = (flag: string) => flags.split(/[ |]+/).includes(flag);
  const isByName = name.startsWith('evt.arg') || name.startsWith('evt.rawarg');
  const definition: FieldDefinition<undefined> = {
    name,
    type,
    format,
    isList: has('EPF_IS_LIST'),
    argument: {
      // evt.abspath is marked as if it needed one.
      presence:
        has('EPF_ARG_REQUIRED') && name !== 'evt.abspath'
          ? 'required'
          : has('EPF_ARG_ALLOWED')
            ? 'allowed'
            : 'none',
      isIndex: has('EPF_ARG_INDEX'),
      isKey: has('EPF_ARG_KEY'),
    },
    isTableOnly: has('EPF_TABLE_ONLY'),
    acceptsNoTransformer: has('EPF_NO_TRANSFORMER'),
    acceptsNoFieldComparison: has('EPF_NO_RHS'),
    isDeprecated: has('EPF_DEPRECATED'),
    dependsOn: ['event'],
    description: '',
    bind: (argument): BoundField<undefined> => ({
      definition,
      argument,
      type: isByName && argument !== undefined && type === 'dyn' ? typeOfParameter(argument) : type,
      format,
      isList: definition.isList,
      extract: () => undefined,
    }),
  };
  return definition;
}

function typeOf(name: string): FieldType {
  return name.slice('PT_'.length).toLowerCase().replaceAll('_', '') as FieldType;
}

/** The type of the first parameter of that name in the table of events. */
function typeOfParameter(name: string): FieldType {
  for (const { parameters } of eventTypes) {
    const parameter = parameters.find((candidate) => candidate.name === name);
    if (parameter !== undefined) return parameter.type as FieldType;
  }
  throw new TypeError(`no event has a parameter ${name}`);
}
