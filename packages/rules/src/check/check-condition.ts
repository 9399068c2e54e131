import { isSeawallError, type SeawallError } from '@seawall/base';
import type { FieldCatalogue } from '../catalogue/catalogue.ts';
import type { AnyNode, Condition, Position, TransformerArgument } from '../condition/tree.ts';
import { type BoundCondition, bindCondition, type Check } from '../evaluate/bind.ts';
import { type Binder, type CheckBinder, createCheckBinder } from '../evaluate/binder.ts';
import type { BindErrorCode } from '../evaluate/errors.ts';
import { nearestName } from '../suggest/nearest.ts';
import { hintOfPluginField } from '../suggest/plugin-field.ts';
import { findConditionWarnings } from './condition-warnings.ts';
import { hasField } from './field.ts';
import { findValueWarnings } from './value-warnings.ts';
import { fieldText, walk } from './walk.ts';

/** Why a resolved condition means nothing over a catalogue. */
export interface ConditionFault {
  /** In Falco's words where it has some for it. */
  readonly message: string;
  readonly plain: string;
  /** The check that is wrong. */
  readonly node: AnyNode;
  /** What is wrong about it, in the same text. */
  readonly position: Position;
  /** A field or event type that doesn't exist: rules can ask to be skipped then. */
  readonly isUnknownName: boolean;
  readonly hint: string | undefined;
  readonly length: number;
}

export type ConditionCheck = (
  | { readonly bound: BoundCondition<unknown>; readonly fault: undefined }
  | { readonly bound: undefined; readonly fault: ConditionFault }
) & {
  /** Whether there may be something to warn of in it; where not, nobody need look. */
  readonly isRemarkable: boolean;
};

/** Ties the checks of one rule set, and notes those that there is something to say about. */
export function createRemarkingBinder(catalogue: FieldCatalogue): CheckBinder<unknown> {
  return createCheckBinder(
    catalogue,
    (check) =>
      findConditionWarnings(check).length > 0 ||
      findValueWarnings(check, (name) => hasField(catalogue, name)).length > 0 ||
      findUnknownEventType(check, catalogue) !== undefined,
  );
}

/** Ties a resolved condition to its catalogue, or tells the first check that doesn't fit. */
export function checkCondition(
  condition: Condition,
  catalogue: FieldCatalogue,
  binder: Binder<unknown>,
): ConditionCheck {
  const remarkableBefore = binder.remarkableCount();
  try {
    const bound = binder.bind(condition);
    const isRemarkable = binder.remarkableCount() > remarkableBefore;
    const fault = isRemarkable ? findUnknownEventType(condition, catalogue) : undefined;
    return fault === undefined ? { bound, fault, isRemarkable } : { bound: undefined, fault, isRemarkable };
  } catch (error) {
    if (!isSeawallError(error)) throw error;
    return { bound: undefined, fault: findFault(error, condition, catalogue), isRemarkable: true };
  }
}

/** @param error what binding the condition threw. */
function findFault(error: SeawallError, condition: Condition, catalogue: FieldCatalogue): ConditionFault {
  const unknown = findUnknownEventType(condition, catalogue);
  if (unknown !== undefined) return unknown;
  return describe(error, findCheck(condition, catalogue) ?? condition, catalogue);
}

function listChecks(condition: Condition): readonly Check[] {
  const checks: Check[] = [];
  walk(condition, (node) => {
    if (node.kind === 'comparison' || node.kind === 'exists') checks.push(node);
  });
  return checks;
}

/** The first check that doesn't bind: the error alone doesn't say which of several macros it stands in. */
function findCheck<Context>(condition: Condition, catalogue: FieldCatalogue<Context>): Check | undefined {
  return listChecks(condition).find((check) => {
    try {
      bindCondition(check, catalogue);
      return false;
    } catch (error) {
      if (!isSeawallError(error)) throw error;
      return true;
    }
  });
}

/**
 * The first comparison of `evt.type` with a name that no event has, unless a check before it is wrong already. Such a
 * condition binds all the same: rules are refused for it.
 */
