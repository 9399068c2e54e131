import type { ScopeTracker } from '@seawall/rules';
import type { EventContext } from '../context.ts';
import { verdictsOn } from '../descriptor/verdicts.ts';
import { ancestryVersion } from './changed.ts';

/** Lets a compiled rule set keep on each process what it decided about it. */
export const processScopes: ScopeTracker<EventContext> = {
  scopeOf({ process, container }) {
    // Events that describe a container are about that one, not about the process that they happen to come with.
    return process !== undefined && process.container === container ? process : undefined;
  },
  ancestryVersion,
  descriptorOf({ descriptor }) {
    return descriptor === undefined ? undefined : verdictsOn(descriptor);
  },
};
