// What watching this machine live costs the programs on it. Rounds alternate between nothing, an empty program on
// every system call (its cost on getppid is 1 unit) and watching with the rules; medians and their spread. All of it is
// processor time of one program on one CPU, while that CPU's core has no other work: the neighbours of a virtual machine
// on the core's other thread make calls of the kernel half as long again, for seconds.
import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { buildProbe, probeSupport } from '@seawall/probe';
import { createUsage, type Usage } from '../scripts/usage.ts';
import { scratchFolder } from './scratch-folder.ts';
import { median, spread } from './statistics.ts';

const CASES = [
  { name: 'getppid', count: 300_000 },
  { name: 'read', count: 200_000 },
  { name: 'open', count: 50_000 },
  { name: 'connect', count: 2_000 },
  { name: 'fork', count: 80 },
] as const;
/** Each case is measured so often in a round, and the least counts: what others do on the machine only ever adds. */
const REPETITIONS = 2;
/** For so long the core is looked at first, to see what it is like without other work. */
const LOOKING_SECONDS = 15;
/** Pairs of opening and closing while the agent's own processor time is taken. */
const AGENT_PAIRS = 6_000_000;

type CaseName = (typeof CASES)[number]['name'];
const CASE_NAMES = CASES.map(({ name }) => name);

const usage: Usage = createUsage('npm run bench:live -- [--rounds N] [--rules FILE]... [--json]');
const { values } = usage.read({
  options: {
    rounds: { type: 'string', default: '20' },
    rules: { type: 'string', multiple: true },
    json: { type: 'boolean', default: false },
  },
});

const support = probeSupport();
const roundsWanted = usage.wholeNumber('--rounds', values.rounds, 1);
const stock = usage.shared('conformance', 'stock-rules', 'falco_rules.yaml');
const rules = values.rules?.map(usage.file) ?? (stock === undefined ? [] : [stock]);
if (!support.isSupported || rules.length === 0) {
  const reason = support.isSupported ? 'no rules: name some with --rules' : support.reason;
  process.stderr.write(`SKIPPED: ${reason}\n`);
  process.exit(3);
}

const folder = scratchFolder();
const native = join(import.meta.dirname, '..', 'packages', 'probe', 'native', 'testing');
const headers = `/usr/include/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;
compile('cc', '-O2', '-o', join(folder, 'measure'), join(native, 'measure.c'));
compile(
  'clang',
  ...['-O2', '-g', '-target', 'bpf', '-I', headers],
  ...['-c', join(native, 'empty.bpf.c'), '-o', join(folder, 'empty.o')],
);
const loader = createRequire(import.meta.url)(buildProbe().addon);

interface Round {
  readonly off: Record<CaseName, number>;
  /** With an empty program on every system call. */
  readonly emptyGetppid: number;
  /** With an empty program where files are opened: what the kernel takes itself for a tracepoint, on its own call and on others. */
  readonly emptyOpen: Readonly<Record<'getppid' | 'open', number>>;
  readonly on: Record<CaseName, number>;
}

/** How the core is known to have no other work: see native/testing/core.h. */
const alone = measure('alone', LOOKING_SECONDS);
const agent = fork(join(import.meta.dirname, 'live-agent.ts'), rules, { execArgv: process.execArgv });
const rounds: Round[] = [];
for (let round = 0; round < roundsWanted; round += 1) {
  await isClear();
  const off = measureEach(CASE_NAMES);
  const emptyGetppid = measureWith('empty', 'getppid').getppid;
  const emptyOpen = measureWith('empty_open', 'getppid', 'open');
  await startWatching(agent);
  const on = measureEach(CASE_NAMES);
  await stopWatching(agent);
  rounds.push({ off, emptyGetppid, emptyOpen, on });
  process.stderr.write(`round ${round + 1} of ${roundsWanted}\n`);
}
await startWatching(agent);
const { share: agentShare, bytes: agentBytes } = measureAgent(agent);
const accounting = await stopWatching(agent);
agent.disconnect();
print();

function compile(command: string, ...parameters: string[]): void {
  const { status, stderr } = spawnSync(command, parameters, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${parameters.join(' ')}: ${stderr}`);
}

/** Calls the program of native/testing/measure.c: gives the numbers that it prints. */
function measure(...parameters: readonly (string | number)[]): readonly number[] {
  const { stdout, status } = spawnSync(join(folder, 'measure'), parameters.map(String), { encoding: 'utf8' });
  if (status === 3) throw new Error('the core had other work all the time: nothing can be measured');
  if (status !== 0) throw new Error(`measuring ${parameters.join(' ')} failed`);
  return stdout.trim().split(' ').map(Number);
}

