import { eventTypeOfSymbol, eventTypes, syscallCodesOfEventType, syscallNames } from '@seawall/events';
import type { SyscallCatalogue } from '@seawall/inspector';
import { stateTypes, type Wanted } from '@seawall/probe';
import { matchingCodes, type Rule, syscallUniverse } from '@seawall/rules';
import { kernelFilterFor } from './kernel-filter.ts';

const GENERIC = eventTypeOfSymbol('GENERIC_X').id;
const genericCodes: ReadonlySet<number> = new Set(syscallCodesOfEventType(GENERIC));

/**
 * Calls that make descriptors other than of directories and sockets, and nothing else, and the one that closes: where
 * files are omitted the kernel tells of it when a number is used again (native/filter.h).
 */
const FOR_FILES: ReadonlySet<string> = new Set([
  ...['pipe', 'pipe2', 'eventfd', 'eventfd2', 'signalfd', 'signalfd4', 'timerfd_create', 'inotify_init'],
  ...[
    'close',
    'inotify_init1',
    'epoll_create',
    'epoll_create1',
    'memfd_create',
    'userfaultfd',
    'io_uring_setup',
  ],
]);

export interface WantedOptions {
  /** Whether everything of the calls that are on is wanted: for recordings that others will look at. */
  readonly isUnfiltered?: boolean;
}

/** What the kernel has to show for these rules: what they can match, and what keeps the tables right. */
export function wantedFor(
  rules: readonly Rule[],
  catalogue: SyscallCatalogue,
  { isUnfiltered = false }: WantedOptions = {},
): Wanted {
  const filter = isUnfiltered ? undefined : kernelFilterFor(rules, catalogue);
  const omitsFiles = filter?.omitsFiles === true;
  const types = new Set(stateTypes.filter((id) => !omitsFiles || !FOR_FILES.has(eventTypes[id].name)));
  const genericCalls = new Set<string>();
  for (const rule of rules) {
    for (const type of rule.eventTypes ?? []) types.add(type);
    if (rule.eventTypes?.includes(GENERIC) !== true || catalogue.eventTypes === undefined) continue;
    for (const code of matchingCodes(rule.condition, syscallUniverse(catalogue.eventTypes))) {
      if (genericCodes.has(code) && code !== 0) genericCalls.add(syscallNames[code]);
    }
  }
  return filter === undefined ? { types, genericCalls } : { types, genericCalls, filter };
}
