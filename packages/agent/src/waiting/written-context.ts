import { deserialize, serialize } from 'node:v8';
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { createProcess, type Descriptor, hostContainer, type Process, type Tables } from '@seawall/inspector';
import { type FrozenContext, frozenOf } from './freeze-context.ts';

/** An event that waited, as it was read back. */
export interface ReadContext {
  readonly frozen: FrozenContext;
  /** Names of the rules that it waited for. */
  readonly rules: readonly string[];
}

/** Counted up when what is written means something else than before: what earlier versions wrote is not read then. */
const FORMAT = 1;
/** Of one event, and of it packed; what is longer is not written down. */
const LONGEST_BYTES = 256 * 1024;
const LONGEST_TEXT = 64 * 1024;
/** Most of it are names and zeros: the quickest way of packing makes an eighth of it, and etcd writes to the same disk. */
const PACKING = { level: constants.Z_BEST_SPEED };
/** Any of them may be shown, so an event of a thread that has more is not written down. */
const MOST_DESCRIPTORS = 128;

interface Written {
  readonly format: number;
  readonly rules: readonly string[];
  readonly facts: Omit<FrozenContext['context'], 'tables' | 'view' | 'process' | 'container'>;
  readonly view: Omit<FrozenContext['context']['view'], 'data'>;
  readonly process: WrittenProcess | undefined;
  readonly descriptors: readonly (readonly [number, Descriptor])[];
  readonly processes: readonly WrittenProcess[];
  readonly parents: ReadonlyMap<WrittenProcess, WrittenProcess | undefined>;
  readonly leaders: ReadonlyMap<WrittenProcess, WrittenProcess>;
  readonly counts: ReadonlyMap<WrittenProcess, { readonly children: number; readonly threads: number }>;
  readonly users: readonly WrittenUser[];
  readonly groups: readonly WrittenGroup[];
}

type WrittenProcess = Omit<Process, 'descriptors' | 'bookkeeping' | 'verdicts'>;

interface WrittenGroup {
  readonly containerId: string;
  readonly id: number;
  readonly name: string | undefined;
}

interface WrittenUser extends WrittenGroup {
  readonly homeDirectory: string | undefined;
  readonly shell: string | undefined;
}

/** @returns undefined where it can't be written down whole. */
export function writeContext(
  { context, family }: FrozenContext,
  rules: readonly string[],
): string | undefined {
  const { tables, view, process, container: _, ...facts } = context;
  const { data: __, ...plainView } = view;
  if (process !== undefined && process.descriptors.size > MOST_DESCRIPTORS) return undefined;
  const plain = new Map(family.processes.map((known) => [known, plainProcess(known)]));
  const plainOf = (of: Process): WrittenProcess => plain.get(of) as WrittenProcess;
  const users = family.processes.flatMap((known) =>
    [...new Set([known.uid, known.loginUid])].map(
      (id): WrittenUser => ({
        ...{ containerId: known.containerId, id, name: tables.userName(known, id) },
        homeDirectory: tables.userHomeDirectory(known, id),
        shell: tables.userShell(known, id),
      }),
    ),
  );
  const written: Written = {
    format: FORMAT,
    rules,
    facts: { ...facts, descriptor: facts.descriptor && plainDescriptor(facts.descriptor) },
    view: plainView,
    process: process && plainOf(process),
    descriptors:
      process === undefined
        ? []
        : [...process.descriptors.entries()].map(([number, known]) => [number, plainDescriptor(known)]),
    processes: [...plain.values()],
    parents: new Map([...family.parents].map(([of, parent]) => [plainOf(of), parent && plainOf(parent)])),
    leaders: new Map([...family.leaders].map(([of, leader]) => [plainOf(of), plainOf(leader)])),
    counts: new Map([...family.counts].map(([of, counts]) => [plainOf(of), counts])),
    users,
    groups: family.processes.map((known) => ({
      ...{ containerId: known.containerId, id: known.gid, name: tables.groupName(known, known.gid) },
    })),
  };
  const bytes = serialize(written);
  if (bytes.length > LONGEST_BYTES) return undefined;
  const text = deflateRawSync(bytes, PACKING).toString('base64');
  return text.length > LONGEST_TEXT ? undefined : text;
}

/**
 * @param tables of this run: for what is the machine's.
 * @throws where nothing can be made of it, as of what another version wrote.
 */
export function readContext(text: string, tables: Tables): ReadContext {
  const unpacked = inflateRawSync(Buffer.from(text, 'base64'), { maxOutputLength: LONGEST_BYTES });
  const written = deserialize(unpacked) as Written;
  const { format, rules, facts, process, processes, parents, leaders, counts } = written;
  if (format !== FORMAT) throw new Error(`it was written in the format ${format}`);
  // A copy: what it was read from may lie anywhere.
  const bytes = new Uint8Array(written.view.bytes);
  const view = { ...written.view, bytes, data: new DataView(bytes.buffer) };
  const descriptors = new Map(written.descriptors);
  const whole = new Map(
    processes.map((known): [WrittenProcess, Process] => {
      const isOwn = known.pid === process?.pid;
      return [
        known,
        {
          ...createProcess(known.tid),
          ...known,
          container: known.containerId === '' ? hostContainer : known.container,
          descriptors: isOwn ? descriptors : new Map(),
        },
      ];
    }),
  );
  const wholeOf = (of: WrittenProcess): Process => whole.get(of) as Process;
  const family = {
    processes: [...whole.values()],
    parents: new Map([...parents].map(([of, parent]) => [wholeOf(of), parent && wholeOf(parent)])),
    leaders: new Map([...leaders].map(([of, leader]) => [wholeOf(of), wholeOf(leader)])),
    counts: new Map([...counts].map(([of, known]) => [wholeOf(of), known])),
  };
  const context = { ...facts, view, process: process && wholeOf(process), container: undefined };
  const frozen = frozenOf(context, family, tablesOf(written, family.processes, tables));
  // This run may still have to find out.
  Object.defineProperty(frozen.context.tables, 'machine', { get: () => tables.machine });
  return { frozen, rules };
}

/** Those of this run, but for what was written. Pids mean others by now, so that of processes nothing else is known. */
function tablesOf({ users, groups }: Written, processes: readonly Process[], tables: Tables): Tables {
  const find = <Known extends WrittenGroup>(
    all: readonly Known[],
    { containerId }: Process,
    id: number,
  ): Known | undefined => all.find((known) => known.id === id && known.containerId === containerId);
  return {
    ...tables,
    process: (tid) => processes.find((process) => process.tid === tid),
    parent: () => undefined,
    leader: () => undefined,
    childCount: () => 0,
    threadCount: () => 0,
    userName: (process, id) => (find(users, process, id) ?? { name: tables.userName(process, id) }).name,
    userHomeDirectory: (process, id) =>
      (find(users, process, id) ?? { homeDirectory: tables.userHomeDirectory(process, id) }).homeDirectory,
    userShell: (process, id) => (find(users, process, id) ?? { shell: tables.userShell(process, id) }).shell,
    groupName: (process, id) => (find(groups, process, id) ?? { name: tables.groupName(process, id) }).name,
  };
}

function plainProcess(process: Process): WrittenProcess {
  const { descriptors: _, bookkeeping: __, verdicts: ___, ...plain } = process;
  return { ...plain, container: plain.containerId === '' ? undefined : plain.container };
}

function plainDescriptor(descriptor: Descriptor): Descriptor {
  return { ...descriptor, verdicts: undefined };
}
