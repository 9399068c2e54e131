import type { FieldCatalogue } from '../catalogue/catalogue.ts';
import type { ShareText } from '../condition/scanner.ts';
import type { AnyNode, Condition, Position } from '../condition/tree.ts';
import type { BoundCondition } from '../evaluate/bind.ts';
import { type Binder, type CheckBinder, createBinder } from '../evaluate/binder.ts';
import { deprecatedFields, type LoadWarningCode } from '../load/codes.ts';
import type { Collection } from '../load/collection.ts';
import { contextOfCondition, type ItemContext, markOf } from '../load/context.ts';
import type { MacroDefinition, RuleDefinition } from '../load/definitions.ts';
import { type FoundProblem, failLoading } from '../load/message.ts';
import type { SourceFile } from '../load/source.ts';
import type { TracedText } from '../load/traced-text.ts';
import { addExceptions } from '../resolve/exceptions.ts';
import {
  indexLists,
  type ListIndex,
  type ResolvedList,
  resolveLists,
  substituteLists,
} from '../resolve/lists.ts';
import {
  type MacroOrigins,
  type MacroProblem,
  resolveMacros,
  type VisibleMacros,
} from '../resolve/macros.ts';
import { meanAsIn2017, openingEvents, printAsIn2017 } from '../resolve/meaning-of-2017.ts';
import { nearestName } from '../suggest/nearest.ts';
import { checkCondition } from './check-condition.ts';
import { checkEventTypes, findEventTypes } from './check-event-types.ts';
import { findConditionWarnings } from './condition-warnings.ts';
import { hasField } from './field.ts';
import { type CompiledOutput, compileOutput, type KnownFormats, type OutputOptions } from './output.ts';
import { parseTraced } from './parse-problem.ts';
import { findValueWarnings } from './value-warnings.ts';
import { childrenOf } from './walk.ts';

/** A macro with the macros that it names put in. */
export interface CompiledMacro {
  readonly definition: MacroDefinition;
  readonly condition: Condition;
  /** Its text with lists written out: what the places in its own part of the tree count in. */
  readonly text: TracedText;
}

export interface CompiledRule {
  readonly definition: RuleDefinition;
  readonly condition: Condition;
  readonly bound: BoundCondition<unknown>;
  /** The text with exceptions and lists written out: what the places in the rule's own part of the tree count in. */
  readonly text: TracedText;
  readonly exceptionFields: readonly string[];
  readonly output: CompiledOutput;
  /** The event types that the condition can match; undefined where the source has one type only. */
  readonly eventTypes: readonly number[] | undefined;
}

export interface Compilation {
  readonly lists: readonly ResolvedList[];
  readonly macros: readonly CompiledMacro[];
  readonly rules: readonly CompiledRule[];
  readonly usedLists: ReadonlySet<string>;
  readonly usedMacros: ReadonlySet<string>;
  readonly origins: MacroOrigins;
}

export interface CompileOptions extends OutputOptions {
  readonly catalogues: ReadonlyMap<string, FieldCatalogue>;
  /** What ties checks to each of them; kept for all files that are loaded together. */
  readonly checks: ReadonlyMap<string, CheckBinder<unknown>>;
  /** Gives equal texts in the trees of conditions as one. */
  readonly share: ShareText;
  readonly formats: KnownFormats;
  /** Whether a file's rules and macros mean what they did in 2017 (see MeaningOptions); left out where none do. */
  readonly isOf2017?: (file: SourceFile) => boolean;
}

/**
 * Resolves and checks everything that was collected, in Falco's order: lists, macros, rules; what is left unused.
 * @param warn takes each warning as it is found.
 * @throws the first load error (see failLoading).
 */
export function compile(
  collection: Collection,
  options: CompileOptions,
  warn: (warning: FoundProblem<LoadWarningCode>) => void,
): Compilation {
  const { lists, used } = resolveLists(collection.lists);
  const run: Run = {
    collection,
    options,
    warn,
    lists: indexLists(lists),
    usedLists: new Set(used),
    usedMacros: new Set(),
    origins: new Map(),
    macros: new Map(),
    binders: new Map([...options.checks].map(([source, checks]) => [source, createBinder(checks)])),
  };
  compileMacros(run);
  const rules: CompiledRule[] = [];
  for (const rule of collection.rules.values()) {
    const compiled = rule.hasUnknownSource ? undefined : compileRule(rule, run);
    if (compiled !== undefined) rules.push(compiled);
  }
  warnOfUnused(run);
  const { usedLists, usedMacros, origins } = run;
  return { lists, macros: [...run.macros.values()], rules, usedLists, usedMacros, origins };
}

