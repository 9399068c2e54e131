import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agentConfiguration, startAgent } from '@seawall/agent/daemon';
import { probeSupport } from '@seawall/probe';
import { openStore } from '@seawall/store';
import type { AcceptanceResult } from '../row.ts';

export const title = 'policy reload 1,000 times under load: no event lost or evaluated twice';

const RELOADS = 1000;
/** Opens of numbered names that are not there, some two thousand a second: each is one event and one finding, of few groups. */
const LOAD = `
import os
number = 0
while not os.path.exists("DONE"):
    for _ in range(5):
        try: os.open("/nowhere/seawall-%012d" % number, os.O_RDONLY)
        except OSError: pass
        number += 1
    __import__("time").sleep(0.002)
print(number)
`;

export async function run(): Promise<AcceptanceResult> {
  const support = probeSupport();
  if (!support.isSupported) return { skipped: support.reason };
  const folder = mkdtempSync(join(tmpdir(), 'seawall-accept-'));
  const rules = join(folder, 'rules.yaml');
  writeRules(rules, 0);
  const log: string[] = [];
  const agent = await startAgent({
    configuration: agentConfiguration.parse({
      rules: [rules],
      store: { path: join(folder, 'store.db') },
      captures: { directory: join(folder, 'captures') },
      http: { listen: '127.0.0.1:0' },
      source: { runtimes: [] },
      watchFiles: false,
    }),
    environment: {},
    log: (level, message) => log.push(`${level} ${message}`),
  });
  try {
    while (!log.some((line) => line.includes('watching this machine'))) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const done = join(folder, 'done');
    const load = spawn('python3', ['-c', LOAD.replace('DONE', done)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let printed = '';
    load.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
    const started = performance.now();
    let refused = 0;
    for (let reload = 1; reload <= RELOADS; reload += 1) {
      writeRules(rules, reload);
      if ((await agent.reload()).kind !== 'taken') refused += 1;
    }
    const seconds = (performance.now() - started) / 1000;
    writeFileSync(done, '');
    await new Promise((resolve) => load.on('exit', resolve));
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const { accounting } = (await agent.status()).hotLoop;
    await agent.stop();
    const made = Number(printed);
    const { found, twice, generations } = await countFindings(join(folder, 'store.db'));
    const lost = made - found;
    return {
      figure: `${RELOADS} reloads in ${seconds.toFixed(0)} s (${refused} refused), ${made} events made meanwhile: ${found} found by ${generations} rule sets, ${lost} lost, ${twice} found twice; ${accounting.dropped} events dropped`,
      passed: refused === 0 && lost === 0 && twice === 0 && made > 2000,
    };
  } finally {
    await agent.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The rule is another one each time, so that a finding tells which set it met. */
function writeRules(path: string, generation: number): void {
  writeFileSync(
    path,
    `- rule: Set ${generation}
  desc: Opens of numbered names.
  condition: evt.type in (open, openat) and fd.name startswith /nowhere/seawall-
  output: "opened (name=%fd.name)"
  priority: NOTICE
`,
  );
}

async function countFindings(path: string): Promise<{ found: number; twice: number; generations: number }> {
  const store = openStore({ path, access: 'read' });
  const names = new Set<string>();
  const generations = new Set<string>();
  let all = 0;
  for (let after: string | undefined; ; ) {
    const page = await store.feed({}, { limit: 1000, ...(after !== undefined && { after }) });
    for (const { output, group } of page.items) {
      all += 1;
      names.add(/name=(\S+?)\)/.exec(output)?.[1] ?? output);
      generations.add(group.rule);
    }
    after = page.next;
    if (after === undefined) break;
  }
  await store.close();
  return { found: names.size, twice: all - names.size, generations: generations.size };
}
