// `npm run bench:live -- [--rounds N] [--rules FILE...] [--json]`
// What watching this machine live costs the programs on it. Rounds alternate between nothing, an empty program on
// every system call (its cost on getppid is 1 unit) and `seawall watch` with the rules; medians and their spread.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildProbe, probeSupport } from '@seawall/probe';
import { locateShared } from '../test/shared.ts';

const CASES = [
  { name: 'getppid', count: 1_000_000 },
  { name: 'read', count: 500_000 },
  { name: 'open', count: 150_000 },
  { name: 'connect', count: 4_000 },
  { name: 'fork', count: 150 },
] as const;

type CaseName = (typeof CASES)[number]['name'];

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    rules: { type: 'string', multiple: true },
    json: { type: 'boolean', default: false },
  },
});

const support = probeSupport();
const stock = locateShared('conformance', 'stock-rules', 'falco_rules.yaml');
const rules = values.rules ?? (stock === undefined ? [] : [stock]);
if (!support.isSupported || rules.length === 0) {
  const reason = support.isSupported ? 'no rules: name some with --rules' : support.reason;
  process.stderr.write(`SKIPPED: ${reason}\n`);
  process.exit(3);
}

const folder = mkdtempSync(join(tmpdir(), 'seawall-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const native = join(import.meta.dirname, '..', 'packages', 'probe', 'native', 'testing');
const headers = `/usr/include/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;
compile('cc', '-O2', '-o', join(folder, 'measure'), join(native, 'measure.c'));
compile(
  'clang',
  '-O2',
  '-g',
  '-target',
  'bpf',
  '-I',
  headers,
  '-c',
  join(native, 'empty.bpf.c'),
  '-o',
  join(folder, 'empty.o'),
);
const loader = createRequire(import.meta.url)(buildProbe().addon);

interface Round {
  readonly off: Record<CaseName, number>;
  readonly emptyGetppid: number;
  readonly on: Record<CaseName, number>;
  readonly agentShare: number;
  readonly agentBytes: number;
}

const rounds: Round[] = [];
for (let round = 0; round < Number(values.rounds); round += 1) {
  const off = measureAll();
  const emptyGetppid = measureWithEmptyProgram();
  const agent = await startAgent();
  const on = measureAll();
  const { share, bytes } = measureAgent(agent);
  await stopAgent(agent);
  rounds.push({ off, emptyGetppid, on, agentShare: share, agentBytes: bytes });
  process.stderr.write(`round ${round + 1} of ${values.rounds}\n`);
}
print();

function compile(command: string, ...parameters: string[]): void {
  const { status, stderr } = spawnSync(command, parameters, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${parameters.join(' ')}: ${stderr}`);
}

/** Nanoseconds of processor time for each time that it is done: what others do on the machine counts least in it. */
function measure(name: CaseName, count: number): { readonly each: number; readonly whole: number } {
  const { stdout, status } = spawnSync(join(folder, 'measure'), [name, String(count)], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`measuring ${name} failed`);
  const each = Number(stdout.trim().split(' ')[1]);
  return { each, whole: each * count };
}

function measureAll(): Record<CaseName, number> {
  const entries = CASES.map(({ name, count }) => [name, measure(name, count).each]);
  return Object.fromEntries(entries) as Record<CaseName, number>;
}

function measureWithEmptyProgram(): number {
  const probe = loader.open(join(folder, 'empty.o'), {});
  try {
    loader.load(probe);
    loader.attach(probe, 'empty');
    return measure('getppid', CASES[0].count).each;
  } finally {
    loader.close(probe);
  }
}

function startAgent(): Promise<ChildProcess> {
  const main = join(import.meta.dirname, '..', 'packages', 'cli', 'src', 'main.ts');
  const parameters = [...process.execArgv, main, 'watch', '--rules', ...rules, '--summary', 'none'];
  const agent = spawn(process.execPath, parameters, { stdio: ['ignore', 'ignore', 'pipe'] });
  return new Promise((resolve, reject) => {
    let said = '';
    agent.stderr.on('data', (bytes: Buffer) => {
      said += bytes.toString();
      // Its start, with the look through /proc, is not what is measured.
      if (said.includes('watching this machine')) setTimeout(() => resolve(agent), 1500);
    });
    agent.on('exit', () => reject(new Error(`the agent ended: ${said}`)));
  });
}

/** The agent's processor time while files are opened and closed, as a part of what that takes itself; its peak memory. */
function measureAgent({ pid }: ChildProcess): { readonly share: number; readonly bytes: number } {
  const before = processorTime(pid as number);
  const { whole } = measure('open', 10 * CASES[2].count);
  const used = processorTime(pid as number) - before;
  const [, peak = '0'] = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return { share: used / whole, bytes: Number(peak) * 1024 };
}

function processorTime(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10_000_000;
}

function stopAgent(agent: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    agent.removeAllListeners('exit');
    agent.on('exit', () => resolve());
    agent.kill('SIGINT');
  });
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((left, right) => left - right);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

/** Half the distance between the quartiles. */
function spread(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((left, right) => left - right);
  return (
    (sorted[Math.floor((sorted.length - 1) * 0.75)] - sorted[Math.floor((sorted.length - 1) * 0.25)]) / 2
  );
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
  const agentShare = median(rounds.map((round) => round.agentShare));
  const agentBytes = Math.max(...rounds.map((round) => round.agentBytes));
  if (values.json) {
    process.stdout.write(
      `${JSON.stringify({ unit, rows, agentShare, agentBytes, rounds: rounds.length }, null, 2)}\n`,
    );
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
    `agent: ${(100 * agentShare).toFixed(0)} % of the processor time of the opening and closing itself; peak ${(agentBytes / 1e6).toFixed(0)} MB\n`,
  );
}
