/**
 * What became of every event: seen = evaluated + filtered + dropped, by event type. Counting an event allocates
 * nothing; the report does.
 */
export interface Accounting {
  /** Counts an event that rules were asked about. */
  evaluated(eventType: number): void;
  /** Counts an event that no rule wants, or that rules must not see. */
  filtered(eventType: number): void;
  /** By type: how many were counted so. A source that leaves events out unseen adds them here itself. */
  readonly filteredByType: Float64Array;
  /** Counts events that were lost before anybody could look at them. */
  dropped(eventType: number, count: number): void;
  report(): AccountingReport;
}

export interface EventCounts {
  readonly seen: number;
  readonly evaluated: number;
  readonly filtered: number;
  readonly dropped: number;
}

export interface AccountingReport extends EventCounts {
  /** Types of which there were any, by number, ascending. */
  readonly byType: ReadonlyMap<number, EventCounts>;
}

/** @param typeCount how many event types there are; numbers of types lie below it. */
export function createAccounting(typeCount: number): Accounting {
  const evaluatedByType = new Float64Array(typeCount);
  const filteredByType = new Float64Array(typeCount);
  const droppedByType = new Float64Array(typeCount);
  return {
    evaluated(eventType) {
      evaluatedByType[eventType] += 1;
    },
    filtered(eventType) {
      filteredByType[eventType] += 1;
    },
    filteredByType,
    dropped(eventType, count) {
      droppedByType[eventType] += count;
    },
    report() {
      const byType = new Map<number, EventCounts>();
      let total: EventCounts = { seen: 0, evaluated: 0, filtered: 0, dropped: 0 };
      for (let type = 0; type < typeCount; type += 1) {
        const counts = countsOf(evaluatedByType[type], filteredByType[type], droppedByType[type]);
        if (counts.seen === 0) continue;
        byType.set(type, counts);
        total = countsOf(
          total.evaluated + counts.evaluated,
          total.filtered + counts.filtered,
          total.dropped + counts.dropped,
        );
      }
      return { ...total, byType };
    },
  };
}

function countsOf(evaluated: number, filtered: number, dropped: number): EventCounts {
  return { seen: evaluated + filtered + dropped, evaluated, filtered, dropped };
}
