import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type EventContext, processScopes } from '@seawall/inspector';
import { type CompilableRule, compileProgram, type FieldCatalogue } from '@seawall/rules';
import { createTestSource, INIT } from '../packages/inspector/src/testing/source.ts';

/** What was left in memory after so many processes had come and gone. */
export interface ChurnSample {
  readonly processes: number;
  /** Bytes of the heap in use after a full collection, buffers included. */
  readonly heapBytes: number;
  /** Residues that the program remembers. */
  readonly residues: number;
  /** Threads in the inspector's tables. */
  readonly threads: number;
}

export interface ChurnReport {
  readonly samples: readonly ChurnSample[];
  /** The most residues that were ever remembered at once. */
  readonly mostResidues: number;
  /** How often all residues were forgotten to make room. */
  readonly timesForgotten: number;
  readonly alerts: number;
}

export interface ChurnOptions {
  readonly processes: number;
  readonly samples: number;
  readonly rules: readonly CompilableRule<EventContext>[];
  readonly catalogue: FieldCatalogue<EventContext>;
  /** Bytes of each one's last argument, last variable of the environment and file; no more than they take unless told. */
  readonly textBytes?: number;
}

const SHELL = 100;
const DIGITS = '0123456789abcdef';
const FIRST_TID = 1000;
/** As kernels do, ids are used again. */
const TIDS = 30_000;

/** Conditions over whatever a process can choose for itself; the digits make each argument a case of its own. */
const churnConditions: readonly string[] = [
  'proc.name startswith pa',
  'proc.exepath endswith 3',
  'proc.pname = bash and proc.cwd contains z',
  'proc.env contains 99',
  'evt.type = openat and fd.name contains 11',
  ...Array.from(DIGITS, (digit) => `proc.args contains ${digit} and proc.exepath startswith /tmp`),
];

/** Rule files' text of one rule for each of these conditions. */
export function churnRules(): string {
  return churnConditions
    .map(
      (condition, index) =>
        `- rule: Chosen ${index}\n  desc: d\n  condition: evt.type != read and ${condition}\n  output: o\n  priority: INFO\n`,
    )
    .join('');
}

/**
 * Lets many short processes come and go, each with a name, arguments, an environment, a folder, a cgroup and files of
 * its own, and asks the rules about each event, as somebody would who wants to fill the memory of a watcher.
 */
export function churnProcesses({
  processes,
  samples,
  rules,
  catalogue,
  textBytes = 0,
}: ChurnOptions): ChurnReport {
  const collect = exposeCollector();
  const source = createTestSource();
  const { context, inspector } = source;
  const program = compileProgram(rules, catalogue, processScopes);
  const taken: ChurnSample[] = [];
  let mostResidues = 0;
  let alerts = 0;
  source.thread(INIT);
  source.thread({ tid: SHELL, comm: 'bash', exe: '/bin/bash', exepath: '/bin/bash' });

  function ask(): void {
    alerts += program.evaluate(context, context.view.type);
    mostResidues = Math.max(mostResidues, program.memory.residues);
  }

  function live(index: number): void {
    const tid = FIRST_TID + (index % TIDS);
    const name = `p${index.toString(36)}`;
    const long = (text: string): string => text.padEnd(textBytes, DIGITS);
    const path = `/tmp/${name}/bin/${name}`;
    source.clone(SHELL, tid);
    ask();
    source.cloned(tid, SHELL);
    ask();
    source.exec(tid, {
      exe: path,
      args: [`--unique=${scramble(index)}`, long(`/srv/${name}`)],
      comm: name,
      env: [`TOKEN=${index}`, long(`HOME=/home/${name}`)],
      trusted_exepath: path,
      cwd: `/tmp/${name}`,
      cgroups: [`cpuset=/user.slice/${name}.scope`],
    });
    ask();
    source.event(tid, 'SYSCALL_OPENAT_2_X', { fd: 3, dirfd: -100, name: long(`/etc/${name}`), flags: 1 });
    ask();
    source.exit(tid);
    ask();
  }

  for (let index = 0; index < processes; index += 1) {
    live(index);
    if ((index + 1) % Math.floor(processes / samples) !== 0) continue;
    collect();
    const { heapUsed, external } = process.memoryUsage();
    taken.push({
      processes: index + 1,
      heapBytes: heapUsed + external,
      residues: program.memory.residues,
      threads: inspector.counters.processes,
    });
  }
  return { samples: taken, mostResidues, timesForgotten: program.memory.epoch, alerts };
}

/** Eight hexadecimal digits that look random; no two indexes have the same. */
function scramble(index: number): string {
  return (Math.imul(index + 1, 0x9e37_79b1) >>> 0).toString(16).padStart(8, '0');
}

/** The highest use of the heap in one half of the samples and in the other: equal where nothing grows. */
export function heapPeaks({ samples }: ChurnReport): { readonly before: number; readonly after: number } {
  const half = samples.length >> 1;
  const peak = (some: readonly ChurnSample[]) => Math.max(...some.map(({ heapBytes }) => heapBytes));
  return { before: peak(samples.slice(0, half)), after: peak(samples.slice(half)) };
}

/** A full garbage collection, without a flag on the command line. */
function exposeCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
