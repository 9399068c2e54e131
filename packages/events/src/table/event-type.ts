import { EVENT_FACTS } from './event-facts.ts';
import { type FlagTable, type FlagTableName, flagTables } from './flag-tables.ts';

/** Scap's parameter types (`PT_*`) that occur in the table and as types of fields. */
export type ParameterType =
  | 'none'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'charbuf'
  | 'bytebuf'
  | 'errno'
  | 'sockaddr'
  | 'socktuple'
  | 'fd'
  | 'pid'
  | 'fdlist'
  | 'fspath'
  | 'syscallid'
  | 'sigtype'
  | 'reltime'
  | 'abstime'
  | 'port'
  | 'l4proto'
  | 'sockfamily'
  | 'bool'
  | 'ipv4addr'
  | 'dyn'
  | 'flags8'
  | 'flags16'
  | 'flags32'
  | 'uid'
  | 'gid'
  | 'double'
  | 'sigset'
  | 'charbufarray'
  | 'charbuf_pair_array'
  | 'ipv4net'
  | 'ipv6addr'
  | 'ipv6net'
  | 'ipaddr'
  | 'ipnet'
  | 'mode'
  | 'fsrelpath'
  | 'enumflags8'
  | 'enumflags16'
  | 'enumflags32'
  | 'fd32'
  | 'pid32';

/** How a number is printed. */
export type PrintFormat = 'na' | 'dec' | 'hex' | 'oct';

export type EventFlag =
  | 'none'
  | 'creates_fd'
  | 'destroys_fd'
  | 'uses_fd'
  | 'reads_from_fd'
  | 'writes_to_fd'
  | 'modifies_state'
  | 'unused'
  | 'waits'
  | 'skipparsereset'
  | 'old_version'
  | 'large_payload'
  | 'converter_managed';

export type EventCategory =
  | 'unknown'
  | 'other'
  | 'file'
  | 'net'
  | 'ipc'
  | 'memory'
  | 'process'
  | 'sleep'
  | 'system'
  | 'signal'
  | 'user'
  | 'time'
  | 'io_read'
  | 'io_write'
  | 'io_other'
  | 'wait'
  | 'scheduler'
  | 'internal'
  | 'syscall'
  | 'tracepoint'
  | 'plugin'
  | 'metaevent'
  | 'iter';

/** One form that a dynamically typed parameter takes: its first byte is the index of the form. */
export interface ParameterVariant {
  readonly type: ParameterType;
  readonly format: PrintFormat;
}

export interface ParameterFacts {
  readonly index: number;
  readonly name: string;
  readonly type: ParameterType;
  readonly format: PrintFormat;
  /** Names of the values, for flag, enumeration and mode types. */
  readonly flagTable?: FlagTable;
  readonly flagTableName?: FlagTableName;
  /** For a relative path: index of the parameter that holds the directory's descriptor. */
  readonly directoryParameter?: number;
  /** For type `dyn`. */
  readonly variants?: readonly ParameterVariant[];
}

export interface EventType {
  readonly id: number;
  /** Scap's own name for the type, e.g. `PPME_SYSCALL_OPENAT_2_X`. */
  readonly symbol: string;
  /** The name that `evt.type` shows, e.g. `openat`; several types may share it. */
  readonly name: string;
  /** True for enter events (even ids), `evt.dir` `>`. */
  readonly isEnter: boolean;
  /** What the event is about. */
  readonly category: EventCategory;
  /** What kind of source makes it: syscall, tracepoint, plugin, metaevent, iter, internal, unknown. */
  readonly source: EventCategory;
  readonly flags: ReadonlySet<EventFlag>;
  readonly isUnused: boolean;
  /** Recorded by older versions only: the reader converts or drops it. */
  readonly isOld: boolean;
  /** Parameter lengths take 4 bytes each instead of 2. */
  readonly hasLargePayload: boolean;
  readonly isConverterManaged: boolean;
  readonly parameters: readonly ParameterFacts[];
}

