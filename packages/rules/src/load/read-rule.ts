import { bytesFromText } from '../value/bytes.ts';
import { collectRule, collectRuleAppend, collectRuleReplace, enableRule } from './collect-rule.ts';
import type { Reading } from './collection.ts';
import { contextOfNode, type ItemContext } from './context.ts';
import {
  optionalBoolean,
  optionalScalars,
  optionalText,
  optionalUint32,
  requireBoolean,
  requireScalar,
  requireText,
  requireUint32,
} from './decode.ts';
import { definitionMessages } from './definition-messages.ts';
import { type Priority, parsePriority, priorities, type RuleUpdate } from './definitions.ts';
import { failLoading } from './message.ts';
import { readExceptions } from './read-exceptions.ts';
import { type Overrides, readOverrides } from './read-overrides.ts';
import { sliceText, type TracedText } from './traced-text.ts';
import { warnOfUnknownKeys } from './unknown-keys.ts';
import { getValue, traceScalar, type YamlNode } from './yaml.ts';

const appendable = ['condition', 'output', 'desc', 'tags', 'exceptions'];
const replaceable = [
  'condition',
  'output',
  'desc',
  'priority',
  'capture',
  'capture_duration',
  'tags',
  'exceptions',
  'enabled',
  'warn_evttypes',
  'skip-if-unknown-filter',
];
const ruleKeys = ['rule', ...replaceable, 'source', 'override', 'append'];

/** `- rule: NAME`: a rule, a change of one (`override`, or `append` as it used to be), or turning one on or off. */
export function readRule(item: YamlNode, parent: ItemContext, reading: Reading): void {
  const name = requireText(item, 'rule', contextOfNode(item, 'rule', '', parent));
  const context = contextOfNode(item, 'rule', name, parent);
  const source = optionalText(item, 'source', context);
  const hasAppendKey = optionalBoolean(item, 'append', false, context);
  if (hasAppendKey) {
    reading.warnings.push({ code: 'LOAD_DEPRECATED_ITEM', message: definitionMessages.appendKey, context });
  }
  const overrides = readOverrides(item, appendable, replaceable, context);
  const hasOverrides = overrides.appended.size + overrides.replaced.size > 0;
  if (hasAppendKey && hasOverrides) {
    failLoading({
      code: 'LOAD_ERR_YAML_VALIDATE',
      message: definitionMessages.overrideWithAppend,
      context,
      hint: "take the line 'append: true' out",
    });
  }
  const rule: RuleItem = { item, name, source, context, reading };
  if (hasOverrides) readOverridden(rule, overrides);
  else if (hasAppendKey) readAppended(rule);
  else if (!['condition', 'output', 'desc', 'priority'].some((key) => getValue(item, key))) readEnabled(rule);
  else readWhole(rule);
  warnOfUnknownKeys(item, ruleKeys, context, reading);
}

interface RuleItem {
  readonly item: YamlNode;
  readonly name: string;
  /** As written; empty when not given. */
  readonly source: string;
  readonly context: ItemContext;
  readonly reading: Reading;
}

function readWhole({ item, name, context, reading }: RuleItem): void {
  const conditionNode = requireScalar(item, 'condition', context);
  const outputNode = requireScalar(item, 'output', context);
  const description = requireText(item, 'desc', context);
  const priority = readPriority(item, context);
  const source = getValue(item, 'source') === undefined ? 'syscall' : requireText(item, 'source', context);
  collectRule(reading, {
    name,
    context,
    condition: traceScalar(conditionNode, reading.file),
    conditionContext: contextOfNode(conditionNode, 'rule condition', '', context),
    output: trimOutput(traceScalar(outputNode, reading.file)),
    outputContext: contextOfNode(outputNode, 'rule output', '', context),
    description,
    priority,
    source,
    isEnabled: optionalBoolean(item, 'enabled', true, context),
    capture: optionalBoolean(item, 'capture', false, context),
    captureDuration: optionalUint32(item, 'capture_duration', 0, context),
    warnsAboutEventTypes: optionalBoolean(item, 'warn_evttypes', true, context),
    skipsIfUnknownFilter: optionalBoolean(item, 'skip-if-unknown-filter', false, context),
    tags: readTags(item, context),
    exceptions: readExceptions(item, context, false, reading),
    hasUnknownSource: false,
  });
}

/** An item with nothing but `enabled` turns an earlier rule on or off. */
function readEnabled({ item, name, context, reading }: RuleItem): void {
  const isEnabled = requireBoolean(item, 'enabled', context);
  reading.warnings.push({ code: 'LOAD_DEPRECATED_ITEM', message: definitionMessages.enabledKey, context });
  enableRule(reading, name, isEnabled, context);
}

