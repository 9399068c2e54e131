/**
 * What the language asks of a source of events: which fields exist, how each is read, which event names exist.
 * `rules` defines this; `inspector` (system calls) and `kube` (audit log) provide one each. Nothing here knows
 * bytes or clusters: an extractor takes the provider's own context, opaque to the language.
 */
export interface FieldCatalogue<Context = unknown> {
  /** The event source's name as rule files write it: `syscall`, `k8s_audit`. */
  readonly source: string;
  readonly fields: ReadonlyMap<string, FieldDefinition<Context>>;
  /** The names that `evt.type` can have and what they stand for; absent where the source has one type only. */
  readonly eventTypes?: EventTypeNames;
}

/**
 * What a compiled rule set needs of the record of a process (or of whatever else an event belongs to) to keep
 * verdicts there as long as they hold. The inspector's `Process` is one.
 */
export interface VerdictScope {
  /** Changes with every change of what `process`, `container` and `user` fields read of the process itself. */
  readonly generation: number;
  /** Whatever the program keeps; undefined at first. Nobody else touches it. */
  verdicts: unknown;
}

/**
 * The same for the record of a descriptor, of which all that `descriptor` fields read stays as it is. What is kept of it
 * is what it left nothing of: two rests of a rule set, the last one first.
 */
export interface DescriptorScope {
  closed: unknown;
  closedBefore: unknown;
}

/** Types of values, named as Falco's tables name them (PT_*), in lower case. */
export type FieldType =
  | 'bool'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'double'
  | 'pid'
  | 'fd'
  | 'errno'
  | 'uid'
  | 'gid'
  | 'port'
  | 'l4proto'
  | 'sockfamily'
  | 'sigtype'
  | 'syscallid'
  | 'mode'
  | 'flags8'
  | 'flags16'
  | 'flags32'
  | 'enumflags8'
  | 'enumflags16'
  | 'enumflags32'
  | 'charbuf'
  | 'bytebuf'
  | 'fspath'
  | 'fsrelpath'
  | 'fdlist'
  | 'charbufarray'
  | 'charbufpairarray'
  | 'dyn'
  | 'reltime'
  | 'abstime'
  | 'sockaddr'
  | 'socktuple'
  | 'ipaddr'
  | 'ipv4addr'
  | 'ipv6addr'
  | 'ipnet'
  | 'ipv4net'
  | 'ipv6net'
  | 'sigset';

/** How a number is printed (PF_*). */
export type PrintFormat = 'na' | 'decimal' | 'hexadecimal' | 'octal' | 'padded-decimal' | 'id' | 'directory';

/**
 * What a field's value can change with. The compiler keeps a verdict as long as what it depends on stays:
 * `event` is read anew for each event, `process` holds for a process generation (see the design, section 3).
 * `descriptor` alone holds as long as the record of the descriptor that the event is about shows no change, and such a
 * field is asked before the rest of the event is looked at.
 */
export type Dependency = 'constant' | 'event' | 'process' | 'ancestors' | 'descriptor' | 'container' | 'user';

/**
 * An integer (safe as number, else bigint), text or bytes as a byte string, a truth. IP addresses: 4 or 16 bytes.
 * A network (only ever a constant): the 4 or 16 bytes of its address, then one byte with the length of its prefix;
 * `isInNetwork` of this package tells whether an address lies in it.
 */
export type Value = number | bigint | string | boolean | Uint8Array;

/** Reads a field's value; undefined is Falco's "no value" (`<NA>`). List fields give an array, possibly empty. */
export type Extractor<Context> = (context: Context) => Value | readonly Value[] | undefined;

