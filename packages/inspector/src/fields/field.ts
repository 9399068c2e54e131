import type { BoundField, Extractor, FieldDefinition, FieldType, PrintFormat } from '@seawall/rules';
import type { EventContext } from '../context.ts';
import { fieldErrors } from './errors.ts';

export interface InspectorField extends FieldDefinition<EventContext> {
  /** For fields whose argument may follow a dot (`evt.arg.fd`): ties the field to that argument. */
  readonly bindAfterDot?: (argument: string) => BoundField<EventContext>;
}
export type Extract = Extractor<EventContext>;
type Dependencies = InspectorField['dependsOn'];

/** Fields that belong together: the heading under which lists and documents show them. */
export interface FieldClass {
  readonly name: string;
  readonly description: string;
  readonly fields: readonly InspectorField[];
}

interface FieldFacts {
  readonly name: string;
  readonly type: FieldType;
  readonly format: PrintFormat;
  readonly dependsOn: Dependencies;
  readonly description: string;
  readonly isList?: true;
  readonly isTableOnly?: true;
  readonly isFilterOnly?: true;
  readonly isDeprecated?: true;
  readonly acceptsNoTransformer?: true;
  readonly acceptsNoFieldComparison?: true;
}

type Special = Pick<
  BoundField<EventContext>,
  'render' | 'parseConstant' | 'compare' | 'compareEach' | 'ruleOut' | 'isAbsentFrom' | 'extractForJson'
>;

/** What a binding says beyond the definition it belongs to. */
export interface Binding extends Special {
  readonly extract: Extract;
  readonly type?: FieldType;
  readonly format?: PrintFormat;
  readonly isList?: boolean;
}

interface PlainFacts extends FieldFacts, Special {
  readonly extract: Extract;
}

interface StatefulFacts extends FieldFacts {
  /** Whether JSON shows the plain number, whatever the format. */
  readonly isNumberInJson?: true;
  /** Makes an extractor with a memory of its own, one for each place where the field is used. */
  readonly createExtract: () => Extract;
}

interface ArgumentFacts extends FieldFacts {
  readonly presence: 'allowed' | 'required';
  readonly isIndex?: true;
  readonly isKey?: true;
  /** Whether the argument follows a dot (`evt.arg.fd`) as well as in brackets, or only so. */
  readonly afterDot?: 'also' | 'only';
  /** How a use of the field with an argument looks, for messages. */
  readonly example: string;
  /**
   * @param isAfterDot whether the argument was written after a dot rather than in brackets.
   * @throws a catalogue error that names the field when the argument is malformed.
   */
  bind(argument: string | undefined, isAfterDot: boolean): Binding;
}

/** A field without an argument: one extractor serves every use. */
export function field(facts: PlainFacts): InspectorField {
  const { extract, render, compare, compareEach, ruleOut, isAbsentFrom, extractForJson } = facts;
  const definition: InspectorField = {
    ...describe(facts, { presence: 'none', isIndex: false, isKey: false }),
    bind(argument) {
      refuseArgument(facts.name, argument);
      return bound;
    },
  };
  const bound = bindTo(definition, undefined, {
    extract,
    ...(render && { render }),
    ...(compare && { compare }),
    ...(compareEach && { compareEach }),
    ...(ruleOut && { ruleOut }),
    ...(isAbsentFrom && { isAbsentFrom }),
    ...(extractForJson && { extractForJson }),
  });
  return definition;
}

/** A field without an argument whose value depends on when it was last read. */
export function statefulField(facts: StatefulFacts): InspectorField {
  const definition: InspectorField = {
    ...describe(facts, { presence: 'none', isIndex: false, isKey: false }),
    isStateful: true,
    bind(argument) {
      refuseArgument(facts.name, argument);
      const extract = facts.createExtract();
      return bindTo(definition, undefined, {
        extract,
        ...(facts.isNumberInJson && { extractForJson: extract }),
      });
    },
  };
  return definition;
}

/** A field that can or must be followed by an argument. */
export function fieldWithArgument(facts: ArgumentFacts): InspectorField {
  const { name, presence, isIndex = false, isKey = false, afterDot, example } = facts;
  const definition: InspectorField = {
    ...describe(facts, { presence, isIndex, isKey }),
    bind(argument) {
      if (argument === undefined && presence === 'required')
        throw fieldErrors.create('FIELD_NEEDS_ARGUMENT', { field: name, example });
      if (argument !== undefined && afterDot === 'only')
        throw fieldErrors.create('FIELD_BAD_ARGUMENT', { field: name, argument, example });
      return bindTo(definition, argument, facts.bind(argument, false));
    },
    ...(afterDot !== undefined && {
      bindAfterDot: (argument: string) => bindTo(definition, argument, facts.bind(argument, true)),
    }),
  };
  return definition;
}

/**
 * Reads an index as Falco does: a decimal number that fits 32 bits, perhaps signed, after any white space.
 * @throws FIELD_NEEDS_NUMBER
 */
export function parseIndex(field: string, argument: string, example: string): number {
  const index = /^\s*[+-]?\d+$/.test(argument) ? Number(argument) : Number.NaN;
  if (Number.isNaN(index) || index !== (index | 0))
    throw fieldErrors.create('FIELD_NEEDS_NUMBER', { field, argument, example });
  return index;
}

function describe(facts: FieldFacts, argument: InspectorField['argument']): Omit<InspectorField, 'bind'> {
  return {
    name: facts.name,
    type: facts.type,
    format: facts.format,
    isList: facts.isList === true,
    argument,
    isTableOnly: facts.isTableOnly === true,
    acceptsNoTransformer: facts.acceptsNoTransformer === true,
    acceptsNoFieldComparison: facts.acceptsNoFieldComparison === true,
    isFilterOnly: facts.isFilterOnly === true,
    isDeprecated: facts.isDeprecated === true,
    dependsOn: facts.dependsOn,
    description: facts.description,
  };
}

function bindTo(
  definition: InspectorField,
  argument: string | undefined,
  binding: Binding,
): BoundField<EventContext> {
  return {
    definition,
    argument,
    type: definition.type,
    format: definition.format,
    isList: definition.isList,
    ...binding,
  };
}

function refuseArgument(field: string, argument: string | undefined): void {
  if (argument !== undefined) throw fieldErrors.create('FIELD_TAKES_NO_ARGUMENT', { field, argument });
}
