import type { Alert, EventCounts, WatchReport } from '@seawall/agent';
import { jsonText } from '../json-text.ts';
import { countOf, countText } from '../number-text.ts';
import type { Palette } from '../terminal/color.ts';
import { renderTable } from '../terminal/table.ts';

export const summaryFormats = ['text', 'json', 'none'] as const;

export type SummaryFormat = (typeof summaryFormats)[number];

/** What a replay came to. */
export interface WatchSummary {
  readonly alerts: number;
  /** By name; most first. */
  readonly byRule: Readonly<Record<string, number>>;
  /** Most urgent first. */
  readonly byPriority: Readonly<Record<string, number>>;
  readonly events: EventCounts & {
    /** Events of old captures that live on inside others. */
    readonly merged: number;
    /** Events of types that this version doesn't know. */
    readonly unknown: number;
    readonly byType: Readonly<Record<string, EventCounts>>;
  };
  /** Places of the input that held no event. */
  readonly faults: number;
  readonly seconds: number;
}

/** Counts alerts by rule and priority. */
export interface AlertCounter {
  count(alert: Pick<Alert, 'rule' | 'priority'>): void;
  readonly total: number;
  report(): Pick<WatchSummary, 'alerts' | 'byRule' | 'byPriority'>;
}

export function createAlertCounter(priorities: readonly string[]): AlertCounter {
  const byRule = new Map<string, number>();
  const byPriority = new Map<string, number>();
  let total = 0;
  return {
    get total() {
      return total;
    },
    count({ rule, priority }) {
      total += 1;
      byRule.set(rule, (byRule.get(rule) ?? 0) + 1);
      byPriority.set(priority, (byPriority.get(priority) ?? 0) + 1);
    },
    report() {
      const rules = [...byRule].sort((left, right) => right[1] - left[1]);
      return {
        alerts: total,
        byRule: Object.fromEntries(rules),
        byPriority: Object.fromEntries(
          priorities.filter((name) => byPriority.has(name)).map((name) => [name, byPriority.get(name) ?? 0]),
        ),
      };
    },
  };
}

/** @param nameOfType what an event type's number is called; several types may share a name. */
export function eventSummary(
  { accounting, merged, unknown }: WatchReport,
  nameOfType: (type: number) => string,
): WatchSummary['events'] {
  const { byType, ...totals } = accounting;
  const byName: Record<string, EventCounts> = {};
  for (const [type, counts] of byType) {
    const name = nameOfType(type);
    const before = byName[name];
    byName[name] = before === undefined ? counts : sumOf(before, counts);
  }
  return { ...totals, merged, unknown, byType: byName };
}

export function summaryJson(summary: WatchSummary): string {
  return jsonText(summary);
}

export function summaryText(summary: WatchSummary, palette: Palette): string {
  const { alerts, byRule, byPriority, events, faults, seconds } = summary;
  const levels = Object.entries(byPriority).map(([name, count]) => `${countText(count)} ${name}`);
  const head = `${countOf(alerts, 'alert')}${levels.length > 0 ? ` (${levels.join(', ')})` : ''} in ${countOf(events.seen, 'event')}, ${seconds.toFixed(1)} s`;
  const rules =
    alerts === 0
      ? ''
      : renderTable(
          [{ title: 'ALERTS', align: 'right' }, { title: 'RULE' }],
          Object.entries(byRule).map(([name, count]) => [countText(count), name]),
        );
  const account = [
    `${countText(events.seen)} seen = ${countText(events.evaluated)} evaluated`,
    `${countText(events.filtered)} no rule asks for`,
    `${countText(events.dropped)} dropped`,
  ].join(' + ');
  const asides = [
    events.merged > 0 ? `${countText(events.merged)} of the old format merged into others or unused` : '',
    events.unknown > 0 ? `${countText(events.unknown)} of types this version does not know` : '',
    faults > 0 ? `${countOf(faults, 'place')} of the input held no event` : '',
  ].filter((text) => text !== '');
  const lines = [palette.strong(head), rules.trimEnd(), palette.faint(`events: ${account}`), ...asides];
  return `${lines.filter((line) => line !== '').join('\n')}\n`;
}

function sumOf(left: EventCounts, right: EventCounts): EventCounts {
  return {
    seen: left.seen + right.seen,
    evaluated: left.evaluated + right.evaluated,
    filtered: left.filtered + right.filtered,
    dropped: left.dropped + right.dropped,
  };
}
