import { nearestName } from '../suggest/nearest.ts';
import { completeException } from './check-exception.ts';
import { change, define, type Reading } from './collection.ts';
import type { ItemContext } from './context.ts';
import { definitionMessages } from './definition-messages.ts';
import type { ExceptionDefinition, RuleDefinition, RuleUpdate } from './definitions.ts';
import { failLoading } from './message.ts';
import { sortByBytes } from './read-rule.ts';
import { concatTexts, type TracedText } from './traced-text.ts';

/** Adds a rule, or puts it in the place of the earlier one of that name. */
export function collectRule(reading: Reading, rule: Omit<RuleDefinition, 'order' | 'visibility'>): void {
  findPrevious(reading, rule);
  const hasUnknownSource = !reading.hasSource(rule.source);
  if (hasUnknownSource) {
    reading.warnings.push({
      code: 'LOAD_UNKNOWN_SOURCE',
      message: `Unknown source ${rule.source}, skipping`,
      context: rule.context,
    });
  }
  const exceptions = rule.exceptions.map((exception) =>
    checkException(reading, { ...rule, hasUnknownSource }, exception),
  );
  define(reading.collection, reading.collection.rules, { ...rule, exceptions, hasUnknownSource });
}

/** Adds to a rule: text behind its text, tags to its tags, values to its exceptions. */
export function collectRuleAppend(reading: Reading, update: RuleUpdate): void {
  const previous = requirePrevious(reading, update, definitionMessages.noRuleToAppend);
  const hasAny =
    update.condition !== undefined ||
    update.output !== undefined ||
    update.description !== undefined ||
    update.tags !== undefined ||
    update.exceptions !== undefined;
  if (!hasAny) {
    failLoading({
      code: 'LOAD_ERR_VALIDATE',
      message: 'Appended rule must have exceptions or condition property',
      context: update.context,
    });
  }
  change(reading.collection, reading.collection.rules, {
    ...previous,
    condition: append(previous.condition, update.condition),
    output: append(previous.output, update.output),
    description: previous.description + (update.description ? ` ${update.description}` : ''),
    tags: sortByBytes(new Set([...previous.tags, ...(update.tags ?? [])])),
    exceptions: (update.exceptions ?? []).reduce(
      (exceptions, exception) => appendException(reading, previous, exceptions, exception),
      previous.exceptions,
    ),
  });
}

/** Puts what an update gives in the place of what a rule has. */
export function collectRuleReplace(reading: Reading, update: RuleUpdate): void {
  const previous = requirePrevious(reading, update, definitionMessages.noRuleToReplace);
  const { name, context, source, exceptions, ...replaced } = update;
  // Falco takes replaced exceptions unseen, and crashes on some of them; here they are checked like all others.
  change(reading.collection, reading.collection.rules, {
    ...previous,
    ...replaced,
    ...(exceptions === undefined
      ? {}
      : { exceptions: exceptions.map((exception) => checkException(reading, previous, exception)) }),
  });
}

export function enableRule(reading: Reading, name: string, isEnabled: boolean, context: ItemContext): void {
  const previous = reading.collection.rules.get(name);
  if (previous === undefined) {
    failLoading({
      code: 'LOAD_ERR_VALIDATE',
      message: definitionMessages.noRuleToEnable,
      context,
      hint: hintOfName(name, reading.collection.rules.keys()),
    });
  }
  // Not `change`: turning a rule on or off isn't a definition, so nothing gets visible by it.
  reading.collection.rules.set(name, { ...previous, isEnabled });
}

function appendException(
  reading: Reading,
  rule: RuleDefinition,
  exceptions: readonly ExceptionDefinition[],
  added: ExceptionDefinition,
): readonly ExceptionDefinition[] {
  const refuse = (message: string): never =>
    failLoading({ code: 'LOAD_ERR_VALIDATE', message, context: added.context });
  const previous = exceptions.find(({ name }) => name === added.name);
  if (previous === undefined) {
    if (added.fields === undefined) refuse('Rule exception must have fields property with a list of fields');
    if (added.values.length === 0) refuse('Rule exception must have values property with a list of values');
    return [...exceptions, complete(reading, rule, added)];
  }
  if (added.fields !== undefined)
    refuse('Can not append exception fields to existing exception, only values');
  if (added.operators !== undefined)
    refuse('Can not append exception comps to existing exception, only values');
  return exceptions.map((exception) =>
    exception === previous ? { ...previous, values: [...previous.values, ...added.values] } : exception,
  );
}

function checkException(
  reading: Reading,
  rule: Pick<RuleDefinition, 'source' | 'hasUnknownSource'>,
  exception: ExceptionDefinition,
): ExceptionDefinition {
  if (exception.fields !== undefined) return complete(reading, rule, exception);
  return failLoading({
    code: 'LOAD_ERR_VALIDATE',
    message: 'Rule exception item must have fields property with a list of fields',
    context: exception.context,
  });
}

function complete(
  reading: Reading,
  rule: Pick<RuleDefinition, 'source' | 'hasUnknownSource'>,
  exception: ExceptionDefinition,
): ExceptionDefinition {
  const hasField = (text: string) => reading.hasField(rule.source, text);
  return completeException(exception, rule.hasUnknownSource ? undefined : hasField);
}

function append(text: TracedText, added: TracedText | undefined): TracedText {
  return added === undefined || added.text === '' ? text : concatTexts(text, ' ', added);
}

function requirePrevious(reading: Reading, update: RuleUpdate, message: string): RuleDefinition {
  return (
    findPrevious(reading, update) ??
    failLoading({
      code: 'LOAD_ERR_VALIDATE',
      message,
      context: update.context,
      hint:
        hintOfName(update.name, reading.collection.rules.keys()) ??
        'put the file that defines the rule first, or take out the override',
    })
  );
}

function findPrevious(
  reading: Reading,
  { name, source, context }: Pick<RuleUpdate, 'name' | 'source' | 'context'>,
): RuleDefinition | undefined {
  const previous = reading.collection.rules.get(name);
  if (previous !== undefined && previous.source !== '' && source !== '' && previous.source !== source) {
    failLoading({
      code: 'LOAD_ERR_VALIDATE',
      message: 'Rule has been re-defined with a different source',
      context,
      hint: `the rule of that name is of source '${previous.source}': give this one another name`,
    });
  }
  return previous;
}

function hintOfName(name: string, names: Iterable<string>): string | undefined {
  const nearest = nearestName(name, names);
  return nearest === undefined ? undefined : `did you mean '${nearest}'?`;
}
