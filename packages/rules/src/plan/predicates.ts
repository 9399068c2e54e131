import type { FieldCatalogue, Value } from '../catalogue/catalogue.ts';
import type { ComparisonOperator } from '../condition/tree.ts';
import type { BoundCheck, BoundCondition } from '../evaluate/bind.ts';
import { isStatefulCheck } from '../evaluate/binder.ts';
import type { BoundOperand } from '../evaluate/bound-operand.ts';
import type { BoundConstants } from '../evaluate/constants.ts';
import { interpret } from '../evaluate/interpret.ts';
import { createCheckMap } from '../evaluate/same-words.ts';
import { bytesFromArray } from '../value/bytes.ts';
import { createTest } from '../value/compare.ts';
import { kindOf } from '../value/operators.ts';
import type { NodeTable, PlanNode } from './node.ts';
import {
  type DirectRelation,
  type DirectTest,
  type Lookup,
  lifetimeOf,
  type Predicate,
  type RuledOut,
  type Subject,
} from './predicate.ts';

/** Turns the conditions of one rule set into nodes over one table of predicates. */
export interface PredicateTable<Context> {
  /** Predicates found so far, by id. */
  readonly all: readonly Predicate<Context>[];
  nodeOf(condition: BoundCondition<Context>): PlanNode<Context>;
}

export function createPredicateTable<Context>(
  catalogue: FieldCatalogue<Context>,
  nodes: NodeTable<Context>,
): PredicateTable<Context> {
  const all: Predicate<Context>[] = [];
  const byWords = createCheckMap<Predicate<Context>>();
  /** Checks that were tied together share their test: most are found by it, without looking at their words. */
  const byTest = new Map<BoundCheck<Context>['holds'], Predicate<Context>>();
  const subjects = new Map<BoundOperand<Context>, Subject<Context> | undefined>();
  /** Results for the parts of conditions, which macros have in common, as they are and negated. */
  const known = [false, true].map(
    () => new Map<readonly BoundCondition<Context>[], readonly PlanNode<Context>[]>(),
  );

  function predicateOf(check: BoundCheck<Context>): Predicate<Context> {
    let predicate = byTest.get(check.holds);
    if (predicate === undefined) {
      predicate = predicateOfWords(check);
      byTest.set(check.holds, predicate);
    }
    return predicate;
  }

  function predicateOfWords(check: BoundCheck<Context>): Predicate<Context> {
    let predicate = byWords.get(check.node);
    if (predicate === undefined) {
      predicate = describeCheck(all.length, check, catalogue, subjectFor);
      all.push(predicate);
      byWords.set(check.node, predicate);
    }
    return predicate;
  }

  function subjectFor(left: BoundOperand<Context>): Subject<Context> | undefined {
    if (!subjects.has(left)) subjects.set(left, subjectOf(left));
    return subjects.get(left);
  }

  function convert(condition: BoundCondition<Context>, isNegated: boolean): PlanNode<Context> {
    switch (condition.kind) {
      case 'check':
        return nodes.test(predicateOf(condition), isNegated);
      case 'not':
        return convert(condition.child, !isNegated);
      default: {
        const children = convertAll(condition.children, isNegated);
        return (condition.kind === 'and') === isNegated ? nodes.or(children) : nodes.and(children);
      }
    }
  }

  function convertAll(
    conditions: readonly BoundCondition<Context>[],
    isNegated: boolean,
  ): readonly PlanNode<Context>[] {
    const memory = known[Number(isNegated)];
    let converted = memory.get(conditions);
    if (converted === undefined) {
      converted = conditions.map((condition) => convert(condition, isNegated));
      memory.set(conditions, converted);
    }
    return converted;
  }

  const isStateful = createStatefulSearch(catalogue);
  return {
    all,
    nodeOf(condition) {
      if (!isStateful(condition)) return convert(condition, false);
      // Where reading a field changes what it says next, the order and number of readings is part of the meaning.
      const predicate = describeWhole(all.length, condition);
      all.push(predicate);
      return nodes.test(predicate, false);
    },
  };
}

/** A condition that must be asked as it is written: one predicate, to be asked with every event. */
function describeWhole<Context>(id: number, condition: BoundCondition<Context>): Predicate<Context> {
  return {
    id,
    lifetime: 'event',
    dependsOn: ['event'],
    dependsOnAncestors: false,
    holds: interpret(condition),
    verdictForType: undefined,
    subject: undefined,
    holdsFor: undefined,
    ruledOut: undefined,
    lookup: undefined,
    direct: undefined,
    cost: 1000,
    chance: 0.1,
  };
}