interface Run {
  readonly collection: Collection;
  readonly options: CompileOptions;
  readonly warn: (warning: FoundProblem<LoadWarningCode>) => void;
  readonly lists: ListIndex;
  readonly usedLists: Set<string>;
  readonly usedMacros: Set<string>;
  readonly origins: MacroOrigins;
  /** In order of definition, each resolved as far as the compilation has come. */
  readonly macros: Map<string, CompiledMacro>;
  /** By source. */
  readonly binders: ReadonlyMap<string, Binder<unknown>>;
}

function compileMacros(run: Run): void {
  for (const definition of run.collection.macros.values()) {
    const { condition, conditionContext } = definition;
    const text = substituteLists(condition, run.lists, run.usedLists, conditionContext);
    const parsed = parseTraced(text, conditionContext, run.options.share);
    run.macros.set(definition.name, { definition, condition: parsed, text });
  }
  for (const macro of [...run.macros.values()]) {
    const { definition, condition, text } = macro;
    const visible: VisibleMacros = {
      get(name) {
        const other = run.macros.get(name);
        return other !== undefined && other.definition.order < definition.visibility
          ? other.condition
          : undefined;
      },
    };
    const shown = definition.condition.text;
    const resolved = resolveIn(condition, visible, text, shown, definition.context, run);
    run.macros.set(definition.name, { ...macro, condition: resolved });
  }
}

function compileRule(rule: RuleDefinition, run: Run): CompiledRule | undefined {
  const catalogue = run.options.catalogues.get(rule.source)!;
  const withExceptions = addExceptions(rule);
  const { isOf2017 } = run.options;
  const isRuleOf2017 = isOf2017?.(rule.context.file) === true;
  const printed = compileOutput(rule, catalogue, run.options, isRuleOf2017, run.options.formats, run.warn);
  if (printed === undefined) return undefined;

  const { conditionContext } = rule;
  const text = substituteLists(withExceptions.condition, run.lists, run.usedLists, conditionContext);
  const parsed = parseTraced(text, conditionContext, run.options.share);
  const visible: VisibleMacros = { get: (name) => run.macros.get(name)?.condition };
  const shown = withExceptions.condition.text;
  const resolved = resolveIn(parsed, visible, text, shown, rule.context, run);
  const opensOnly = isOf2017 !== undefined && matchesOpeningOnly(resolved, rule, catalogue);
  const isOld = (macro: string | undefined): boolean =>
    macro === undefined ? isRuleOf2017 : isOf2017!(run.macros.get(macro)!.definition.context.file);
  const condition = isOf2017 === undefined ? resolved : meanAsIn2017(resolved, opensOnly, run.origins, isOld);
  const output = opensOnly && isRuleOf2017 ? { ...printed, format: printAsIn2017(printed.format) } : printed;

  const at = (node: AnyNode, owner = node): ItemContext =>
    contextOfNode(node.position, owner, condition, text, shown, conditionContext, run);
  const { bound, fault, isRemarkable } = checkCondition(condition, catalogue, run.binders.get(rule.source)!);
  for (const warning of isRemarkable ? findConditionWarnings(condition) : []) {
    const { place } = at(warning.node);
    const whole = contextOfCondition({ index: 0, line: 0, column: 0 }, shown, text, conditionContext);
    const context = { ...whole, place };
    if (warning.code === 'LOAD_UNSAFE_NA_CHECK') {
      run.warn({ code: warning.code, message: '', plain: unsafeCheck, context, hint: unsafeHint });
    } else {
      const message = deprecatedFields.get(warning.field)!;
      const { field } = warning;
      run.warn({ code: warning.code, message, context, deprecatedField: field, length: field.length });
    }
  }

  if (fault !== undefined) {
    const { message, plain, hint, length } = fault;
    const { place } = at({ ...fault.node, position: fault.position } as AnyNode, fault.node);
    const context = { ...at(fault.node), place };
    if (!(fault.isUnknownName && rule.skipsIfUnknownFilter)) {
      failLoading({ code: 'LOAD_ERR_COMPILE_CONDITION', message, plain, context, hint, length });
    }
    run.warn({ code: 'LOAD_UNKNOWN_FILTER', message, plain, context, hint, length });
    return undefined;
  }
  const valueWarnings = isRemarkable ? findValueWarnings(condition, (name) => hasField(catalogue, name)) : [];
  for (const { message, node, hint } of valueWarnings) {
    run.warn({
      code: 'LOAD_COMPILE_CONDITION',
      message,
      context: at(node),
      hint,
      length: node.end - node.position.index,
    });
  }

  const eventTypes = checkEventTypes(condition, rule, catalogue, run.warn);
  const exceptionFields = withExceptions.fields;
  return { definition: rule, condition, bound, text, exceptionFields, output, eventTypes };
}

