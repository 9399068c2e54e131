import type { FieldCatalogue } from './catalogue/catalogue.ts';
import { createRemarkingBinder } from './check/check-condition.ts';
import { type Compilation, type CompileOptions, compile, findMacroOf } from './check/compile.ts';
import { hasField } from './check/field.ts';
import type { ExtraField, MeaningOptions, OutputOptions, RuleMeaning } from './check/output.ts';
import { createTextPool } from './condition/text-pool.ts';
import type { AnyNode, Condition } from './condition/tree.ts';
import type { BoundCondition } from './evaluate/bind.ts';
import type { LoadErrorCode, LoadWarningCode } from './load/codes.ts';
import { type Collection, createCollection } from './load/collection.ts';
import { describeContext, sourcePlaceOf } from './load/context.ts';
import {
  type PluginRequirement,
  type Priority,
  priorities,
  type RuleDefinition,
} from './load/definitions.ts';
import {
  type FalcoLoadResult,
  type FoundProblem,
  falcoLoadMessage,
  type LoadMessage,
  problemOf,
} from './load/message.ts';
import { readFile } from './load/read-file.ts';
import { createSourceFile, type SourceFile, type SourcePlace, sourcePlaceAt } from './load/source.ts';
import { findPlace } from './load/traced-text.ts';
import { formatVersion } from './load/version.ts';

/** A rule file to load. */
export interface RuleFile {
  /** What messages call it: its path as the user gave it. */
  readonly name: string;
  readonly content: string;
  /** Of which time its rules and macros are; where it isn't said, the options of loading do. */
  readonly meaning?: RuleMeaning;
}

export interface LoadOptions extends OutputOptions, MeaningOptions {
  /** Rules less urgent than this are loaded but not enabled. */
  readonly minimumPriority?: Priority;
}

/** One rule, ready to be evaluated: everything resolved, checked and tied to its source's fields. */
export interface Rule {
  readonly name: string;
  readonly source: string;
  readonly description: string;
  readonly priority: Priority;
  /** Without repetition, in order of their bytes. */
  readonly tags: readonly string[];
  /** As the rule files say; selections of rules come on top (see `selectRules`). */
  readonly isEnabled: boolean;
  /** The whole condition, exceptions and macros put in. */
  readonly condition: Condition;
  /** The same, tied to the fields of the source. */
  readonly bound: BoundCondition<unknown>;
  /** The event types that can match; undefined where the source has one type of events only. */
  readonly eventTypes: readonly number[] | undefined;
  /** The output format, as `createOutputFormat` takes it. */
  readonly output: string;
  /** The fields that the output prints, in its order, as alerts name them. */
  readonly outputFields: readonly string[];
  readonly extraFields: readonly ExtraField[];
  readonly exceptionFields: readonly string[];
  readonly capture: boolean;
  readonly captureDurationMilliseconds: number;
  readonly definition: RuleDefinition;
}

/** All rules that are loaded, in the order in which they were first defined. Never changes. */
export interface RuleSet {
  readonly rules: readonly Rule[];
  /** The latest engine version that a file asks for, `0.0.0` when none does. */
  readonly requiredEngineVersion: string;
  /** Plugins that files ask for: of each entry one alternative is needed. */
  readonly requiredPlugins: readonly (readonly PluginRequirement[])[];
  readonly compilation: Compilation;
  readonly collection: Collection;
  readonly files: readonly SourceFile[];
}

/** What loading says about one file. */
export interface FileResult {
  readonly name: string;
  readonly isSuccessful: boolean;
  /** Errors first, then warnings, each in the order in which Falco reports them. */
  readonly messages: readonly LoadMessage[];
  /** `['ok']`, or what Falco's schema has against the file; undefined when it is no YAML. */
  readonly schemaWarnings: readonly string[] | undefined;
}

export interface LoadResult {
  /** One for each file, in their order. A file is checked together with all that were read before it. */
  readonly files: readonly FileResult[];
  /** Undefined when any file has an error. */
  readonly ruleSet: RuleSet | undefined;
}

/**
 * Loads rule files, one after the other, as one rule set.
 * @param catalogues the fields of each source that rules can be about; rules of other sources are left out, with a
 * warning.
 * @returns what there is to say about each file, and the rule set when all is well. Doesn't throw on bad input.
 */
export function loadRules(
  files: readonly RuleFile[],
  catalogues: readonly FieldCatalogue<never>[],
  options: LoadOptions = {},
): LoadResult {
  const collection = createCollection();
  const isOf2017 = files.map(({ meaning = options.meaning }) => meaning === '2017');
  const compileOptions: CompileOptions = {
    ...options,
    ...(isOf2017.includes(true) && { isOf2017: ({ index }) => isOf2017[index]! }),
    catalogues: new Map(catalogues.map((catalogue) => [catalogue.source, catalogue as FieldCatalogue])),
    share: createTextPool(),
    formats: new Map(),
    checks: new Map(
      catalogues.map((catalogue) => [catalogue.source, createRemarkingBinder(catalogue as FieldCatalogue)]),
    ),
  };
  const sources: SourceFile[] = [];
  const results: FileResult[] = [];
  let compilation: Compilation | undefined;
  files.forEach(({ name, content }, index) => {
    sources.push(createSourceFile(name, content, index));
    const loaded = loadFile(sources, collection, compileOptions);
    results.push(loaded.result);
    compilation = loaded.compilation;
  });
  const isComplete = compilation !== undefined && results.every(({ isSuccessful }) => isSuccessful);
  const ruleSet = isComplete ? createRuleSet(collection, compilation!, sources, options) : undefined;
  return { files: results, ruleSet };
}

