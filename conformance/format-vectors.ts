import { type EventBatch, eventTypeOfSymbol, moveTo, type ProcessEntry } from '@seawall/events';
import { createInspector, createSyscallCatalogue, type EventContext } from '@seawall/inspector';
import { exampleProcess } from '@seawall/inspector/testing';
import { createOutputFormat, jsonText, textFromBytes } from '@seawall/rules';

export interface FormatVector {
  readonly test: string;
  readonly fmt: string;
  readonly output_format: 'NORMAL' | 'JSON';
  readonly resolve_transformers: boolean;
  /** The thread that the event is of. */
  readonly tid: number;
  readonly throws?: string;
  readonly res?: boolean;
  readonly output?: string;
  /** What this and all formats before it in the same test show. */
  readonly field_names?: readonly string[];
  readonly field_values?: Readonly<Record<string, string>>;
}

/** What Seawall makes otherwise of each vector, undefined where it is the same; in the order of the vectors. */
export function formatDifferences(vectors: readonly FormatVector[]): (string | undefined)[] {
  const shownByTest = new Map<string, Shown>();
  return vectors.map((vector) => {
    const shown = shownByTest.get(vector.test) ?? { names: [], values: {} };
    shownByTest.set(vector.test, shown);
    try {
      return difference(vector, shown);
    } catch (error) {
      return vector.throws === undefined ? `refused: ${(error as Error).message}` : undefined;
    }
  });
}

interface Shown {
  readonly names: string[];
  readonly values: Record<string, string>;
}

function difference(vector: FormatVector, shown: Shown): string | undefined {
  const context = failedGetcwd(vector.tid);
  const format = createOutputFormat(vector.fmt, createSyscallCatalogue(), {
    namesTransformers: vector.resolve_transformers,
  });
  if (vector.throws !== undefined) return 'accepted';
  shown.names.push(...format.names);
  const values = format.values(context);
  for (const [name, value] of values.values) shown.values[name] = value;
  const text = format.text(context);
  const json = format.json(context);
  const isJson = vector.output_format === 'JSON';
  const jsonOutput = json.values.size === 0 ? 'null' : jsonText({ object: json.values });
  return (
    compare('output', isJson ? jsonOutput : textFromBytes(text.text), vector.output) ??
    compare('complete', values.isComplete && (isJson ? json : text).isComplete, vector.res) ??
    compare('names', shown.names, vector.field_names) ??
    compare('values', Object.entries(shown.values).sort(), Object.entries(vector.field_values!).sort())
  );
}

function compare(what: string, found: unknown, wanted: unknown): string | undefined {
  const [one, other] = [JSON.stringify(found), JSON.stringify(wanted)];
  return one === other ? undefined : `${what} ${one} instead of ${other}`;
}

/** The event that the vectors are made with: a call of getcwd that failed, by the thread of that id. */
function failedGetcwd(tid: number): EventContext {
  const inspector = createInspector({ ignoresContainers: true });
  const processes = [
    processEntry(1, 'init', '/sbin/init', ['context', 'ls', '--format', '{{json .}}']),
    processEntry(2, 'bash', 'bash', []),
    processEntry(3, 'child', 'child', []),
  ];
  inspector.load({ kind: 'processes', processes });
  const path = Buffer.from('/test/dir\0');
  const bytes = Buffer.alloc(38 + path.length);
  bytes.writeBigUInt64LE(1_566_230_400_000_000_000n, 0);
  bytes.writeBigInt64LE(BigInt(tid), 8);
  bytes.writeUInt32LE(bytes.length, 16);
  bytes.writeUInt16LE(eventTypeOfSymbol('SYSCALL_GETCWD_X').id, 20);
  bytes.writeUInt32LE(2, 22);
  bytes.writeUInt16LE(8, 26);
  bytes.writeUInt16LE(path.length, 28);
  bytes.writeBigInt64LE(-1n, 30);
  bytes.set(path, 38);
  const batch: EventBatch = {
    bytes,
    data: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    count: 1,
    offsets: Uint32Array.of(0),
    cpus: Uint16Array.of(0),
    numbers: Float64Array.of(1),
  };
  const { context } = inspector;
  moveTo(context.view, batch, 0);
  inspector.apply(context.view);
  return context;
}

/** A thread whose parent is the one before it, running what init runs under another name. */
function processEntry(tid: number, comm: string, exe: string, args: readonly string[]): ProcessEntry {
  const cloneTime = 1_566_230_400_000_000_000n;
  const { pgid: _, ...process } = exampleProcess(tid, { parentTid: tid - 1, comm, exe, args, cloneTime });
  return { ...process, exepath: '/sbin/init', cgroups: [] };
}
