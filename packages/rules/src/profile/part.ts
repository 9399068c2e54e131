import type { FieldCatalogue } from '../catalogue/catalogue.ts';
import { walk } from '../check/walk.ts';
import type { Condition } from '../condition/tree.ts';
import type { BoundCheck, BoundCondition, BoundJunction, BoundNot } from '../evaluate/bind.ts';
import { interpret } from '../evaluate/interpret.ts';
import {
  createDurations,
  createOutcomes,
  createSchedule,
  type Durations,
  type Outcomes,
} from './sampling.ts';
import type { Stopwatch } from './stopwatch.ts';

/** A part of a condition that counts: how often it was asked, how often it held. Together they are an interpreter. */
export type Part<Context> = CheckPart<Context> | NotPart<Context> | JunctionPart<Context>;

interface Counted<Context> {
  evaluated: number;
  held: number;
  /** Asks the part, and counts it. */
  holds(context: Context): boolean;
}

export interface CheckPart<Context> extends Counted<Context> {
  readonly kind: 'check';
  readonly condition: BoundCheck<Context>;
  /** Nanoseconds that asking takes, sampled. */
  readonly durations: Durations;
  /** Asks and times the check without counting it. */
  measure(context: Context): boolean;
}

export interface NotPart<Context> extends Counted<Context> {
  readonly kind: 'not';
  readonly condition: BoundNot<Context>;
  readonly child: Part<Context>;
}

export interface JunctionPart<Context> extends Counted<Context> {
  readonly kind: 'and' | 'or';
  readonly condition: BoundJunction<Context>;
  readonly children: readonly Part<Context>[];
  /** Undefined where asking more than is needed would change what is read next. */
  readonly outcomes: Outcomes | undefined;
}

/** What parts are made with. */
export interface PartTools {
  readonly stopwatch: Stopwatch;
  readonly catalogue: FieldCatalogue<never>;
  /** Numbers from 0 to 1, 1 excluded. */
  random(): number;
}

/** How often a check is asked between two readings of the clock. */
const REPETITIONS = 16;

/** Wraps a condition so that asking it counts. It is asked from left to right until the outcome is certain. */
export function createPart<Context>(condition: BoundCondition<Context>, tools: PartTools): Part<Context> {
  switch (condition.kind) {
    case 'check':
      return createCheckPart(condition, tools);
    case 'not':
      return createNotPart(condition, tools);
    default:
      return createJunctionPart(condition, tools);
  }
}

function createCheckPart<Context>(condition: BoundCheck<Context>, tools: PartTools): CheckPart<Context> {
  const { stopwatch, random } = tools;
  const schedule = createSchedule(random);
  const times = isStateful(condition.node, tools.catalogue) ? 1 : REPETITIONS;
  const part: CheckPart<Context> = {
    kind: 'check',
    condition,
    evaluated: 0,
    held: 0,
    durations: createDurations(random),
    measure(context) {
      const holds = stopwatch.time(condition.holds, context, times);
      part.durations.add(stopwatch.lap);
      return holds;
    },
    holds(context) {
      part.evaluated += 1;
      const holds = schedule.isDue() ? part.measure(context) : condition.holds(context);
      if (holds) part.held += 1;
      return holds;
    },
  };
  return part;
}

function createNotPart<Context>(condition: BoundNot<Context>, tools: PartTools): NotPart<Context> {
  const child = createPart(condition.child, tools);
  const part: NotPart<Context> = {
    kind: 'not',
    condition,
    child,
    evaluated: 0,
    held: 0,
    holds(context) {
      part.evaluated += 1;
      const holds = !child.holds(context);
      if (holds) part.held += 1;
      return holds;
    },
  };
  return part;
}

function createJunctionPart<Context>(
  condition: BoundJunction<Context>,
  tools: PartTools,
): JunctionPart<Context> {
  const { random, catalogue } = tools;
  const children = condition.children.map((child) => createPart(child, tools));
  const asked = children.map((child) =>
    child.kind === 'check' ? child.measure : interpret(child.condition),
  );
  const schedule = createSchedule(random);
  const decisive = condition.kind === 'or';
  const part: JunctionPart<Context> = {
    kind: condition.kind,
    condition,
    children,
    outcomes: isStateful(condition.node, catalogue) ? undefined : createOutcomes(children.length, random),
    evaluated: 0,
    held: 0,
    holds(context) {
      part.evaluated += 1;
      if (part.outcomes !== undefined && schedule.isDue()) {
        part.outcomes.record((child) => asked[child]!(context));
      }
      let holds = !decisive;
      for (let index = 0; index < children.length; index += 1) {
        if (children[index]!.holds(context) !== decisive) continue;
        holds = decisive;
        break;
      }
      if (holds) part.held += 1;
      return holds;
    },
  };
  return part;
}

/** Whether reading some field of the condition changes what is read next: such a condition is asked as written. */
function isStateful(condition: Condition, catalogue: FieldCatalogue<never>): boolean {
  let found = false;
  walk(condition, (node) => {
    found ||= node.kind === 'field' && catalogue.fields.get(node.name)?.isStateful === true;
  });
  return found;
}

/** All checks of a part, in the order in which they are written. */
export function checksOf<Context>(part: Part<Context>): readonly CheckPart<Context>[] {
  if (part.kind === 'check') return [part];
  return part.kind === 'not' ? checksOf(part.child) : part.children.flatMap(checksOf);
}

/** All `and` and `or` of a part, outer ones first. */
export function junctionsOf<Context>(part: Part<Context>): readonly JunctionPart<Context>[] {
  if (part.kind === 'check') return [];
  return part.kind === 'not' ? junctionsOf(part.child) : [part, ...part.children.flatMap(junctionsOf)];
}

/** What asking the part took altogether: as often as each check was asked, what one asking takes. In nanoseconds. */
export function costOf<Context>(part: Part<Context>): number {
  return checksOf(part).reduce(
    (sum, { evaluated, durations }) => sum + evaluated * (durations.mean() ?? 0),
    0,
  );
}

/** What asking the part once takes; undefined where that was never measured. In nanoseconds. */
export function costOfAsking<Context>(part: Part<Context>): number | undefined {
  if (part.kind === 'check') return part.durations.mean();
  return part.evaluated === 0 ? undefined : costOf(part) / part.evaluated;
}