function describeCheck<Context>(
  id: number,
  check: BoundCheck<Context>,
  catalogue: FieldCatalogue<Context>,
  subjectFor: (left: BoundOperand<Context>) => Subject<Context> | undefined,
): Predicate<Context> {
  const { left, right, holds } = check;
  const other = isConstants(right) ? undefined : right;
  const dependencies = other === undefined ? left.dependsOn : [...left.dependsOn, ...other.dependsOn];
  return {
    id,
    lifetime: lifetimeOf(dependencies),
    dependsOn: dependencies,
    dependsOnAncestors: dependencies.includes('ancestors'),
    holds,
    verdictForType: createTypeVerdict(check, catalogue),
    subject: other === undefined ? subjectFor(left) : undefined,
    holdsFor: textTestOf(check),
    ruledOut: ruledOutOf(check),
    lookup: lookupOf(check),
    direct: directTestOf(check),
    cost: costOf(check),
    chance: chanceOf(check),
  };
}

function isConstants<Context>(right: BoundCheck<Context>['right']): right is BoundConstants {
  return right !== undefined && 'kind' in right;
}

/** Fields that decide comparisons all by themselves are no subjects: more than their value may count. */
function subjectOf<Context>(left: BoundOperand<Context>): Subject<Context> | undefined {
  const { field, extract, text: key } = left;
  if (field?.compareEach !== undefined) {
    const { compareEach } = field;
    return { key, isText: false, read: (context) => joinCompared(context, compareEach) };
  }
  if (field?.compare !== undefined) return undefined;
  if (left.isList)
    return {
      key,
      isText: false,
      read: (context) => joinValues(extract(context) as readonly Value[] | undefined),
    };
  return {
    key,
    isText: isTextual(left),
    read: (context) => {
      const value = extract(context) as Value | undefined;
      return value instanceof Uint8Array ? bytesFromArray(value) : value;
    },
  };
}

function isTextual({ type }: Pick<BoundOperand<never>, 'type'>): boolean {
  return type === 'charbuf' || type === 'fspath' || type === 'fsrelpath';
}

/** All values that a comparison would be made with. */
function joinCompared<Context>(
  context: Context,
  compareEach: (context: Context, holds: (value: Value) => boolean, operator: string) => boolean,
): string {
  const values: Value[] = [];
  compareEach(
    context,
    (value) => {
      values.push(value);
      return false;
    },
    '=',
  );
  return joinValues(values) as string;
}

function joinValues(values: readonly Value[] | undefined): string | undefined {
  return values
    ?.map((value) => `${typeof value === 'string' ? value.length : typeof value} ${String(value)}`)
    .join();
}

const lookupKinds: Partial<Record<ComparisonOperator, Lookup['kind']>> = {
  '=': 'equals',
  '==': 'equals',
  in: 'equals',
  startswith: 'startsWith',
  contains: 'contains',
  pmatch: 'pathPrefix',
};

/** Whether the left side is one text, and comparing it is all that the check does. */
function isPlainText<Context>(left: BoundOperand<Context>): boolean {
  return (
    isTextual(left) &&
    !left.isList &&
    left.field?.compare === undefined &&
    left.field?.compareEach === undefined
  );
}

function textTestOf<Context>({ node, left, right }: BoundCheck<Context>): Predicate<Context>['holdsFor'] {
  if (node.kind === 'exists' || !isConstants(right) || !isPlainText(left)) return undefined;
  const { values } = right;
  // Few are ever asked: patterns and sets are made when they are.
  let test: ReturnType<typeof createTest> | undefined;
  return (text) => {
    test ??= createTest(left.type, node.operator, node.quantifier, values);
    return typeof test === 'function' && test(text);
  };
}

function ruledOutOf<Context>({ node, left, right }: BoundCheck<Context>): RuledOut<Context> | undefined {
  const ruleOut = left.field?.ruleOut;
  if (ruleOut === undefined || node.kind === 'exists' || node.quantifier !== undefined) return undefined;
  if (!isConstants(right) || !isPlainText(left) || lookupKinds[node.operator] !== 'equals') return undefined;
  const { by, possibleFor, createLook } = ruleOut;
  return { by, possibleFor, look: createLook(right.values) };
}

function lookupOf<Context>({ node, left, right }: BoundCheck<Context>): Lookup | undefined {
  if (node.kind === 'exists' || node.quantifier !== undefined || !isConstants(right)) return undefined;
  if (!isPlainText(left)) return undefined;
  const kind = lookupKinds[node.operator];
  const texts = right.values as readonly string[];
  return kind === undefined ? undefined : { kind, texts };
}

const directRelations: Partial<Record<ComparisonOperator, DirectRelation>> = {
  '=': '===',
  '==': '===',
  '!=': '!==',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
  startswith: 'startsWith',
  endswith: 'endsWith',
  contains: 'includes',
};

