import { eventTypeOfSymbol } from '@seawall/events';
import { type EventContext, type SyscallCatalogue, Trace, traces } from '@seawall/inspector';
import {
  IGNORED_SLOTS,
  ignorableTypes,
  type KernelFilter,
  OPEN_KIND_COUNT,
  type OpenKind,
  openKindOf,
  stateTypes,
} from '@seawall/probe';
import {
  type CompilableRule,
  type Judgement,
  type Necessities,
  type Necessity,
  type Predicate,
  planNecessities,
  type Rule,
} from '@seawall/rules';
import { OF_DESCRIBED_PROCESS } from '../watch/thread-verdicts.ts';
import { fieldsOf, showsOtherDescriptor } from './descriptor-fields.ts';

/*
 * Which events nobody would miss, found by what the rules make necessary of an event to match it. Each step may find
 * too much necessary, never too little: then an event is sent for nothing.
 */

/** The calls that open whose path and flags the kernel looks at. */
const FILTERED_OPENS = ['SYSCALL_OPEN_X', 'SYSCALL_OPENAT_2_X', 'SYSCALL_OPENAT2_X'].map(
  (symbol) => eventTypeOfSymbol(symbol).id,
);

/** The calls that copy descriptors, of which the kernel looks at both. */
const COPIES = ['SYSCALL_DUP_1_X', 'SYSCALL_DUP2_X', 'SYSCALL_DUP3_X', 'SYSCALL_FCNTL_X'].map(
  (symbol) => eventTypeOfSymbol(symbol).id,
);

/**
 * The calls that busy programs make most: where rules ask for more types than verdicts can tell apart these come first. For
 * others alone, and for calls that failed, counting what changes would cost more than it saves.
 */
const BUSY = [
  ...['SYSCALL_READ_X', 'SYSCALL_WRITE_X', 'SYSCALL_READV_X', 'SYSCALL_WRITEV_X', 'SYSCALL_PREAD_X'],
  ...['SYSCALL_PWRITE_X', 'GENERIC_X', 'SYSCALL_FUTEX_X', 'SYSCALL_EPOLLWAIT_X', 'SYSCALL_POLL_X'],
  ...['SYSCALL_IOCTL_3_X', 'SYSCALL_LSEEK_X', 'SYSCALL_FSTAT_X', 'SYSCALL_NEWFSTATAT_X', 'SYSCALL_STAT_X'],
  ...[
    'SOCKET_RECVFROM_X',
    'SOCKET_SENDTO_X',
    'SYSCALL_MPROTECT_X',
    'SYSCALL_ACCESS_X',
    'SYSCALL_NANOSLEEP_X',
  ],
].map((symbol) => eventTypeOfSymbol(symbol).id);

/** What kinds of descriptors are called that are neither files nor pipes nor anything of that sort. */
const OTHER_TYPES: ReadonlySet<unknown> = new Set(['ipv4', 'ipv6', 'unix', 'netlink', 'directory']);
const OTHER_CHARACTERS: ReadonlySet<unknown> = new Set(['4', '6', 'n', 'd']);
const PROTOCOLS: ReadonlySet<unknown> = new Set(['tcp', 'udp', 'icmp', 'raw']);

/** Derives what the kernel can leave out for these rules. */
export function kernelFilterFor(rules: readonly Rule[], catalogue: SyscallCatalogue): KernelFilter {
  const compilable = rules as unknown as readonly CompilableRule<EventContext>[];
  const necessities = planNecessities(compilable, catalogue);
  const ruleTypes = new Set(rules.flatMap(({ eventTypes }) => eventTypes ?? []));
  const omitsFiles = !asksForFiles(rules, ruleTypes, necessities, catalogue);
  return {
    stateOnlyTypes: new Set(stateTypes.filter((type) => !ruleTypes.has(type))),
    keptOnlyTypes: new Set(
      omitsFiles ? COPIES.filter((type) => ruleTypes.has(type) && isForKeptOnly(type, necessities)) : [],
    ),
    omitsFiles,
    byProcessTypes: listByProcess(rules, ruleTypes, necessities),
    opens: Array.from({ length: OPEN_KIND_COUNT }, (_, kind) => {
      const necessity = necessaryPaths(necessities, openKindOf(kind));
      return necessity === 'anything' || necessity.includes('') ? 'all' : necessity;
    }),
  };
}

/** Types that only rules need, each of which asks something of the process: some processes are none that they mean. */
function listByProcess(
  rules: readonly Rule[],
  ruleTypes: ReadonlySet<number>,
  necessities: Necessities<EventContext>,
): readonly number[] {
  const showsConnection = rules.some((rule) => fieldsOf(rule).has('fd.connected'));
  const types = [...ruleTypes].filter(
    (type) =>
      ignorableTypes.has(type) &&
      traces[type] !== Trace.anything &&
      !(showsConnection && traces[type] === Trace.connection) &&
      necessities.areGrounded(type, OF_DESCRIBED_PROCESS),
  );
  const busy = BUSY.filter((type) => types.includes(type));
  if (busy.every((type) => traces[type] === Trace.ends)) return [];
  return [...busy, ...types.filter((type) => !busy.includes(type))].slice(0, IGNORED_SLOTS);
}

