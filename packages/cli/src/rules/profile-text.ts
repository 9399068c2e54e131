import type { CaptureProfileReport } from '@seawall/agent';
import type { Advice, PredicateProfile, RuleProfile } from '@seawall/rules';
import { countOf, countText } from '../number-text.ts';
import type { Palette } from '../terminal/color.ts';
import { type Column, renderTable } from '../terminal/table.ts';

/** The costliest rules and predicates alone, and the advice that there is most to win with. */
export function topOf(report: CaptureProfileReport, top: number): CaptureProfileReport {
  return {
    ...report,
    rules: report.rules.slice(0, top),
    predicates: report.predicates.slice(0, top),
    advice: report.advice.slice(0, top),
  };
}

const RULE_COLUMNS: readonly Column[] = [
  { title: 'SHARE', align: 'right' },
  { title: 'COST/EVENT', align: 'right' },
  { title: 'ASKED', align: 'right' },
  { title: 'MATCHED', align: 'right' },
  { title: 'HELD', align: 'right' },
  { title: 'COST EACH', align: 'right' },
  { title: 'RULE' },
];

const PREDICATE_COLUMNS: readonly Column[] = [
  { title: 'SHARE', align: 'right' },
  { title: 'ASKED', align: 'right' },
  { title: 'HELD', align: 'right' },
  { title: 'COST EACH', align: 'right' },
  { title: 'RULES', align: 'right' },
  { title: 'COMPARISON' },
];

/**
 * A profile for people: rules, comparisons and advice, each costliest first.
 * @param shown what to print of `report`, the whole of it.
 */
export function profileText(
  shown: CaptureProfileReport,
  report: CaptureProfileReport,
  { strong, faint }: Palette,
): string {
  const { events, cost } = report;
  const lines = [
    `${countOf(events, 'event')}, ${countText(report.evaluatedEvents)} of them of types that rules are about; ` +
      `asking all rules, each on its own: ${(cost / 1e6).toFixed(1)} ms, ${nanoseconds(cost / Math.max(1, events))} an event\n`,
    `\n${strong(headline('rules', shown.rules.length, report.rules.length))}\n`,
    renderTable(
      RULE_COLUMNS,
      shown.rules.map((rule) => ruleRow(rule, events)),
    ),
    `\n${strong(headline('comparisons', shown.predicates.length, report.predicates.length))}\n`,
    renderTable(PREDICATE_COLUMNS, shown.predicates.map(predicateRow)),
  ];
  if (shown.advice.length > 0) {
    lines.push(`\n${strong(headline('advice', shown.advice.length, report.advice.length))}\n`);
    for (const advice of shown.advice) lines.push(adviceText(advice, faint));
  }
  return lines.join('');
}

function headline(what: string, shown: number, all: number): string {
  return shown === all ? `${what} (${all})` : `${what} (${shown} of ${all})`;
}

function ruleRow(
  { share, cost, evaluated, held, selectivity, costEach, rule }: RuleProfile,
  events: number,
): string[] {
  return [
    percent(share),
    nanoseconds(cost / Math.max(1, events)),
    countText(evaluated),
    countText(held),
    percent(selectivity),
    nanoseconds(costEach),
    rule,
  ];
}

function predicateRow({
  share,
  evaluated,
  selectivity,
  costEach,
  rules,
  predicate,
}: PredicateProfile): string[] {
  return [
    percent(share),
    countText(evaluated),
    percent(selectivity),
    nanoseconds(costEach),
    String(rules.length),
    shorten(predicate),
  ];
}

function adviceText(
  { kind, text, rules, macro, place, share }: Advice,
  faint: (text: string) => string,
): string {
  const [first] = rules;
  const others = rules.length > 1 ? ` and ${countOf(rules.length - 1, 'other rule')}` : '';
  const within =
    macro === undefined ? `rule '${first}'${others}` : `macro '${macro}', in rule '${first}'${others}`;
  const at = place === undefined ? '' : `${place.file}:${place.line}:${place.column}: `;
  const worth = kind === 'reorder' ? 'saves' : 'at most';
  return `${at}${kind}: ${text} (${worth} ${percent(share)})\n  ${faint(within)}\n`;
}

function percent(share: number | undefined): string {
  return share === undefined ? '-' : `${(share * 100).toFixed(1)} %`;
}

function nanoseconds(duration: number | undefined): string {
  if (duration === undefined) return '-';
  return duration < 10_000
    ? `${duration.toFixed(duration < 10 ? 1 : 0)} ns`
    : `${(duration / 1000).toFixed(0)} µs`;
}

const SHOWN = 100;

function shorten(text: string): string {
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN - 3)}...`;
}