function loadFile(
  files: readonly SourceFile[],
  collection: Collection,
  options: CompileOptions,
): { readonly result: FileResult; readonly compilation: Compilation | undefined } {
  const file = files.at(-1)!;
  const { catalogues } = options;
  const warnings: FoundProblem<LoadWarningCode>[] = [];
  const read = readFile({
    file,
    collection,
    warnings,
    hasSource: (source) => catalogues.has(source),
    hasField: (source, text) => hasField(catalogues.get(source)!, text),
  });
  let error: FoundProblem<LoadErrorCode> | undefined = read.error;
  let compilation: Compilation | undefined;
  if (error === undefined) {
    try {
      compilation = compile(collection, options, (warning) => warnings.push(warning));
    } catch (thrown) {
      error = problemOf(thrown);
      if (error === undefined) throw thrown;
    }
  }
  const messages = [
    ...(error === undefined ? [] : [createMessage('error', error, files)]),
    ...warnings.map((warning) => createMessage('warning', warning, files)),
  ];
  const result = {
    name: file.name,
    isSuccessful: error === undefined,
    messages,
    schemaWarnings: read.schemaWarnings,
  };
  return { result, compilation };
}

function createMessage(
  severity: LoadMessage['severity'],
  found: FoundProblem,
  files: readonly SourceFile[],
): LoadMessage {
  const { code, message, plain, context, hint, deprecatedField, length } = found;
  return {
    severity,
    code,
    message,
    context: describeContext(context),
    place: sourcePlaceOf(context, files, length),
    ...(plain === undefined ? {} : { plain }),
    ...(hint === undefined ? {} : { hint }),
    ...(deprecatedField === undefined ? {} : { deprecatedField }),
  };
}

function createRuleSet(
  collection: Collection,
  compilation: Compilation,
  files: readonly SourceFile[],
  options: LoadOptions,
): RuleSet {
  return {
    rules: compilation.rules.map((compiled) => {
      const { definition, output, condition, bound, eventTypes, exceptionFields } = compiled;
      return {
        name: definition.name,
        source: definition.source,
        description: definition.description,
        priority: definition.priority,
        tags: definition.tags,
        isEnabled: definition.isEnabled && isUrgentEnough(definition.priority, options.minimumPriority),
        condition,
        bound,
        eventTypes,
        output: output.format,
        outputFields: output.fields,
        extraFields: output.extraFields,
        exceptionFields,
        capture: definition.capture,
        captureDurationMilliseconds: definition.captureDuration,
        definition,
      };
    }),
    requiredEngineVersion: formatVersion(collection.requiredEngine?.version ?? noVersion),
    requiredPlugins: collection.requiredPlugins,
    compilation,
    collection,
    files,
  };
}

const noVersion = { major: 0, minor: 0, patch: 0 };

function isUrgentEnough(priority: Priority, minimum: Priority = 'Debug'): boolean {
  return priorities.indexOf(priority) <= priorities.indexOf(minimum);
}

/**
 * Where a node of a rule's condition is written, macros and exceptions included: in which file, line and column.
 * Undefined for what no file holds (such as the operator that an exception leaves out).
 */
export function locateNode(ruleSet: RuleSet, rule: Rule, node: AnyNode): SourcePlace | undefined {
  const { compilation, files } = ruleSet;
  const macroName = findMacroOf(node, rule.condition, compilation.origins);
  const owner =
    macroName === undefined
      ? compilation.rules.find(({ definition }) => definition === rule.definition)
      : compilation.macros.find(({ definition }) => definition.name === macroName);
  const found = owner && findPlace(owner.text, node.position.index);
  if (found === undefined) return undefined;
  return sourcePlaceAt(files[found.file]!, found.offset, node.end - node.position.index);
}

/** The name of the macro that a node of a rule's condition came from; undefined for the rule's own. */
export function macroOf(ruleSet: RuleSet, rule: Rule, node: AnyNode): string | undefined {
  return findMacroOf(node, rule.condition, ruleSet.compilation.origins);
}

/** Of these it can't be told before everything is read: a later file may use what an earlier one defines. */
const toldByTheLast: ReadonlySet<string> = new Set<LoadWarningCode>([
  'LOAD_UNUSED_MACRO',
  'LOAD_UNUSED_LIST',
]);

/**
 * The messages of all files for people. As each file is checked together with those before it, what is said about
 * an earlier file is said again with each later one; here it is told once, and that nothing uses a macro or a list only
 * where no file does.
 */
export function distinctMessages(results: readonly FileResult[]): readonly LoadMessage[] {
  const told = new Set<string>();
  const last = results.at(-1);
  return results
    .flatMap((result) => result.messages.filter(({ code }) => result === last || !toldByTheLast.has(code)))
    .filter(({ code, message, place: { file, line, column } }) => {
      const key = JSON.stringify([code, message, file, line, column]);
      if (told.has(key)) return false;
      told.add(key);
      return true;
    });
}

/** What `falco -V` says about a file, as an element of its `falco_load_results`. */
export function falcoLoadResult(result: FileResult): FalcoLoadResult {
  const { schemaWarnings } = result;
  const isValid = schemaWarnings?.[0] === 'ok';
  return {
    name: result.name,
    successful: result.isSuccessful,
    ...(schemaWarnings === undefined || schemaWarnings.length === 0
      ? {}
      : { schema_valid: isValid, schema_warnings: isValid ? [] : schemaWarnings }),
    errors: result.messages.filter(({ severity }) => severity === 'error').map(falcoLoadMessage),
    warnings: result.messages.filter(({ severity }) => severity === 'warning').map(falcoLoadMessage),
  };
}
