import type {
  BoundField,
  FieldCatalogue,
  FieldDefinition,
  FieldType,
  PrintFormat,
  Value,
} from '../catalogue/catalogue.ts';

/** An event of tests: values by the text of the field, `proc.aname[1]` with its argument. */
export type TestEvent = Readonly<Record<string, Value | readonly Value[] | undefined>>;

interface TestField {
  readonly name: string;
  readonly type: FieldType;
  readonly format?: PrintFormat;
  readonly isList?: boolean;
  readonly argument?: 'allowed' | 'required';
  readonly acceptsNoTransformer?: boolean;
  readonly acceptsNoFieldComparison?: boolean;
  readonly special?: Partial<BoundField<TestEvent>>;
}

/** A catalogue whose fields read a TestEvent. For tests of this package only. */
export function createTestCatalogue(fields: readonly TestField[]): FieldCatalogue<TestEvent> {
  return {
    source: 'test',
    fields: new Map(fields.map((field) => [field.name, defineField(field)])),
  };
}

function defineField(field: TestField): FieldDefinition<TestEvent> {
  const definition: FieldDefinition<TestEvent> = {
    name: field.name,
    type: field.type,
    format: field.format ?? 'na',
    isList: field.isList ?? false,
    argument: { presence: field.argument ?? 'none', isIndex: true, isKey: true },
    isTableOnly: false,
    acceptsNoTransformer: field.acceptsNoTransformer ?? false,
    acceptsNoFieldComparison: field.acceptsNoFieldComparison ?? false,
    isDeprecated: false,
    dependsOn: ['event'],
    description: '',
    bind(argument) {
      const key = argument === undefined ? field.name : `${field.name}[${argument}]`;
      return {
        definition,
        argument,
        type: definition.type,
        format: definition.format,
        isList: definition.isList,
        extract: (event) => event[key],
        ...field.special,
      };
    },
  };
  return definition;
}

/** One field of each kind that comparisons tell apart. */
export const testCatalogue: FieldCatalogue<TestEvent> = createTestCatalogue([
  { name: 'evt.num', type: 'uint64', format: 'id' },
  { name: 'evt.type', type: 'charbuf' },
  { name: 'evt.buffer', type: 'bytebuf' },
  { name: 'evt.time', type: 'charbuf', special: { extractForJson: () => 1_700_000_000_000_000_001n } },
  { name: 'evt.around', type: 'uint64', argument: 'required', acceptsNoFieldComparison: true },
  { name: 'proc.name', type: 'charbuf' },
  { name: 'proc.pname', type: 'charbuf' },
  { name: 'proc.pid', type: 'pid', format: 'id' },
  { name: 'proc.args', type: 'charbuf', isList: true },
  { name: 'proc.env', type: 'charbuf', argument: 'allowed' },
  {
    name: 'proc.aname',
    type: 'charbuf',
    argument: 'allowed',
    acceptsNoTransformer: true,
    acceptsNoFieldComparison: true,
    special: {
      compareEach: (event, holds) => ((event['proc.aname'] ?? []) as readonly Value[]).some(holds),
    },
  },
  { name: 'thread.cpu', type: 'double' },
  { name: 'fd.name', type: 'fspath' },
  { name: 'fd.num', type: 'int64', format: 'decimal' },
  { name: 'fd.sport', type: 'port', format: 'decimal' },
  { name: 'fd.sip', type: 'ipaddr' },
  { name: 'fd.snet', type: 'ipnet' },
  { name: 'fd.ports', type: 'uint64', isList: true },
  {
    name: 'fd.port',
    type: 'port',
    acceptsNoFieldComparison: true,
    special: {
      compare: (event, operator, constants) =>
        ((event['fd.port'] ?? []) as readonly number[]).some((port) =>
          operator === 'exists' ? true : constants.includes(port),
        ),
    },
  },
  { name: 'evt.is_write', type: 'bool' },
  { name: 'evt.addr', type: 'sockaddr' },
  { name: 'evt.mode', type: 'mode', format: 'octal' },
]);