/** Nanoseconds of processor time for each time that it is done, in the pieces that others left alone. */
function measureAlone(name: CaseName): number {
  const { count } = CASES.find((one) => one.name === name)!;
  return measure(name, count, ...alone)[0];
}

function measureEach<Name extends CaseName>(names: readonly Name[]): Record<Name, number> {
  const least = Object.fromEntries(names.map((name) => [name, Number.POSITIVE_INFINITY])) as Record<
    Name,
    number
  >;
  for (let repetition = 0; repetition < REPETITIONS; repetition += 1) {
    for (const name of names) least[name] = Math.min(least[name], measureAlone(name));
  }
  return least;
}

/** What the cases take while that program of `empty.bpf.c` is on. */
function measureWith<Name extends CaseName>(
  program: string,
  ...names: readonly Name[]
): Record<Name, number> {
  const probe = loader.open(join(folder, 'empty.o'), {});
  try {
    loader.load(probe);
    loader.attach(probe, program);
    return measureEach(names);
  } finally {
    loader.close(probe);
  }
}

/** Waits until the kernel has taken the programs of the last round off. */
async function isClear(): Promise<void> {
  while (readdirSync('/proc').some(isReleasing)) await pause(100);
}

function isReleasing(pid: string): boolean {
  if (!/^\d+$/.test(pid)) return false;
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8') === 'seawall-release\n';
  } catch {
    // It has just ended.
    return false;
  }
}

async function startWatching(child: ChildProcess): Promise<void> {
  await ask(child, 'start');
  // Its start, with the look through /proc, is not what is measured.
  await pause(500);
}

async function stopWatching(child: ChildProcess): Promise<unknown> {
  return ask(child, 'stop');
}

function ask(child: ChildProcess, question: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const hasEnded = (): void => reject(new Error('the agent ended'));
    child.once('exit', hasEnded);
    child.once('message', (answer) => {
      child.off('exit', hasEnded);
      resolve(answer);
    });
    child.send(question);
  });
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** The agent's processor time while files are opened and closed, as a part of what that takes itself; its peak memory. */
function measureAgent({ pid }: ChildProcess): { readonly share: number; readonly bytes: number } {
  const before = processorTime(pid as number);
  const whole = measure('open', AGENT_PAIRS)[1] * AGENT_PAIRS;
  const used = processorTime(pid as number) - before;
  const [, peak = '0'] = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return { share: used / whole, bytes: Number(peak) * 1024 };
}

function processorTime(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10_000_000;
}

function print(): void {
  const unit = median(rounds.map(({ off, emptyGetppid }) => emptyGetppid - off.getppid));
  const rows = CASES.map(({ name }) => {
    const added = rounds.map(({ off, on }) => on[name] - off[name]);
    const base = median(rounds.map(({ off }) => off[name]));
    return {
      name,
      nanoseconds: base,
      added: median(added),
      units: median(added) / unit,
      unitsSpread: spread(added) / unit,
      percent: (100 * median(added)) / base,
      percentSpread: (100 * spread(added)) / base,
    };
  });
  const floorOf = (name: 'getppid' | 'open'): number =>
    median(rounds.map(({ off, emptyOpen }) => emptyOpen[name] - off[name])) / unit;
  const floors = { getppid: floorOf('getppid'), open: floorOf('open') };
  if (values.json) {
    const all = { unit, floors, rows, agentShare, agentBytes, accounting, rounds: rounds.length };
    process.stdout.write(`${JSON.stringify(all, null, 2)}\n`);
    return;
  }
  process.stdout.write(
    `1 unit: ${unit.toFixed(0)} ns, an empty program's cost on getppid; ${rounds.length} rounds\n`,
  );
  for (const row of rows) {
    process.stdout.write(
      `${row.name.padEnd(8)} ${row.nanoseconds.toFixed(0).padStart(8)} ns  +${row.units.toFixed(2)} units (±${row.unitsSpread.toFixed(2)})  +${row.percent.toFixed(1)} % (±${row.percentSpread.toFixed(1)})\n`,
    );
  }
  process.stdout.write(
    `the kernel's own part, with an empty program where files are opened: getppid ${floors.getppid.toFixed(2)} units, open ${floors.open.toFixed(2)}\n`,
  );
  process.stdout.write(
    `agent: ${(100 * agentShare).toFixed(0)} % of the processor time of the opening and closing itself; peak ${(agentBytes / 1e6).toFixed(0)} MB\n`,
  );
}
