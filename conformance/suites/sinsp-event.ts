import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type DescriptorEntry,
  EVENT_TYPE_COUNT,
  type EventBatch,
  moveTo,
  type ProcessEntry,
} from '@seawall/events';
import {
  createInspector,
  createSyscallCatalogue,
  type Inspector,
  type SyscallCatalogue,
} from '@seawall/inspector';
import {
  bindCondition,
  bindOperand,
  interpret,
  parseCondition,
  parseOperandAt,
  renderOperand,
} from '@seawall/rules';
import { type Failure, parserOfVectors, type Suite } from '../suite.ts';

interface Vector {
  readonly test: string;
  readonly steps: readonly Step[];
  /** What of C++ state the test itself set or read beside the events. */
  readonly test_body_touches_inspector?: readonly string[];
  readonly uses_plugins?: boolean;
  /** Its fields include `static.example`. */
  readonly uses_plugin_filterlist?: boolean;
}

interface Step {
  readonly op:
    | 'open'
    | 'event'
    | 'next'
    | 'get_field'
    | 'field_has_value'
    | 'eval_filter'
    | 'filter_compiles';
  readonly threads?: readonly Thread[];
  /** A whole event in hexadecimal. */
  readonly raw?: string;
  /** A field or a condition. */
  readonly arg?: string;
  readonly result?: string | boolean;
  readonly throws?: string;
  readonly end?: boolean;
  readonly evt_num?: number;
}

interface Thread {
  /** All numbers as text. */
  readonly info: Readonly<Record<string, string>>;
  readonly fds: readonly {
    readonly fd: number;
    readonly ino: number;
    readonly type: number;
    readonly open_flags: number;
    readonly fname: string;
    readonly mount_id: number;
    readonly dev: number;
  }[];
}

/** The CPU that the upstream tests put their events on. */
const TEST_CPU = 1;
const checks: ReadonlySet<string> = new Set([
  'get_field',
  'field_has_value',
  'eval_filter',
  'filter_compiles',
]);

export const suite: Suite = {
  file: 'sinsp_event_vectors.json',
  title: 'fields and conditions over made-up events give what libsinsp gives',
  async run(folder) {
    const { tests } = JSON.parse(await readFile(join(folder, 'sinsp_event_vectors.json'), 'utf8')) as {
      readonly tests: readonly Vector[];
    };
    const failures: Failure[] = [];
    let total = 0;
    let leftOut = 0;
    for (const vector of tests) {
      const count = vector.steps.filter(({ op }) => checks.has(op)).length;
      if (touchesInternals(vector)) {
        leftOut += count;
        continue;
      }
      total += count;
      failures.push(...runVector(vector));
    }
    return {
      passed: total - failures.length,
      total,
      failures,
      leftOut: {
        count: leftOut,
        reason: "their tests set or read libsinsp's own tables and plugins beside the events",
      },
    };
  },
};

function touchesInternals(vector: Vector): boolean {
  return vector.test_body_touches_inspector !== undefined || vector.uses_plugins === true;
}

function runVector({ test, steps, uses_plugin_filterlist: hasStaticFields }: Vector): Failure[] {
  const failures: Failure[] = [];
  const catalogue = createSyscallCatalogue(
    hasStaticFields ? { staticFields: { example: 'example_value' } } : {},
  );
  // The vectors were made without the container plugin: to them every process is the host's.
  const inspector = createInspector({ ignoresContainers: true });
  const waiting: Uint8Array[] = [];
  let number = 0;
  for (const step of steps) {
    if (step.op === 'open') seed(inspector, step.threads!);
    else if (step.op === 'event') waiting.push(Uint8Array.from(Buffer.from(step.raw!, 'hex')));
    else if (step.op === 'next') {
      for (let isShown = false; !isShown && waiting.length > 0; )
        isShown = feed(inspector, waiting.shift()!, ++number);
    } else {
      const detail = differenceOf(step, inspector, catalogue);
      if (detail !== undefined) failures.push({ name: `${test}: ${step.op} ${step.arg}`, detail });
    }
  }
  return failures;
}

function seed(inspector: Inspector, threads: readonly Thread[]): void {
  inspector.load({ kind: 'processes', processes: threads.map(({ info }) => processEntry(info)) });
  for (const { info, fds } of threads) {
    inspector.load({ kind: 'descriptors', tid: Number(info.tid), descriptors: fds.map(descriptorEntry) });
  }
}