export function findUnknownEventType<Context>(
  condition: Condition,
  catalogue: FieldCatalogue<Context>,
): ConditionFault | undefined {
  const { eventTypes } = catalogue;
  if (eventTypes === undefined) return undefined;
  for (const check of listChecks(condition)) {
    if (check.kind !== 'comparison' || !readsEventType(check.left)) continue;
    const { right } = check;
    const values = right.kind === 'list' ? right.items : right.kind === 'value' ? [right] : [];
    const unknown = values.find(
      ({ value }) => eventTypes.eventTypes(value) === undefined && eventTypes.syscalls(value) === undefined,
    );
    if (unknown === undefined) continue;
    if (findCheck(condition, catalogue) !== undefined) return undefined;
    return unknownEventType(unknown.value, check);
  }
  return undefined;
}

/** Whether Falco takes the constants for names of events: a transformer of one value changes nothing of that. */
function readsEventType(left: TransformerArgument): boolean {
  if (left.kind === 'field') return left.name === 'evt.type';
  if (left.kind !== 'transformer') return false;
  const isOfMany = left.name === 'join' || left.name === 'concat' || left.name === 'getopt';
  return !isOfMany && readsEventType(left.operands[0]!);
}

function unknownEventType(name: string, node: AnyNode): ConditionFault {
  const isPlain = node.kind !== 'comparison' || node.left.kind === 'field';
  return {
    message: `unknown event type ${name}`,
    plain: `no event type is named '${name}'${isPlain ? '' : ', and evt.type is compared with names alone, transformed or not'}`,
    node,
    position: node.position,
    isUnknownName: true,
    hint: '`seawall rules events` lists them; a list must be defined to be named here',
    length: node.end - node.position.index,
  };
}

function describe(error: SeawallError, node: AnyNode, catalogue: FieldCatalogue): ConditionFault {
  const code = error.code.replace('rules/', '') as BindErrorCode;
  const details = error.details as Readonly<Record<string, string>>;
  const isEventType = details.left === 'evt.type' && code === 'FIELD_UNUSABLE';
  if (isEventType) return unknownEventType(String(details.text), node);
  const field = findField(node, details.field);
  const isUnknownName = unknownFieldCodes.includes(code);
  return {
    message: isUnknownName
      ? `filter_check called with nonexistent field ${field}`
      : `filter error: ${plainWording(error.message)}`,
    plain: plainWording(error.message).replace(details.suggestion ?? '', ''),
    node,
    position: error.details as unknown as Position,
    isUnknownName,
    hint: isUnknownName
      ? hintOfField(details.field ?? field, catalogue)
      : code === 'CONSTANT_WRONG'
        ? hintOfConstant(details, node, catalogue)
        : undefined,
    length: String(details.text ?? '').length,
  };
}

/** What Falco calls a nonexistent field: an unknown name, or an argument where none is taken. */
const unknownFieldCodes: readonly BindErrorCode[] = ['FIELD_UNKNOWN', 'FIELD_ARGUMENT_UNEXPECTED'];

function findField(node: AnyNode, name: string | undefined): string {
  let found: string | undefined;
  walk(node, (inner) => {
    if (inner.kind === 'field' && inner.name === name) found ??= fieldText(inner);
  });
  return found ?? name ?? '';
}

function hintOfField(name: string, catalogue: FieldCatalogue): string {
  const ofPlugin = hintOfPluginField(name, catalogue);
  if (ofPlugin !== undefined) return ofPlugin;
  const nearest = nearestName(name, catalogue.fields.keys());
  return nearest === undefined
    ? `\`seawall rules fields --source ${catalogue.source}\` lists the fields`
    : `did you mean '${nearest}'?`;
}

/** What was meant by a constant that the field can't be compared with: a list that isn't there, or another field. */
function hintOfConstant(
  { left, text }: Readonly<Record<string, string>>,
  node: AnyNode,
  catalogue: FieldCatalogue,
): string | undefined {
  const network = left.replace(/ip$/, 'net');
  if (/^[\da-f.:]+\/\d+$/i.test(text) && network !== left && catalogue.fields.has(network)) {
    return `to ask for a network write ${network}`;
  }
  const isInList = node.kind === 'comparison' && node.right.kind === 'list';
  return isInList && /^[a-z_][\w-]*$/i.test(text)
    ? `if '${text}' is to be a list, define it before, here or in a file that is loaded first`
    : undefined;
}

/** Without the line and column in the condition: the place in the file is told already. */
export function plainWording(message: string): string {
  return message.replace(/^line \d+ column \d+: /, '');
}
