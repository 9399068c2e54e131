import { eventTypeOfSymbol, syscallCodesOfEventType, syscallNames } from '@seawall/events';
import type { SyscallCatalogue } from '@seawall/inspector';
import { stateTypes, type Wanted } from '@seawall/probe';
import { matchingCodes, type Rule, syscallUniverse } from '@seawall/rules';

const GENERIC = eventTypeOfSymbol('GENERIC_X').id;
const genericCodes: ReadonlySet<number> = new Set(syscallCodesOfEventType(GENERIC));

/** What the kernel has to show for these rules: what they can match, and what keeps the tables right. */
export function wantedFor(rules: readonly Rule[], catalogue: SyscallCatalogue): Wanted {
  const types = new Set(stateTypes);
  const genericCalls = new Set<string>();
  for (const rule of rules) {
    for (const type of rule.eventTypes ?? []) types.add(type);
    if (rule.eventTypes?.includes(GENERIC) !== true || catalogue.eventTypes === undefined) continue;
    for (const code of matchingCodes(rule.condition, syscallUniverse(catalogue.eventTypes))) {
      if (genericCodes.has(code) && code !== 0) genericCalls.add(syscallNames[code]);
    }
  }
  return { types, genericCalls };
}
