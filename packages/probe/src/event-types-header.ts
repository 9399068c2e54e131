import { eventTypes } from '@seawall/events';

/** The C header that tells the eBPF program the ids of event types and how many parameters each has. */
export function eventTypesHeader(): string {
  const lines = ['#pragma once'];
  for (const { id, symbol, parameters, isUnused } of eventTypes) {
    if (isUnused) continue;
    const name = symbol.slice('PPME_'.length);
    lines.push(`#define EVENT_${name} ${id}`, `#define PARAMETERS_${name} ${parameters.length}`);
  }
  return `${lines.join('\n')}\n`;
}
