import type { EventTypeNames, FieldCatalogue } from '../catalogue/catalogue.ts';
import type { CompiledMacro } from '../check/compile.ts';
import { parseCondition } from '../condition/parse.ts';
import { canonicalText } from '../condition/text.ts';
import type { Condition } from '../condition/tree.ts';
import { eventTypeUniverse, matchingCodes, syscallUniverse } from '../event-types/event-types.ts';
import type { ExceptionEntry } from '../load/definitions.ts';
import type { ResolvedList } from '../resolve/lists.ts';
import type { Rule, RuleSet } from '../rule-set.ts';
import { findDetails } from './details.ts';

/** What `falco -L` tells as JSON, key by key. Arrays of names are sorted; Falco's are in no order. */
export interface RuleSetDescription {
  readonly required_engine_version: string;
  readonly required_plugin_versions: readonly PluginDescription[];
  readonly rules: readonly RuleDescription[];
  readonly macros: readonly MacroDescription[];
  readonly lists: readonly ListDescription[];
}

interface PluginDescription {
  readonly name: string;
  readonly version: string;
  readonly alternatives: readonly { readonly name: string; readonly version: string }[];
}

export interface RuleDescription {
  readonly info: {
    readonly name: string;
    readonly condition: string;
    readonly priority: string;
    readonly output: string;
    readonly description: string;
    readonly enabled: boolean;
    readonly source: string;
    readonly capture: boolean;
    readonly capture_duration: number;
    readonly tags: readonly string[];
  };
  readonly details: {
    readonly macros: readonly string[];
    readonly lists: readonly string[];
    readonly condition_operators: readonly string[];
    readonly condition_fields: readonly string[];
    readonly output_fields: readonly string[];
    readonly extra_output_formatted_fields?: Readonly<Record<string, string>>;
    readonly exception_fields: readonly string[];
    readonly exception_names: readonly string[];
    readonly exception_operators: readonly string[];
    readonly events: readonly string[];
    readonly condition_compiled: string;
    readonly output_compiled: string;
    readonly plugins: readonly string[];
  };
}

export interface MacroDescription {
  readonly info: { readonly name: string; readonly condition: string };
  readonly details: {
    readonly used: boolean;
    readonly macros: readonly string[];
    readonly lists: readonly string[];
    readonly condition_operators: readonly string[];
    readonly condition_fields: readonly string[];
    readonly events: readonly string[];
    readonly condition_compiled: string;
    readonly plugins: readonly string[];
  };
}

export interface ListDescription {
  readonly info: { readonly name: string; readonly items: readonly string[] };
  readonly details: {
    readonly used: boolean;
    readonly lists: readonly string[];
    readonly items_compiled: readonly string[];
    readonly plugins: readonly string[];
  };
}

/**
 * Describes a rule set: what each rule, macro and list says, what it comes to, and what it uses.
 * @param catalogues those that the rule set was loaded with: they know the names of events.
 */
export function describeRuleSet(
  ruleSet: RuleSet,
  catalogues: readonly FieldCatalogue<never>[],
): RuleSetDescription {
  const known = {
    macros: new Set(ruleSet.collection.macros.keys()),
    lists: new Set(ruleSet.collection.lists.keys()),
  };
  const names = new Map(catalogues.map(({ source, eventTypes }) => [source, eventTypes] as const));
  return {
    required_engine_version: ruleSet.requiredEngineVersion,
    required_plugin_versions: ruleSet.requiredPlugins.map(([first, ...alternatives]) => ({
      ...first!,
      alternatives,
    })),
    rules: ruleSet.rules.map((rule) => describeRule(rule, known, names.get(rule.source))),
    macros: ruleSet.compilation.macros.map((macro) =>
      describeMacro(macro, ruleSet, known, names.get('syscall')),
    ),
    lists: ruleSet.compilation.lists.map((list) => describeList(list, ruleSet)),
  };
}