function matchesOpeningOnly(condition: Condition, rule: RuleDefinition, catalogue: FieldCatalogue): boolean {
  const names = catalogue.eventTypes;
  if (names === undefined) return false;
  const opening = new Set(openingEvents.flatMap((name) => names.eventTypes(name) ?? []));
  return findEventTypes(condition, rule, names).every((type) => opening.has(type));
}

const unsafeCheck = 'comparing with <NA> is unsafe: a field without a value equals nothing';
const unsafeHint = "to ask whether a field has a value write 'exists'";

function resolveIn(
  condition: Condition,
  visible: VisibleMacros,
  text: TracedText,
  shown: string,
  context: ItemContext,
  run: Run,
): Condition {
  const resolution = resolveMacros(condition, visible, run.origins);
  if (resolution.problem !== undefined) failOnMacro(resolution.problem, text, shown, context, run);
  for (const name of resolution.used) run.usedMacros.add(name);
  return resolution.condition;
}

function failOnMacro(
  problem: MacroProblem,
  text: TracedText,
  shown: string,
  context: ItemContext,
  run: Run,
): never {
  const { name, position, within } = problem;
  const origin = within === undefined ? text : run.macros.get(within)!.text;
  const where = contextOfCondition(position, shown, origin, context);
  const messages = {
    loop: `reference loop in macro '${name}'`,
    unknown: `Undefined macro '${name}' used in filter.`,
    'too-large': 'condition too large or too deep once macros are put in',
  };
  return failLoading({
    code: 'LOAD_ERR_VALIDATE',
    message: messages[problem.kind],
    context: where,
    hint: problem.kind === 'unknown' ? hintOfMacro(name, context, run) : undefined,
    length: name.length,
  });
}

function hintOfMacro(name: string, context: ItemContext, run: Run): string {
  const defined = run.collection.macros.get(name);
  if (defined !== undefined) {
    return `the macro is defined only later (line ${markOf(defined.context).line + 1}): define it before it is used in another macro`;
  }
  if (run.collection.lists.has(name)) return `'${name}' is a list: write 'FIELD in (${name})'`;
  const nearest = nearestName(name, run.macros.keys());
  if (nearest !== undefined) return `did you mean '${nearest}'?`;
  return `define it before this ${context.itemType} ('- macro: ${name}'), or load the file that does first`;
}

/** The context of a node: Falco's, and the exact place, also when the node came from a macro. */
function contextOfNode(
  position: Position,
  node: AnyNode,
  root: Condition,
  text: TracedText,
  shown: string,
  parent: ItemContext,
  run: Run,
): ItemContext {
  const macro = findMacroOf(node, root, run.origins);
  const origin = macro === undefined ? text : run.macros.get(macro)!.text;
  return contextOfCondition(position, shown, origin, parent);
}

/** The innermost macro that a node of a resolved tree came from; undefined for the rule's own nodes. */
export function findMacroOf(node: AnyNode, root: Condition, origins: MacroOrigins): string | undefined {
  const search = (at: AnyNode, macro: string | undefined): { macro: string | undefined } | undefined => {
    const inner = origins.get(at as Condition) ?? macro;
    if (at === node) return { macro: inner };
    for (const child of childrenOf(at)) {
      const found = search(child, inner);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return search(root, undefined)?.macro;
}

function warnOfUnused({ collection, warn, usedMacros, usedLists }: Run): void {
  for (const { name, context } of collection.macros.values()) {
    if (usedMacros.has(name)) continue;
    warn({ code: 'LOAD_UNUSED_MACRO', message: 'Macro not referred to by any other rule/macro', context });
  }
  for (const { name, context } of collection.lists.values()) {
    if (usedLists.has(name)) continue;
    warn({ code: 'LOAD_UNUSED_LIST', message: 'List not referred to by any other rule/macro', context });
  }
}
