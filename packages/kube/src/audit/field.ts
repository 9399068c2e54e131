import type { BoundField, Dependency, FieldDefinition, FieldType, PrintFormat, Value } from '@seawall/rules';
import { errors } from '../errors.ts';
import type { JsonNode } from '../json/node.ts';
import type { AuditContext } from './event.ts';

export type AuditField = FieldDefinition<AuditContext>;

type Read<Argument> = (event: JsonNode, argument: Argument) => string | readonly string[] | undefined;

interface Shape {
  readonly type: FieldType;
  readonly format: PrintFormat;
  readonly isList: boolean;
  readonly argument: FieldDefinition['argument'];
}

const EVENT_ALONE: readonly Dependency[] = ['event'];
const NO_ARGUMENT = { presence: 'none', isIndex: false, isKey: false } as const;
const INDEX = { presence: 'allowed', isIndex: true, isKey: false } as const;
const KEY = { presence: 'required', isIndex: false, isKey: true } as const;

/** A text read from the event's JSON. */
export function textField(name: string, description: string, read: Read<undefined>): AuditField {
  return auditField(name, description, { isList: false, argument: NO_ARGUMENT }, (event) =>
    read(event, undefined),
  );
}

/** A list of texts. */
export function listField(name: string, description: string, read: Read<undefined>): AuditField {
  return auditField(name, description, { isList: true, argument: NO_ARGUMENT }, (event) =>
    read(event, undefined),
  );
}

/** A list of texts, of which `[n]` picks what belongs to the n-th item. */
export function indexedField(name: string, description: string, read: Read<number | undefined>): AuditField {
  return auditField(name, description, { isList: true, argument: INDEX }, (event, argument) =>
    read(event, argument === undefined ? undefined : Number(argument)),
  );
}

/** A text that needs a name in brackets. */
export function keyedField(name: string, description: string, read: Read<string>): AuditField {
  return auditField(name, description, { isList: false, argument: KEY }, (event, argument) =>
    read(event, argument ?? ''),
  );
}

function auditField(
  name: string,
  description: string,
  shape: Pick<Shape, 'isList' | 'argument'>,
  read: Read<string | undefined>,
): AuditField {
  const fullShape: Shape = { type: 'charbuf', format: 'na', ...shape };
  // Values that audit fields give are about audit events alone: other JSON has no auditID.
  return defineField(name, description, fullShape, (argument) => (context) => {
    const { node } = context.event;
    const isAuditEvent = node.kind === 'object' && node.members.some((member) => member.name === 'auditID');
    return isAuditEvent ? read(node, argument) : undefined;
  });
}

/** Any field of the audit source: checks the argument when the field is bound. */
export function defineField(
  name: string,
  description: string,
  shape: Shape,
  extractorFor: (
    argument: string | undefined,
  ) => (context: AuditContext) => Value | readonly Value[] | undefined,
  extractForJson?: (context: AuditContext) => Value | undefined,
): AuditField {
  const definition: AuditField = {
    name,
    ...shape,
    isTableOnly: false,
    acceptsNoTransformer: false,
    acceptsNoFieldComparison: false,
    isDeprecated: false,
    dependsOn: EVENT_ALONE,
    description,
    bind(argument): BoundField<AuditContext> {
      checkArgument(definition, argument);
      const { type, format, isList } = shape;
      const extract = extractorFor(argument);
      return {
        definition,
        argument,
        type,
        format,
        isList,
        extract,
        ...(extractForJson && { extractForJson }),
      };
    },
  };
  return definition;
}

function checkArgument({ name: field, argument: rule }: AuditField, argument: string | undefined): void {
  if (argument === undefined) {
    if (rule.presence === 'required') {
      throw errors.create('FIELD_ARGUMENT_MISSING', { field, example: rule.isIndex ? '0' : 'name' });
    }
    return;
  }
  if (rule.presence === 'none') throw errors.create('FIELD_ARGUMENT_REFUSED', { field, argument });
  if (rule.isIndex && !/^(?:0|[1-9][0-9]{0,14})$/.test(argument)) {
    throw errors.create('FIELD_INDEX_INVALID', { field, argument });
  }
}