function readAppended({ item, name, source, context, reading }: RuleItem): void {
  const hasCondition = getValue(item, 'condition') !== undefined;
  const hasExceptions = getValue(item, 'exceptions') !== undefined;
  collectRuleAppend(reading, {
    name,
    context,
    source,
    ...(hasCondition ? { condition: readTraced(item, 'condition', context, reading) } : {}),
    ...(hasExceptions ? { exceptions: readExceptions(item, context, true, reading) } : {}),
  });
}

function readOverridden(rule: RuleItem, overrides: Overrides): void {
  const { item, context, reading } = rule;
  const unclaimed = new Set(
    [...new Set([...appendable, ...replaceable])].filter((key) => getValue(item, key)),
  );
  if (overrides.appended.size > 0) {
    collectRuleAppend(reading, readUpdate(rule, overrides.appended, 'append', unclaimed));
  }
  if (overrides.replaced.size > 0) {
    collectRuleReplace(reading, readUpdate(rule, overrides.replaced, 'replace', unclaimed));
  }
  const key = [...unclaimed].sort()[0];
  if (key === undefined) return;
  failLoading({
    code: 'LOAD_ERR_YAML_VALIDATE',
    message: `Unexpected key '${key}': no corresponding entry under 'override' is defined.`,
    context: contextOfNode(getValue(item, key)!, 'overrides', key, context),
    hint: `add '${key}: replace'${appendable.includes(key) ? ` (or append)` : ''} under 'override'`,
  });
}

/** Reads the keys that `override` names, in the order in which Falco does, and takes them off `unclaimed`. */
function readUpdate(
  { item, name, source, context, reading }: RuleItem,
  keys: ReadonlySet<string>,
  operation: 'append' | 'replace',
  unclaimed: Set<string>,
): RuleUpdate {
  const claim = (key: string): boolean => {
    if (!keys.has(key)) return false;
    if (!unclaimed.delete(key)) {
      failLoading({
        code: 'LOAD_ERR_YAML_VALIDATE',
        message: `An ${operation} override for '${key}' was specified but '${key}' is not defined`,
        context,
        hint: `add a line '${key}: ...', or take '${key}: ${operation}' out of 'override'`,
      });
    }
    return true;
  };
  return {
    name,
    context,
    ...(claim('condition')
      ? { source, condition: readTraced(item, 'condition', context, reading) }
      : { source: '' }),
    ...(claim('exceptions')
      ? { exceptions: readExceptions(item, context, operation === 'append', reading) }
      : {}),
    ...(claim('output') ? { output: readTraced(item, 'output', context, reading) } : {}),
    ...(claim('desc') ? { description: requireText(item, 'desc', context) } : {}),
    ...(claim('tags') ? { tags: readTags(item, context) } : {}),
    ...(claim('priority') ? { priority: readPriority(item, context) } : {}),
    ...(claim('capture') ? { capture: requireBoolean(item, 'capture', context) } : {}),
    ...(claim('capture_duration')
      ? { captureDuration: requireUint32(item, 'capture_duration', context) }
      : {}),
    ...(claim('enabled') ? { isEnabled: requireBoolean(item, 'enabled', context) } : {}),
    ...(claim('warn_evttypes')
      ? { warnsAboutEventTypes: requireBoolean(item, 'warn_evttypes', context) }
      : {}),
    ...(claim('skip-if-unknown-filter')
      ? { skipsIfUnknownFilter: requireBoolean(item, 'skip-if-unknown-filter', context) }
      : {}),
  };
}

function readPriority(item: YamlNode, context: ItemContext): Priority {
  const scalar = requireScalar(item, 'priority', context);
  return (
    parsePriority(scalar.value) ??
    failLoading({
      code: 'LOAD_ERR_YAML_VALIDATE',
      message: 'Invalid priority',
      context: contextOfNode(scalar, 'rule priority', '', context),
      hint: `one of ${priorities.join(', ')}`,
      length: scalar.value.length,
    })
  );
}

function readTags(item: YamlNode, context: ItemContext): readonly string[] {
  const tags = new Set((optionalScalars(item, 'tags', context) ?? []).map((scalar) => scalar.value));
  return sortByBytes(tags);
}

/** Sorts as Falco's sets do: by the bytes of UTF-8. */
export function sortByBytes(texts: Iterable<string>): string[] {
  return [...texts].sort((left, right) => {
    const [leftBytes, rightBytes] = [bytesFromText(left), bytesFromText(right)];
    return leftBytes < rightBytes ? -1 : leftBytes > rightBytes ? 1 : 0;
  });
}

function readTraced(item: YamlNode, key: string, context: ItemContext, reading: Reading): TracedText {
  return traceScalar(requireScalar(item, key, context), reading.file);
}

function trimOutput(output: TracedText): TracedText {
  const from = /^[ \t\n\v\f\r]*/.exec(output.text)![0].length;
  const to = output.text.length - /[ \t\n\v\f\r]*$/.exec(output.text.slice(from))![0].length;
  return sliceText(output, from, Math.max(from, to));
}