export interface FieldDefinition<Context = unknown> {
  readonly name: string;
  readonly type: FieldType;
  readonly format: PrintFormat;
  readonly isList: boolean;
  readonly argument: {
    readonly presence: 'none' | 'allowed' | 'required';
    /** Whether `[...]` holds a number, a name, or either. */
    readonly isIndex: boolean;
    readonly isKey: boolean;
  };
  /** Made for tables of figures: left out of lists of fields, but usable everywhere. */
  readonly isTableOnly: boolean;
  /** The field is made for conditions: outputs may name it, as in Falco, but show no value of it. */
  readonly isFilterOnly?: boolean;
  readonly acceptsNoTransformer: boolean;
  /** The right-hand side of a comparison can't be another field. */
  readonly acceptsNoFieldComparison: boolean;
  readonly isDeprecated: boolean;
  /** True where reading the value changes what is read next (counters, times since the last reading). */
  readonly isStateful?: boolean;
  readonly dependsOn: readonly Dependency[];
  readonly description: string;
  /**
   * Ties the field to its argument (the text in brackets, without them; undefined when absent).
   * @throws a catalogue error that names the field when the argument is malformed.
   */
  bind(argument: string | undefined): BoundField<Context>;
}

/** A field with its argument: type and list-ness can depend on the argument (`evt.rawarg.res`). */
export interface BoundField<Context = unknown> {
  readonly definition: FieldDefinition<Context>;
  readonly argument: string | undefined;
  readonly type: FieldType;
  readonly format: PrintFormat;
  readonly isList: boolean;
  readonly extract: Extractor<Context>;
  /**
   * How the value reads in an output when that is not what its type and format say (names of flags, for example).
   * Undefined means: render by type and format.
   */
  readonly render?: (context: Context) => string | undefined;
  /**
   * Where the field parses a constant's text itself (comparing with a name stands for its number), the typed
   * value; undefined: parse by type.
   */
  readonly parseConstant?: (text: string) => Value;
  /**
   * Where the field decides comparisons itself (either end of a connection; a network; several values), true when
   * `operator` holds between the field and `constants`. Undefined: compare by type. `operator` is as written (`=` or
   * `==`); `exists` comes with no constants; under `oneof`, `anyof`, `allof` it is asked for one constant at a time.
   */
  readonly compare?: (context: Context, operator: string, constants: readonly Value[]) => boolean;
  /**
   * As `compare`, where the comparison itself is the ordinary one of the field's type and the field only decides
   * which values it is made with (any ancestor; both ends of a connection). `holds` is the comparison of one such
   * value, made ready once: use this rather than `compare` wherever possible. For `exists`, `holds` is always true.
   */
  readonly compareEach?: (context: Context, holds: (value: Value) => boolean, operator: string) => boolean;
  /** Where another field's value tells sooner than the value itself that it equals none of some constants. */
  readonly ruleOut?: RuleOut<Context>;
  /** True for event types whose events never have a value: what is asked of it need not be asked of them. */
  readonly isAbsentFrom?: (eventType: number) => boolean;
  /** The value in JSON output where it isn't the one that comparisons see (times are nanoseconds there). */
  readonly extractForJson?: Extractor<Context>;
}

export interface RuleOut<Context = unknown> {
  /** The name of that field, which has no argument. */
  readonly by: string;
  /** All texts that the value can be where that field has the given one. */
  readonly possibleFor: (text: string) => readonly string[];
  /**
   * The same as a test that costs little, made ready once for the constants: true where it is certain that the value is
   * none of them. Gives undefined for constants of which it can't tell.
   */
  readonly createLook: (constants: readonly Value[]) => ((context: Context) => boolean) | undefined;
}

/**
 * The universe that `evt.type` and friends select from. A code is a number of the provider's choosing (an event
 * type id or a system call id); the language only does set algebra on them.
 */
export interface EventTypeNames {
  /** All event type ids that an `evt.type = name` can match; undefined for a name that doesn't exist. */
  eventTypes(name: string): readonly number[] | undefined;
  /** All system call codes of that name. */
  syscalls(name: string): readonly number[] | undefined;
  /** The name that all events of that type have; undefined where each event says its own (generic calls). */
  nameOf(eventType: number): string | undefined;
  /** The name of a system call that has no event type of its own; undefined for all others. */
  nameOfGenericSyscall?(code: number): string | undefined;
  /** The names of the arguments that events of that type have, in order; undefined for types that never arrive. */
  argumentsOf?(eventType: number): readonly string[] | undefined;
  readonly allEventTypes: readonly number[];
  readonly allSyscalls: readonly number[];
}