type Known = Parameters<typeof findDetails>[1];

function describeRule(rule: Rule, known: Known, names: EventTypeNames | undefined): RuleDescription {
  const { definition, condition } = rule;
  const written = describeWritten(definition.condition.text, known);
  const compiled = findDetails(condition, known);
  const formatted = rule.extraFields.filter(({ isRaw }) => !isRaw);
  const operators = definition.exceptions.flatMap(({ operators: entry }) => flatten(entry));
  return {
    info: {
      name: rule.name,
      condition: definition.condition.text,
      priority: rule.priority,
      output: definition.output.text,
      description: rule.description,
      enabled: definition.isEnabled,
      source: rule.source,
      capture: rule.capture,
      capture_duration: rule.captureDurationMilliseconds,
      tags: rule.tags,
    },
    details: {
      ...written,
      condition_operators: [...compiled.operators].sort(),
      condition_fields: [...compiled.fields].sort(),
      output_fields: [...rule.extraFields.map(({ format }) => format), ...rule.outputFields],
      ...(formatted.length === 0
        ? {}
        : {
            extra_output_formatted_fields: Object.fromEntries(
              formatted.map(({ name, format }) => [name, format]),
            ),
          }),
      exception_fields: rule.exceptionFields,
      exception_names: [...new Set(definition.exceptions.map(({ name }) => name))].sort(),
      exception_operators: [...new Set(operators)].sort(),
      events: describeEvents(condition, names),
      condition_compiled: canonicalText(condition),
      output_compiled: rule.output,
      plugins: [],
    },
  };
}

function describeMacro(
  { definition, condition }: CompiledMacro,
  ruleSet: RuleSet,
  known: Known,
  names: EventTypeNames | undefined,
): MacroDescription {
  const compiled = findDetails(condition, known);
  return {
    info: { name: definition.name, condition: definition.condition.text },
    details: {
      used: ruleSet.compilation.usedMacros.has(definition.name),
      ...describeWritten(definition.condition.text, known),
      condition_operators: [...compiled.operators].sort(),
      condition_fields: [...compiled.fields].sort(),
      events: describeEvents(condition, names),
      condition_compiled: canonicalText(condition),
      plugins: [],
    },
  };
}

function describeList(list: ResolvedList, ruleSet: RuleSet): ListDescription {
  const written = ruleSet.collection.lists.get(list.name)!.items;
  // An item that isn't there any more was the name of a list that is written out.
  const isWrittenOut = (item: string) => !list.items.includes(item);
  return {
    info: { name: list.name, items: written.filter((item) => !isWrittenOut(item)) },
    details: {
      used: ruleSet.compilation.usedLists.has(list.name),
      lists: [...new Set(written.filter(isWrittenOut))].sort(),
      items_compiled: list.items,
      plugins: [],
    },
  };
}

/** The macros and lists that the condition names as written, before anything is put in. */
function describeWritten(condition: string, known: Known): { macros: string[]; lists: string[] } {
  const { macros, lists } = findDetails(parseCondition(condition), known);
  return { macros: [...macros].sort(), lists: [...lists].sort() };
}

function describeEvents(condition: Condition, names: EventTypeNames | undefined): readonly string[] {
  if (names === undefined) return ['asyncevent', 'pluginevent'];
  const types = matchingCodes(condition, eventTypeUniverse(names));
  const calls = matchingCodes(condition, syscallUniverse(names));
  const found = [
    ...[...types].map((type) => names.nameOf(type)),
    ...[...calls].map((call) => names.nameOfGenericSyscall?.(call)),
  ].filter((name) => name !== undefined);
  return [...new Set([...found, 'asyncevent'])].sort();
}

function flatten(entry: ExceptionEntry | undefined): readonly string[] {
  if (entry === undefined) return [];
  return 'item' in entry ? [entry.item] : entry.items.flatMap(flatten);
}
