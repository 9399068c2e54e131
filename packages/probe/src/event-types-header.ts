import { DESCRIPTOR_TOLD, eventTypes } from '@seawall/events';
import { changingTypes, ignorableFailedTypes, ignorableTypes } from './ignorable.ts';

/**
 * The C header that tells the eBPF program of event types their ids, how many parameters each has, whether their events
 * can be left out by process (2: only those of calls that failed), and whether they change processes (`ignorable.ts`);
 * and the name of its own asynchronous event.
 */
export function eventTypesHeader(): string {
  const lines = ['#pragma once', `#define DESCRIPTOR_EVENT "${DESCRIPTOR_TOLD}"`];
  for (const { id, symbol, parameters, isUnused } of eventTypes) {
    if (isUnused) continue;
    const name = symbol.slice('PPME_'.length);
    const failedOnly = ignorableFailedTypes.has(id) ? 2 : 1;
    lines.push(
      `#define EVENT_${name} ${id}`,
      `#define PARAMETERS_${name} ${parameters.length}`,
      `#define IGNORABLE_${name} ${ignorableTypes.has(id) ? failedOnly : 0}`,
      `#define CHANGES_${name} ${changingTypes.has(id) ? 1 : 0}`,
    );
  }
  return `${lines.join('\n')}\n`;
}
