import {
  eventTypeOfSymbol,
  eventTypes,
  eventTypesByName,
  syscallCodes,
  syscallCodesOfEventType,
} from '@seawall/events';
import type { EventTypeNames } from '@seawall/rules';

/** The two types that stand for all calls without a type of their own. */
const GENERIC = [eventTypeOfSymbol('GENERIC_E').id, eventTypeOfSymbol('GENERIC_X').id];
const ASYNCHRONOUS = eventTypeOfSymbol('ASYNCEVENT_E').id;
/** Names that asynchronous events carry and no type has; Falco's container plugin announces them. */
const ASYNCHRONOUS_NAMES: ReadonlySet<string> = new Set(['container_removed']);

const genericCodes: ReadonlySet<number> = new Set(GENERIC.flatMap((id) => [...syscallCodesOfEventType(id)]));

const syscallNames: ReadonlyMap<number, string> = new Map(
  [...syscallCodes].map(([name, code]) => [code, name] as const),
);

/**
 * What `evt.type` can be: names of event types, and of calls that are recorded without a type of their own. Codes of
 * event types are their ids, codes of system calls scap's own. Source: libsinsp's names_to_event_set and
 * event_names_to_sc_set.
 */
export const syscallEventTypeNames: EventTypeNames = {
  eventTypes: eventTypesNamed,
  syscalls(name) {
    const types = eventTypesNamed(name);
    if (types === undefined) return undefined;
    const codes = new Set(types.filter((id) => !GENERIC.includes(id)).flatMap(syscallCodesOfEventType));
    const own = syscallCodes.get(name);
    if (types.some((id) => GENERIC.includes(id)) && own !== undefined && genericCodes.has(own))
      codes.add(own);
    return [...codes];
  },
  nameOf: (id) => (GENERIC.includes(id) || id === ASYNCHRONOUS ? undefined : eventTypes[id]?.name),
  nameOfGenericSyscall: (code) => (genericCodes.has(code) && code !== 0 ? syscallNames.get(code) : undefined),
  argumentsOf(id) {
    const type = eventTypes[id];
    if (type === undefined || type.isEnter || type.isOld || type.isUnused) return undefined;
    return type.parameters.map(({ name }) => name);
  },
  allEventTypes: eventTypes.map(({ id }) => id),
  allSyscalls: [...syscallCodes.values()].filter((code) => code !== 0),
};

function eventTypesNamed(name: string): readonly number[] | undefined {
  const own = (eventTypesByName.get(name) ?? []).map(({ id }) => id).filter((id) => !GENERIC.includes(id));
  if (own.length > 0) return own;
  if (syscallCodes.has(name)) return GENERIC;
  return ASYNCHRONOUS_NAMES.has(name) ? [ASYNCHRONOUS] : undefined;
}
