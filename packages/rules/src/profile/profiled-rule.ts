import type { FieldCatalogue } from '../catalogue/catalogue.ts';
import type { Rule } from '../rule-set.ts';
import type { Part } from './part.ts';
import type { EventTypeProfile } from './report.ts';

/** A rule under measurement. */
export interface ProfiledRule<Context> {
  readonly rule: Rule;
  readonly root: Part<Context>;
  /** By event type. */
  readonly evaluatedByType: Uint32Array;
  readonly heldByType: Uint32Array;
}

/** Types that share a name (calls that were recorded in several ways) are one. */
export function describeTypes<Context>(
  { evaluatedByType, heldByType }: ProfiledRule<Context>,
  { eventTypes, source }: FieldCatalogue<Context>,
): EventTypeProfile[] {
  const byName = new Map<string, { name: string; evaluated: number; held: number }>();
  evaluatedByType.forEach((evaluated, type) => {
    if (evaluated === 0) return;
    const name =
      eventTypes === undefined ? source : (eventTypes.nameOf(type) ?? 'calls without a type of their own');
    const found = byName.get(name) ?? { name, evaluated: 0, held: 0 };
    byName.set(name, found);
    found.evaluated += evaluated;
    found.held += heldByType[type]!;
  });
  return [...byName.values()].sort((left, right) => right.evaluated - left.evaluated);
}
