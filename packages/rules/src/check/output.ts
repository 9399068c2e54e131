import { isSeawallError, type SeawallError } from '@seawall/base';
import type { FieldCatalogue } from '../catalogue/catalogue.ts';
import type { formatErrors } from '../format/errors.ts';
import { parseFormat } from '../format/parse.ts';
import { deprecatedFields, type LoadWarningCode } from '../load/codes.ts';
import type { RuleDefinition } from '../load/definitions.ts';
import { type FoundProblem, failLoading } from '../load/message.ts';
import { findPlace } from '../load/traced-text.ts';
import { nearestName } from '../suggest/nearest.ts';
import { hintOfPluginField } from '../suggest/plugin-field.ts';
import { plainWording } from './check-condition.ts';

/** Which rules something is added to: empty or absent means any. A rule must have all the tags. */
export interface RuleFilter {
  readonly source?: string;
  readonly tags?: readonly string[];
  readonly rule?: string;
}

export interface OutputOptions {
  /** Texts put behind the outputs of rules, each after a blank. */
  readonly extraOutput?: readonly ({ readonly format: string } & RuleFilter)[];
  /** Fields added to alerts under a name: an output format, or a field whose value is kept as it is. */
  readonly extraFields?: readonly (ExtraField & RuleFilter)[];
}

export interface ExtraField {
  readonly name: string;
  readonly format: string;
  readonly isRaw: boolean;
}

/** Of which time rules are. */
export type RuleMeaning = 'today' | '2017';

export interface MeaningOptions {
  /**
   * `2017`: the rules were written when argument 1 of `open` and its kin was the path; `evt.arg[1]` in conditions
   * then means the path for these events, and in the outputs of rules that match these events alone. `%container.info`
   * shows name and id of the container, as it did then.
   */
  readonly meaning?: RuleMeaning;
}

export interface CompiledOutput {
  /** The output format with extra output behind it, as text. */
  readonly format: string;
  /** Fields that the format names, as written there, each as often as it does. */
  readonly fields: readonly string[];
  readonly extraFields: readonly ExtraField[];
}

const containerInfo = '%container.info';
/** What Falco of 2017 put in its place unless told otherwise. */
const containerInfoOf2017 = '%container.name (id=%container.id)';

/** The fields that formats were found to name, by source and text: many rules print the same. */
export type KnownFormats = Map<string, readonly string[]>;

/**
 * Completes and checks a rule's output format.
 * @param isOf2017 whether it means what it did in 2017 (see MeaningOptions).
 * @returns undefined when the rule asks to be skipped because of a field that doesn't exist (a warning says so).
 * @throws a load error when the format can't be read.
 */
export function compileOutput(
  rule: RuleDefinition,
  catalogue: FieldCatalogue,
  options: OutputOptions,
  isOf2017: boolean,
  known: KnownFormats,
  warn: (warning: FoundProblem<LoadWarningCode>) => void,
): CompiledOutput | undefined {
  const extras = (options.extraOutput ?? []).filter((extra) => appliesTo(extra, rule));
  let format = [rule.output.text, ...extras.map((extra) => extra.format)].join(' ');
  if (format.includes(containerInfo)) {
    warn({
      code: 'LOAD_DEPRECATED_ITEM',
      message:
        '%container.info is deprecated and no more useful, and will be dropped by Falco 1.0.0. The container plugin will automatically add required fields to the output message.',
      context: rule.context,
      hint: 'take it out, or name the fields that you want, such as %container.id and %container.name',
    });
    format = format.replaceAll(containerInfo, isOf2017 ? containerInfoOf2017 : '');
  }
  const extraFields = (options.extraFields ?? []).filter((extra) => appliesTo(extra, rule));
  const fields = checkFormat(format, rule, catalogue, known, rule.skipsIfUnknownFilter ? warn : undefined);
  if (fields === undefined) return undefined;
  warnOfDeprecatedFields(format, rule, warn);
  for (const extra of extraFields) {
    checkFormat(extra.format, rule, catalogue, known, undefined);
    warnOfDeprecatedFields(extra.format, rule, warn);
  }
  return {
    format,
    fields,
    extraFields: extraFields.map(({ name, format: extraFormat, isRaw }) => ({
      name,
      format: extraFormat,
      isRaw,
    })),
  };
}

function appliesTo(filter: RuleFilter, rule: RuleDefinition): boolean {
  return (
    (!filter.source || filter.source === rule.source) &&
    (!filter.rule || filter.rule === rule.name) &&
    (filter.tags ?? []).every((tag) => rule.tags.includes(tag))
  );
}

/** @param skip takes the warning when a field doesn't exist; without it that is an error as any other. */
function checkFormat(
  format: string,
  rule: RuleDefinition,
  catalogue: FieldCatalogue,
  known: KnownFormats,
  skip: ((warning: FoundProblem<LoadWarningCode>) => void) | undefined,
): readonly string[] | undefined {
  const key = `${catalogue.source} ${format}`;
  const fields = known.get(key);
  if (fields !== undefined) return fields;
  try {
    const named = parseFormat(format, catalogue).named.map(({ name }) => name);
    known.set(key, named);
    return named;
  } catch (error) {
    if (!isSeawallError(error)) throw error;
    const fault = describeFault(error, catalogue);
    const isOwn = format.startsWith(rule.output.text) && fault.index < rule.output.text.length;
    const found = isOwn ? findPlace(rule.output, fault.index) : undefined;
    const place = found === undefined ? rule.outputContext.place : found.file * 2 ** 32 + found.offset;
    const { isUnknownName, index, ...told } = fault;
    const problem = { ...told, context: { ...rule.outputContext, place } };
    if (!isUnknownName || skip === undefined) failLoading({ code: 'LOAD_ERR_COMPILE_OUTPUT', ...problem });
    skip({ code: 'LOAD_UNKNOWN_FILTER', ...problem });
    return undefined;
  }
}

function describeFault(error: SeawallError, catalogue: FieldCatalogue) {
  const { index, text } = error.details as { index: number; text: string };
  const plain = plainWording(error.message);
  const at = { plain, index, length: Math.max(1, text.length), hint: undefined, isUnknownName: false };
  const code = error.code.replace('rules/', '') as keyof typeof formatErrors.catalogue;
  switch (code) {
    case 'FORMAT_EMPTY':
      return { ...at, message: 'empty formatting token' };
    case 'FORMAT_ENDS_IN_PERCENT':
      return { ...at, message: 'invalid formatting syntax: formatting cannot end with a %' };
    case 'FORMAT_ENDS_IN_NUMBER':
      return { ...at, message: 'invalid formatting syntax: formatting cannot end with a number' };
    case 'FORMAT_FIELD': {
      const name = /^%[0-9]*([\w.]+)/.exec(text)?.[1] ?? text;
      const nearest = nearestName(name, catalogue.fields.keys());
      return {
        ...at,
        message: `unknown filter: filter_check called with nonexistent field ${name}`,
        hint:
          hintOfPluginField(name, catalogue) ??
          (nearest === undefined ? undefined : `did you mean '%${nearest}'?`),
        isUnknownName: true,
      };
    }
    default:
      return { ...at, message: plain };
  }
}

function warnOfDeprecatedFields(
  format: string,
  rule: RuleDefinition,
  warn: (warning: FoundProblem<LoadWarningCode>) => void,
): void {
  for (const field of deprecatedFields.keys()) {
    if (!format.includes(field)) continue;
    warn({
      code: 'LOAD_DEPRECATED_ITEM',
      message: `usage of deprecated field '${field}' has been detected in the rule output`,
      context: rule.outputContext,
      deprecatedField: field,
    });
  }
}
