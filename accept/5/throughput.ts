import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { probeSupport } from '@seawall/probe';
import { openStore } from '@seawall/store';
import type { AcceptanceResult } from '../row.ts';
import { readMetric, startAgentProcess, untilReady } from './support/agent-process.ts';

export const title =
  '100,000 findings/min for 5 minutes: agent keeps up on one core or says exactly what it sheds; memory bounded';

const MINUTES = 5;
const PER_MINUTE = 100_000;
const MEMORY_LIMIT = 512;

const RULES = `
- rule: Opened
  desc: Somebody opened a file of the test's.
  condition: evt.type in (open, openat) and fd.name startswith /nowhere/seawall-
  output: "opened (file=%fd.name command=%proc.cmdline)"
  priority: NOTICE
`;

/** Opens names that are not there at an even pace: each is one event, and one finding of one of a hundred groups. */
const LOAD = `
import os, time
begun = time.monotonic()
for number in range(TOTAL):
    try: os.open("/nowhere/seawall-%d/%012d" % (number % 100, number), os.O_RDONLY)
    except OSError: pass
    ahead = begun + number * 60 / PER_MINUTE - time.monotonic()
    if ahead > 0.002: time.sleep(ahead)
`;

export async function run(): Promise<AcceptanceResult> {
  const support = probeSupport();
  if (!support.isSupported) return { skipped: support.reason };
  const folder = mkdtempSync(join(tmpdir(), 'seawall-accept-'));
  writeFileSync(join(folder, 'rules.yaml'), RULES);
  const configuration = join(folder, 'seawall.yaml');
  writeFileSync(
    configuration,
    `rules: [rules.yaml]
source: { runtimes: [] }
store: { path: store/seawall.db }
captures: { directory: captures }
http: { listen: '127.0.0.1:0' }
limits: { memoryMebibytes: ${MEMORY_LIMIT}, cpuPercent: 100 }
`,
  );
  const agent = startAgentProcess(configuration);
  try {
    const address = await untilReady(agent, 60_000);
    const total = MINUTES * PER_MINUTE;
    const code = LOAD.replace('TOTAL', String(total)).replace('PER_MINUTE', String(PER_MINUTE));
    const pid = agent.process.pid as number;
    const cpuBefore = cpuSecondsOf(pid);
    const started = performance.now();
    const load = spawn('python3', ['-c', code], { stdio: 'inherit' });
    const ended = new Promise<void>((resolve) => load.on('exit', () => resolve()));
    let isLoading = true;
    ended.then(() => {
      isLoading = false;
    });
    let peak = 0;
    let half = 0;
    while (isLoading) {
      await wait(1000);
      const memory = memoryOf(pid);
      peak = Math.max(peak, memory);
      if (performance.now() - started < (MINUTES * 60_000) / 2) half = peak;
    }
    const seconds = (performance.now() - started) / 1000;
    const cpu = (cpuSecondsOf(pid) - cpuBefore) / seconds;
    await untilStored(address);
    const found = sum(await readMetric(address, 'seawall_findings_total'));
    const shed = sum(await readMetric(address, 'seawall_findings_shed_total'));
    const dropped = await droppedOf(address);
    agent.process.kill('SIGTERM');
    await agent.ended;
    const store = openStore({ path: join(folder, 'store', 'seawall.db'), access: 'read' });
    const { occurrences } = await store.statistics();
    await store.close();
    const missing = total - occurrences - shed - dropped;
    return {
      figure: `${total} made in ${seconds.toFixed(0)} s, ${found} found, ${occurrences} stored, ${shed} shed, ${dropped} dropped by the kernel, ${missing} unaccounted for; ${Math.round(cpu * 100)} % of a CPU; memory ${Math.round(half)} MB in the first half, ${Math.round(peak)} MB at most`,
      passed: missing === 0 && cpu <= 1 && peak < MEMORY_LIMIT,
    };
  } finally {
    agent.process.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

async function untilStored(address: string): Promise<void> {
  for (let seconds = 0; seconds < 120; seconds += 1) {
    await wait(1000);
    if (sum(await readMetric(address, 'seawall_findings_waiting')) === 0 && seconds > 3) return;
  }
}

async function droppedOf(address: string): Promise<number> {
  const events = await readMetric(address, 'seawall_events_total');
  return events.get('type="openat",fate="dropped"') ?? 0;
}

function sum(values: ReadonlyMap<string, number>): number {
  return [...values.values()].reduce((total, value) => total + value, 0);
}

/** User and system time of a process so far (proc(5): fields 14 and 15 of stat, in hundredths of a second). */
function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Megabytes in memory. */
function memoryOf(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) / 1024;
}