function directTestOf<Context>({ node, left, right }: BoundCheck<Context>): DirectTest<Context> | undefined {
  const { field, extract, text: key } = left;
  // Addresses are compared by their bytes, lists value by value, and some fields know better.
  const isPlain = field !== undefined && field.compare === undefined && field.compareEach === undefined;
  if (!isPlain || left.isList || kindOf(left.type) === 'address') return undefined;
  if (node.kind === 'exists') return { key, read: extract, relation: 'exists', constant: undefined };
  if (node.quantifier !== undefined || !isConstants(right)) return undefined;
  if (node.operator === 'in') return { key, read: extract, relation: 'has', constant: new Set(right.values) };
  const relation = directRelations[node.operator];
  return relation && { key, read: extract, relation, constant: right.values[0] };
}

function createTypeVerdict<Context>(
  check: BoundCheck<Context>,
  catalogue: FieldCatalogue<Context>,
): Predicate<Context>['verdictForType'] {
  return createNameVerdict(check, catalogue) ?? createAbsenceVerdict(check);
}

/** What an event's type says about its name. */
function createNameVerdict<Context>(
  { node, left, right }: BoundCheck<Context>,
  catalogue: FieldCatalogue<Context>,
): Predicate<Context>['verdictForType'] {
  const names = catalogue.eventTypes;
  const isType = left.field?.definition.name === 'evt.type';
  if (names === undefined || !isType || node.kind === 'exists' || !isConstants(right)) {
    return undefined;
  }
  const test = createTest(left.type, node.operator, node.quantifier, right.values);
  if (typeof test !== 'function') return undefined;
  return (eventType) => {
    const name = names.nameOf(eventType);
    return name === undefined ? undefined : test(name);
  };
}

const absenceVerdicts = new WeakMap<
  (eventType: number) => boolean,
  (eventType: number) => false | undefined
>();

/** Nothing holds of what is not there; one function for all checks of a field, by which they are known to be alike. */
function createAbsenceVerdict<Context>({
  left: { field },
}: BoundCheck<Context>): Predicate<Context>['verdictForType'] {
  const isAbsentFrom = field?.isAbsentFrom;
  // What compares by itself may take what is absent for something.
  if (isAbsentFrom === undefined || field?.compare !== undefined || field?.compareEach !== undefined)
    return undefined;
  let verdict = absenceVerdicts.get(isAbsentFrom);
  if (verdict === undefined) {
    verdict = (eventType) => (isAbsentFrom(eventType) ? false : undefined);
    absenceVerdicts.set(isAbsentFrom, verdict);
  }
  return verdict;
}

/** Nanoseconds, measured on the stock rules and rounded: only their order counts. */
const operatorCosts: Partial<Record<ComparisonOperator, number>> = {
  startswith: 8,
  bstartswith: 8,
  endswith: 8,
  contains: 30,
  icontains: 80,
  pmatch: 80,
  glob: 100,
  iglob: 150,
  regex: 400,
};

/** Texts are compared with what is rare; numbers are mostly on the usual side of a bound. */
const operatorChances: Partial<Record<ComparisonOperator, number>> = {
  '!=': 0.9,
  '<': 0.5,
  '<=': 0.5,
  '>': 0.8,
  '>=': 0.8,
};

function chanceOf<Context>({ node }: BoundCheck<Context>): number {
  return node.kind === 'exists' ? 0.9 : (operatorChances[node.operator] ?? 0.1);
}

function costOf<Context>({ node, left, right }: BoundCheck<Context>): number {
  const operator = node.kind === 'exists' ? 1 : (operatorCosts[node.operator] ?? 4);
  // Fields that compare by themselves, and addresses, are held against one constant after the other.
  const isInTurn = left.field?.compare !== undefined || kindOf(left.type) === 'address';
  const inTurn = isInTurn && isConstants(right) ? right.values.length * 15 : 0;
  return readingCost(left) + operator + inTurn;
}

/** Texts of events are often made when they are read; numbers and truths lie there. */
function readingCost<Context>({ field, isList, type, dependsOn }: BoundOperand<Context>): number {
  if (field === undefined) return 60;
  if (isList || field.compareEach !== undefined || field.compare !== undefined) return 40;
  return isTextual({ type }) && lifetimeOf(dependsOn) !== 'scope' ? 25 : 4;
}

/** Tells whether a condition reads a field whose readings count; parts that it has seen are not searched again. */
function createStatefulSearch<Context>(
  catalogue: FieldCatalogue<Context>,
): (condition: BoundCondition<Context>) => boolean {
  const searched = new Map<readonly BoundCondition<Context>[], boolean>();

  function search(condition: BoundCondition<Context>): boolean {
    switch (condition.kind) {
      case 'check':
        return searchCheck(condition);
      case 'not':
        return search(condition.child);
      default: {
        const { children } = condition;
        let found = searched.get(children);
        if (found === undefined) {
          found = children.some(search);
          searched.set(children, found);
        }
        return found;
      }
    }
  }

  function searchCheck({ node, left, right }: BoundCheck<Context>): boolean {
    const isSimple = left.field !== undefined && (right === undefined || isConstants(right));
    return isSimple ? left.field.definition.isStateful === true : isStatefulCheck(node, catalogue);
  }

  return search;
}