/** Whether no rule can match an event of that type about a file, a pipe or the like, or an unknown descriptor. */
function isForKeptOnly(type: number, necessities: Necessities<EventContext>): boolean {
  return necessities
    .of(type, judgeOfFile)
    .every(({ necessity }) => necessity !== 'anything' && necessity.length === 0);
}

/** Whether a rule may look at a descriptor of a file, a pipe or the like that another event made. */
function asksForFiles(
  rules: readonly Rule[],
  ruleTypes: ReadonlySet<number>,
  necessities: Necessities<EventContext>,
  catalogue: SyscallCatalogue,
): boolean {
  const fields = rules.map(fieldsOf);
  for (const type of ruleTypes) {
    for (const { rule, necessity } of necessities.of(type, judgeOfFile)) {
      if (necessity !== 'anything' && necessity.length === 0) continue;
      for (const field of fields[rule]) if (showsOtherDescriptor(field, type, catalogue)) return true;
    }
  }
  return false;
}

/** What is known of an event about a descriptor of a file, a pipe or the like, or about one that is not known. */
function judgeOfFile({ direct }: Predicate<EventContext>): Judgement {
  if (direct === undefined) return undefined;
  const { key, relation, constant } = direct;
  const impossible = impossibleValues(key);
  if (impossible === undefined) return undefined;
  if (relation === '===' && impossible.has(constant)) return false;
  if (relation !== 'has') return undefined;
  return [...(constant as ReadonlySet<unknown>)].every((value) => impossible.has(value)) ? false : undefined;
}

function impossibleValues(key: string): ReadonlySet<unknown> | undefined {
  switch (key) {
    case 'fd.type':
      return OTHER_TYPES;
    case 'fd.typechar':
      return OTHER_CHARACTERS;
    case 'fd.l4proto':
      return PROTOCOLS;
    case 'fd.connected':
    case 'fd.is_server':
      return IS_TRUE;
    default:
      return undefined;
  }
}

const IS_TRUE: ReadonlySet<unknown> = new Set([true]);

function necessaryPaths(necessities: Necessities<EventContext>, kind: OpenKind): Necessity {
  const judge = (predicate: Predicate<EventContext>): Judgement => judgeOfOpen(predicate, kind);
  const paths = new Set<string>();
  for (const type of FILTERED_OPENS) {
    for (const { necessity } of necessities.of(type, judge)) {
      if (necessity === 'anything') return 'anything';
      for (const path of necessity) paths.add(path);
    }
  }
  return [...paths];
}

/**
 * What is known of a call that opens a file (no directory: those are always sent) by a path that is absolute and holds
 * neither dots between slashes nor doubled slashes, so that it names the file as rules will see it.
 */
function judgeOfOpen(predicate: Predicate<EventContext>, kind: OpenKind): Judgement {
  const { direct, lookup, subject } = predicate;
  const path = pathJudgement(subject?.key, lookup?.texts);
  if (path !== undefined) return path;
  if (direct === undefined || direct.relation === 'exists') return undefined;
  const { key, relation, constant } = direct;
  if (key === 'fd.nameraw' && relation === 'includes') {
    return /\.\/|\/\//.test(String(constant)) ? false : undefined;
  }
  if (key === 'evt.arg.flags' && relation === 'includes' && constant === 'O_TRUNC') return kind.truncates;
  if (key === 'evt.rawres' || key === 'fd.num') return judgeResult(key, relation, constant, kind.hasFailed);
  const value = knownValue(key, kind);
  return value === undefined ? undefined : judgeValue(value, relation, constant);
}

/** Rules name paths, or directories: a path in one starts with its name. */
function pathJudgement(key: string | undefined, texts: readonly string[] | undefined): Judgement {
  const isPath = key === 'fd.name' || key === 'fd.nameraw' || key === 'fd.directory';
  return isPath && texts !== undefined ? { startsWith: texts } : undefined;
}

function knownValue(key: string, kind: OpenKind): unknown {
  switch (key) {
    case 'evt.is_open_read':
      return kind.reads;
    case 'evt.is_open_write':
      return kind.writes;
    case 'evt.failed':
      return kind.hasFailed;
    case 'evt.res':
      return kind.hasFailed ? undefined : 'SUCCESS';
    case 'fd.typechar':
      return kind.hasFailed ? undefined : 'f';
    case 'fd.type':
      return kind.hasFailed ? undefined : 'file';
    default:
      return undefined;
  }
}

function judgeValue(value: unknown, relation: string, constant: unknown): Judgement {
  switch (relation) {
    case '===':
      return value === constant;
    case '!==':
      return value !== constant;
    case 'has':
      return (constant as ReadonlySet<unknown>).has(value);
    case 'startsWith':
      return String(value).startsWith(String(constant));
    default:
      return undefined;
  }
}

/** Results are descriptors, 0 and above, or negative; a descriptor that was not made has the number -1. */
function judgeResult(key: string, relation: string, constant: unknown, hasFailed: boolean): Judgement {
  if (typeof constant !== 'number') return undefined;
  if (!hasFailed) {
    if (relation === '>=' && constant <= 0) return true;
    if ((relation === '<' && constant <= 0) || (relation === '===' && constant < 0)) return false;
    return undefined;
  }
  if (relation === '>=' && constant >= 0) return false;
  if (relation === '<' && constant >= 0) return true;
  if (relation === '===' && constant >= 0) return false;
  return relation === '===' && constant === -1 && key === 'fd.num' ? true : undefined;
}
