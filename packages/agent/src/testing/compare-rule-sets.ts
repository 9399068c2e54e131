import type { EventContext } from '@seawall/inspector';
import type { FieldCatalogue } from '@seawall/rules';
import { type ComparedRule, compareEvaluation, prepareRule } from './compare-evaluation.ts';
import { createRandom } from './random.ts';
import { gatherCrowd, gatherMaterial, writeCondition, writeUsualCondition } from './random-conditions.ts';
import { keepSections } from './sections.ts';

export interface ComparedRuleSets {
  readonly seed: number;
  readonly ruleSets: number;
  readonly rulesPerSet: number;
  readonly maximumEvents: number;
  /** Whether the rules of a set are written as people write them, about the same few things: then they are looked up. */
  readonly isCrowded?: boolean;
}

export interface ComparisonOutcome {
  readonly ruleSets: number;
  readonly rules: number;
  /** Conditions that held for some events and failed for others of the types that they can match. */
  readonly mixed: number;
}

/**
 * Makes random rule sets and replays a capture through each of them, compiled and interpreted.
 * @throws Error at the first disagreement, with the condition, the event and the seed of the rule set.
 */
export async function compareRuleSets(
  capture: string,
  catalogue: FieldCatalogue<EventContext>,
  { seed, ruleSets, rulesPerSet, maximumEvents, isCrowded = false }: ComparedRuleSets,
): Promise<ComparisonOutcome> {
  const sections = await keepSections(capture, maximumEvents);
  const material = gatherMaterial(sections, catalogue);
  const types = [...new Set(material.find(({ text }) => text === 'evt.type')?.values ?? [])];
  let rules = 0;
  let mixed = 0;
  for (let index = 0; index < ruleSets; index++) {
    const random = createRandom(seed + index);
    const crowd = isCrowded ? gatherCrowd(random, material, types) : undefined;
    const prepared: ComparedRule[] = [];
    for (let tries = 0; prepared.length < rulesPerSet && tries < rulesPerSet * 20; tries++) {
      const condition =
        crowd === undefined ? writeCondition(random, material, types) : writeUsualCondition(random, crowd);
      const rule = prepareRule(condition, catalogue);
      if (rule !== undefined) prepared.push(rule);
    }
    try {
      compareEvaluation(prepared, sections, catalogue);
    } catch (error) {
      throw new Error(`rule set of seed ${seed + index}: ${(error as Error).message}`, { cause: error });
    }
    rules += prepared.length;
    mixed += prepared.filter(({ held, failed }) => held > 0 && failed > 0).length;
  }
  return { ruleSets, rules, mixed };
}