/** Forms of dynamically typed parameters (driver/dynamic_params_table.c). */
const VARIANTS: Readonly<Record<string, readonly ParameterVariant[]>> = {
  sockopt: [
    { type: 'bytebuf', format: 'hex' },
    { type: 'errno', format: 'dec' },
    { type: 'uint32', format: 'dec' },
    { type: 'uint64', format: 'dec' },
    { type: 'reltime', format: 'dec' },
  ],
  ptrace: [
    { type: 'uint64', format: 'hex' },
    { type: 'sigtype', format: 'dec' },
  ],
  bpf: [
    { type: 'fd', format: 'dec' },
    { type: 'errno', format: 'dec' },
  ],
  keyctl: [
    { type: 'int64', format: 'dec' },
    { type: 'charbuf', format: 'na' },
  ],
};

/** Categories that say which kind of source makes an event; the other one of its two says what it is about. */
const SOURCES: ReadonlySet<EventCategory> = new Set(['syscall', 'tracepoint', 'plugin', 'metaevent', 'iter']);

/** Every event type; the index is its id. */
export const eventTypes: readonly EventType[] = EVENT_FACTS.trim().split('\n').map(parseEventType);

/** How many event types there are: ids at or above it are unknown and skipped. */
export const EVENT_TYPE_COUNT = eventTypes.length;

/** All types that share a name (enter, exit, older versions), by the name that `evt.type` shows. */
export const eventTypesByName: ReadonlyMap<string, readonly EventType[]> = Map.groupBy(
  eventTypes,
  (type) => type.name,
);

const bySymbol = new Map(eventTypes.map((type) => [type.symbol, type]));

/** The event type of that id, undefined where the table has none. */
export function eventType(id: number): EventType | undefined {
  return eventTypes[id];
}

/**
 * The event type of that symbol, with or without scap's prefix `PPME_`.
 * Throws a TypeError for an unknown symbol: symbols are written by programmers, not read from input.
 */
export function eventTypeOfSymbol(symbol: string): EventType {
  const type = bySymbol.get(symbol.startsWith('PPME_') ? symbol : `PPME_${symbol}`);
  if (type === undefined) throw new TypeError(`no event type is called ${symbol}`);
  return type;
}

/** One byte per type id: 1 where parameter lengths take 4 bytes. For hot loops. */
export const largePayloadByType = Uint8Array.from(eventTypes, (type) => (type.hasLargePayload ? 1 : 0));

function parseEventType(line: string, id: number): EventType {
  const [symbol, name, categories, flagNames, parameters] = line.split('|') as [
    string,
    string,
    string,
    string,
    string,
  ];
  const named = categories.split(' ') as EventCategory[];
  const source = named.find((category) => SOURCES.has(category));
  const category = named.find((category) => category !== source) ?? named[0]!;
  const flags = new Set(flagNames.split(' ') as EventFlag[]);
  return {
    id,
    symbol: `PPME_${symbol}`,
    name,
    isEnter: (id & 1) === 0,
    category,
    source: source ?? category,
    flags,
    isUnused: flags.has('unused'),
    isOld: flags.has('old_version'),
    hasLargePayload: flags.has('large_payload'),
    isConverterManaged: flags.has('converter_managed'),
    parameters: parameters === '' ? [] : parameters.split(' ').map(parseParameter),
  };
}

function parseParameter(text: string, index: number): ParameterFacts {
  const [name, type, format, more] = text.split(':') as [
    string,
    ParameterType,
    PrintFormat,
    string | undefined,
  ];
  const parameter = { index, name, type, format };
  if (more === undefined) return parameter;
  if (more.startsWith('@')) return { ...parameter, directoryParameter: Number(more.slice(1)) };
  if (more.startsWith('*')) return { ...parameter, variants: VARIANTS[more.slice(1)]! };
  const flagTableName = more as FlagTableName;
  return { ...parameter, flagTable: flagTables[flagTableName], flagTableName };
}
