import type { FieldCatalogue } from '../catalogue/catalogue.ts';
import { canonicalText } from '../condition/text.ts';
import type { Condition } from '../condition/tree.ts';
import { sourcePlaceOf } from '../load/context.ts';
import { locateNode, macroOf, type RuleSet } from '../rule-set.ts';
import { findBetterOrder } from './better-order.ts';
import { checksOf, costOf, type JunctionPart, junctionsOf } from './part.ts';
import { describeTypes, type ProfiledRule } from './profiled-rule.ts';
import type { Advice } from './report.ts';
import { mergedEqualities, type SimplerComparison, simplerComparison } from './simpler-comparison.ts';

/** A new order that saves less than this share of the whole isn't worth telling. */
const WORTH_TELLING = 0.001;

/** A rule that is asked about more than this share of all event types has no real choice of them. */
const WIDE = 0.5;

/** What is to be told about one place of one rule. */
interface Found {
  readonly kind: Advice['kind'];
  readonly text: string;
  /** The part that it is about; undefined for the rule as a whole. */
  readonly node: Condition | undefined;
  readonly share: number;
}

/** All advice, what there is most to win with first. What stands in a macro is told once for all its rules. */
export function listAdvice<Context>(
  profiled: readonly ProfiledRule<Context>[],
  ruleSet: RuleSet,
  catalogue: FieldCatalogue<Context>,
  total: number,
): Advice[] {
  const byPlace = new Map<string, Advice>();
  for (const one of profiled) {
    const { rule } = one;
    const found = [
      ...junctionsOf(one.root).flatMap((junction) => adviseOrder(junction, total)),
      ...adviseIndex(one, total),
      ...adviseTypes(one, catalogue, total),
    ];
    for (const { kind, text, node, share } of found) {
      const located = node === undefined ? undefined : locateNode(ruleSet, rule, node);
      const place = located ?? sourcePlaceOf(rule.definition.conditionContext, ruleSet.files);
      const macro = node === undefined ? undefined : macroOf(ruleSet, rule, node);
      const key = JSON.stringify([
        kind,
        place.file,
        place.line,
        place.column,
        macro === undefined && rule.name,
        text,
      ]);
      const known = byPlace.get(key);
      byPlace.set(key, {
        kind,
        text,
        rules: [...(known?.rules ?? []), rule.name],
        macro,
        place,
        share: (known?.share ?? 0) + share,
      });
    }
  }
  return [...byPlace.values()].sort((left, right) => right.share - left.share);
}

function adviseOrder<Context>(junction: JunctionPart<Context>, total: number): Found[] {
  const better = findBetterOrder(junction);
  if (better === undefined) return [];
  const share = ((better.now - better.then) * junction.evaluated) / total;
  if (share < WORTH_TELLING) return [];
  const { condition, children } = junction;
  const at = better.order.findIndex((child, index) => child !== index);
  const [first, second] = [better.order[at]!, at].map((child) => quote(children[child]!.condition.node));
  return [
    {
      kind: 'reorder',
      text: `ask ${first} before ${second}: it decides more for what it costs`,
      node: condition.node,
      share,
    },
  ];
}

function adviseIndex<Context>({ root }: ProfiledRule<Context>, total: number): Found[] {
  const single = checksOf(root).flatMap((check): Found[] => {
    const simpler = simplerComparison(check.condition);
    if (simpler === undefined) return [];
    const { node } = check.condition;
    return [{ kind: 'index', text: replacement(simpler, quote(node)), node, share: costOf(check) / total }];
  });
  const merged = junctionsOf(root).flatMap((junction): Found[] =>
    mergedEqualities(junction.condition).map((simpler) => ({
      kind: 'index',
      text: `${replacement(simpler, 'several comparisons of one field')}: one look-up`,
      node: junction.condition.node,
      share: costOf(junction) / total,
    })),
  );
  return [...single, ...merged];
}

function replacement({ text, isExact }: SimplerComparison, instead: string): string {
  const difference = isExact
    ? ''
    : ' (it also holds for values with a line break, which the expression misses)';
  return `write ${shorten(text)} instead of ${instead}${difference}`;
}

function adviseTypes<Context>(
  profiled: ProfiledRule<Context>,
  catalogue: FieldCatalogue<Context>,
  total: number,
): Found[] {
  const { rule, root } = profiled;
  const all = catalogue.eventTypes?.allEventTypes.length ?? 0;
  if (rule.eventTypes === undefined || root.evaluated === 0 || rule.eventTypes.length <= all * WIDE)
    return [];
  const matched = describeTypes(profiled, catalogue).filter(({ held }) => held > 0);
  const names = matched.map(({ name }) => name).join(', ');
  const seen = matched.length === 0 ? 'here it never matched' : `here it matched only ${names}`;
  const text = `begin with evt.type in (...): the rule is asked about ${rule.eventTypes.length} of ${all} event types; ${seen}`;
  return [{ kind: 'narrow', text, node: undefined, share: costOf(root) / total }];
}

const SHOWN = 72;

function quote(node: Condition): string {
  return `'${shorten(canonicalText(node))}'`;
}

function shorten(text: string): string {
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN - 3)}...`;
}