function feed(inspector: Inspector, bytes: Uint8Array, number: number): boolean {
  const { view } = inspector.context;
  const batch: EventBatch = {
    bytes,
    data: new DataView(bytes.buffer),
    count: 1,
    offsets: Uint32Array.of(0),
    cpus: Uint16Array.of(TEST_CPU),
    numbers: Float64Array.of(number),
  };
  moveTo(view, batch, 0);
  return view.type < EVENT_TYPE_COUNT && inspector.apply(view);
}

/** What the check gives instead of what is expected, undefined where it is the same. */
function differenceOf(step: Step, { context }: Inspector, catalogue: SyscallCatalogue): string | undefined {
  const outcome = outcomeOf(() => {
    if (step.op === 'eval_filter')
      return interpret(bindCondition(parseCondition(step.arg!, parserOfVectors), catalogue))(context);
    if (step.op === 'filter_compiles')
      return bindCondition(parseCondition(step.arg!, parserOfVectors), catalogue) !== undefined;
    const operand = bindOperand(parseOperandAt(step.arg!, 0), catalogue);
    const text = renderOperand(operand, context);
    return step.op === 'get_field' ? (text ?? null) : text !== undefined;
  });
  if (step.throws !== undefined)
    return 'thrown' in outcome ? undefined : `${outcome.value} instead of "${step.throws}"`;
  if ('thrown' in outcome) {
    const isRefusal = step.op === 'filter_compiles' && step.result === false;
    return isRefusal ? undefined : `threw "${outcome.thrown}" instead of ${JSON.stringify(step.result)}`;
  }
  const { value } = outcome;
  return value === step.result
    ? undefined
    : `${JSON.stringify(value)} instead of ${JSON.stringify(step.result)}`;
}

type Outcome = { readonly value: unknown } | { readonly thrown: string };

function outcomeOf(check: () => unknown): Outcome {
  try {
    return { value: check() };
  } catch (error) {
    return { thrown: error instanceof Error ? error.message : String(error) };
  }
}

function strings(text: string): string[] {
  const whole = text.endsWith('\0') ? text.slice(0, -1) : text;
  return whole === '' ? [] : whole.split('\0');
}

function processEntry(info: Thread['info']): ProcessEntry {
  const number = (key: string): number => Number(info[key]);
  const integer = (key: string): bigint => BigInt(info[key]!);
  const text = (key: string): string => info[key]!;
  return {
    tid: number('tid'),
    pid: number('pid'),
    parentTid: number('ptid'),
    sessionId: number('sid'),
    vpgid: number('vpgid'),
    pgid: number('pgid'),
    comm: text('comm'),
    exe: text('exe'),
    exepath: text('exepath'),
    args: strings(text('args')),
    environment: strings(text('env')),
    cwd: text('cwd'),
    root: text('root'),
    descriptorLimit: number('fdlimit'),
    flags: number('flags'),
    uid: number('uid'),
    gid: number('gid'),
    memory: {
      virtualSize: number('vmsize_kb'),
      residentSize: number('vmrss_kb'),
      swapSize: number('vmswap_kb'),
      majorFaults: number('pfmajor'),
      minorFaults: number('pfminor'),
    },
    vtid: number('vtid'),
    vpid: number('vpid'),
    cgroups: strings(text('cgroups')),
    pidNamespaceStart: integer('pidns_init_start_ts'),
    tty: number('tty'),
    loginUid: number('loginuid'),
    isExeWritable: text('exe_writable') === '1',
    isExeUpperLayer: text('exe_upper_layer') === '1',
    isExeLowerLayer: text('exe_lower_layer') === '1',
    isExeFromMemfd: text('exe_from_memfd') === '1',
    exeInode: integer('exe_ino'),
    exeInodeCtime: integer('exe_ino_ctime'),
    exeInodeMtime: integer('exe_ino_mtime'),
    capabilities: {
      inheritable: integer('cap_inheritable'),
      permitted: integer('cap_permitted'),
      effective: integer('cap_effective'),
    },
    cloneTime: integer('clone_ts'),
  };
}

function descriptorEntry(entry: Thread['fds'][number]): DescriptorEntry {
  return {
    fd: entry.fd,
    inode: BigInt(entry.ino),
    type: entry.type,
    body: {
      kind: 'file',
      openFlags: entry.open_flags,
      name: entry.fname,
      mountId: entry.mount_id,
      device: entry.dev,
    },
  };
}
