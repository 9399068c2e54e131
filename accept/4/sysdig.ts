import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEventView, eventTypes, moveTo, readCapture } from '@seawall/events';
import { probeSupport } from '@seawall/probe';
import type { AcceptanceResult } from '../row.ts';
import { MAIN } from './support/watching.ts';

export const title =
  'our recordings, capture copy --compat sysdig-0.41, opened with sysdig from Debian sid: same event counts by type for every mapped type';

/** A Debian sid with sysdig 0.41, as docs/testing.md says to make it. */
const ROOT = process.env.SEAWALL_SID ?? '/var/lib/seawall-sid';

export async function run(): Promise<AcceptanceResult> {
  const support = probeSupport();
  if (!support.isSupported) return { skipped: support.reason };
  if (!existsSync(join(ROOT, 'usr', 'bin', 'sysdig')))
    return { skipped: `no sysdig in ${ROOT} (SEAWALL_SID)` };
  const folder = mkdtempSync(join(tmpdir(), 'seawall-accept-'));
  const inside = mkdtempSync(join(ROOT, 'tmp', 'seawall-'));
  try {
    const recorded = join(folder, 'recorded.scap');
    const mapped = join(folder, 'mapped.scap');
    const work = join(folder, 'work');
    mkdirSync(work);
    let isRecording = true;
    const recording = seawall('capture', 'record', '-w', recorded, '--seconds', '20').finally(() => {
      isRecording = false;
    });
    // Over and over: how long it takes until everything is switched on differs from machine to machine.
    const script = join(import.meta.dirname, 'support', 'misbehave.sh');
    const behaviours = join(
      import.meta.dirname,
      '..',
      '..',
      'packages',
      'probe',
      'src',
      'live-calls.test.ts',
    );
    while (isRecording) {
      await runToEnd('bash', script, work, '1');
      await runToEnd(process.execPath, ...process.execArgv, behaviours);
    }
    await recording;
    await seawall('capture', 'copy', recorded, '-w', mapped, '--compat', 'sysdig-0.41');
    cpSync(mapped, join(inside, 'mapped.scap'));
    const ours = await countOurs(mapped);
    const theirs = countTheirs(join('/', 'tmp', inside.slice(join(ROOT, 'tmp').length), 'mapped.scap'));
    const differing = [...new Set([...ours.keys(), ...theirs.keys()])].filter(
      (name) => ours.get(name) !== theirs.get(name),
    );
    const total = [...ours.values()].reduce((sum, count) => sum + count, 0);
    const told = differing.map((name) => `${name} ${ours.get(name) ?? 0} / ${theirs.get(name) ?? 0}`);
    const figure = `${total} events of ${ours.size} names; ${differing.length === 0 ? 'all counts the same' : `different (ours / sysdig's): ${told.join(', ')}`}`;
    return { figure, passed: differing.length === 0 && ours.size >= 40 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
    rmSync(inside, { recursive: true, force: true });
  }
}

async function seawall(...words: string[]): Promise<void> {
  const child = spawn(process.execPath, [...process.execArgv, MAIN, ...words], { stdio: 'inherit' });
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`seawall ${words.join(' ')} ended with ${code}`);
}

function runToEnd(program: string, ...words: string[]): Promise<unknown> {
  const child = spawn(program, words, { stdio: 'ignore' });
  return new Promise((resolve) => child.on('close', resolve));
}

/** Events by name and direction, as sysdig prints them. */
async function countOurs(path: string): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const view = createEventView();
  for await (const section of readCapture(path, { name: path })) {
    if (section.kind !== 'events') continue;
    for (let index = 0; index < section.batch.count; index += 1) {
      moveTo(view, section.batch, index);
      const { name, isEnter, source } = eventTypes[view.type];
      // Descriptions of containers and the like are no events to sysdig: it reads them and shows none.
      if (source === 'metaevent') continue;
      const key = `${name} ${isEnter ? '>' : '<'}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return counts;
}

function countTheirs(path: string): Map<string, number> {
  const words = [ROOT, 'sysdig', '-r', path, '-p', '%evt.type %evt.dir'];
  const { stdout, stderr, status } = spawnSync('chroot', words, { encoding: 'utf8', maxBuffer: 2 ** 30 });
  if (status !== 0) throw new Error(`sysdig: ${stderr}`);
  const counts = new Map<string, number>();
  for (const line of stdout.split('\n')) {
    if (line !== '') counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  return counts;
}
