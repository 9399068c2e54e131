import { type Priority, priorities } from '@seawall/rules';
import type { PriorityCounts } from '../ledger/rank.ts';
import type { AgentOptions } from './options.ts';

/** Tells the log of each priority once that findings of it are left out; how many, the metrics say. */
export interface ShedLog {
  note(priority: Priority): void;
  noteCounts(counts: PriorityCounts): void;
}

export function createShedLog({ log }: Pick<AgentOptions, 'log'>): ShedLog {
  const told = new Set<Priority>();

  function note(priority: Priority): void {
    if (told.has(priority)) return;
    told.add(priority);
    const what = `findings of priority ${priority} are left out`;
    log('warning', `${what}, too many wait for the store: seawall_findings_shed_total`);
  }

  return {
    note,
    noteCounts(counts) {
      for (const [index, priority] of priorities.entries()) if (counts[index] > 0) note(priority);
    },
  };
}
