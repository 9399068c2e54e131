import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runSeawall } from '../../conformance/regression/run-seawall.ts';
import type { AcceptanceResult } from '../row.ts';
import { locateRecording, readSteps, type SeenAlert, type Step } from './support/recording.ts';

export const title =
  'profile learned on the first 120 s of the quiet recording: at most 3 findings in its last 80 s; on the attack every step with a new program, path, peer or port is found';

const MOST_FINDINGS = 3;
const LEARNED_MILLISECONDS = 120_000;
/** The command is given at a step's `time`; what it starts may end a little after it returned. */
const LATE_MILLISECONDS = 1_500;
const SHORT_ID_LENGTH = 12;

/** What is expected of the sections that are about programs, paths, peers and ports; the others are about who may do what they name. */
const SECTIONS = [
  'PROC',
  'WRITE',
  'OUT',
  'LISTEN',
  'KUBELET',
  'NODEPORT',
  'USER',
  'BINDIR',
  'SYSNET',
  'SECRET',
];

/** Everything that a workload could be learned for, exactly: a step that did nothing else than what is here is not new. */
const EVERYTHING = `
- rule: done
  desc: x
  condition: >
    container.id != host and (
    (evt.type in (execve, execveat) and evt.rawres = 0) or
    (evt.type in (open, openat, openat2, creat) and evt.rawres >= 0 and fd.typechar = "f") or
    (evt.type in (connect, listen) and fd.typechar in (4, 6)))
  output: "%evt.type %proc.name %container.id %k8s.pod.name %fd.name %fd.sip %fd.sport %evt.is_open_write"
  priority: INFO
`;

export async function run(): Promise<AcceptanceResult> {
  const quiet = locateRecording('quiet');
  const attack = locateRecording('attack');
  if (quiet === undefined || attack === undefined)
    return { skipped: 'there are no shared captures (set SEAWALL_SHARED)' };
  const folder = mkdtempSync(join(tmpdir(), 'seawall-accept-'));
  try {
    const profile = join(folder, 'learned.yaml');
    const rules = join(folder, 'rules.yaml');
    const everything = join(folder, 'everything.yaml');
    writeFileSync(everything, EVERYTHING);
    writeFileSync(profile, await seawall(['profile', 'learn', ...inputOf(quiet), '--seconds', '120']));
    writeFileSync(rules, await seawall(['profile', 'generate', profile]));
    const backtest = ['profile', 'backtest', profile, ...inputOf(quiet), '--output', 'json', '--seconds'];
    const own: unknown[] = JSON.parse(await seawall([...backtest, '0..120']));
    const later: { readonly output: string }[] = JSON.parse(await seawall([...backtest, '120..']));
    for (const { output } of later) process.stderr.write(`  in the last 80 s: ${output}\n`);
    const alerts = await alertsOf(attack, rules);
    const known = knownDeeds(await alertsOf(quiet, everything));
    const done = await alertsOf(attack, everything);
    const news = readSteps(attack).filter((step) => isNew(step, done, known));
    const missing = news.filter((step) => !alerts.some((alert) => isAnswer(alert, step)));
    for (const { step, command } of missing) process.stderr.write(`  not found: ${step} ${command}\n`);
    const figure = [
      `${own.length} findings in the 120 s it was learned on, ${later.length} in the last 80 s`,
      `${news.length - missing.length} of ${news.length} steps with something new found, ${alerts.length} alerts`,
    ].join('; ');
    const passed =
      own.length === 0 && later.length <= MOST_FINDINGS && news.length >= 20 && missing.length === 0;
    return { figure, passed };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function inputOf(recording: string): string[] {
  return ['--capture', `${recording}.scap.gz`, '--metadata', `${recording}.containers.json.gz`];
}

/** What it prints; exit code 1 is an answer, too. */
async function seawall(words: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await runSeawall(words);
  if (exitCode !== 0 && exitCode !== 1)
    throw new Error(`seawall ${words.join(' ')} ended with ${exitCode}: ${stderr}`);
  return stdout;
}

async function alertsOf(recording: string, rules: string): Promise<readonly SeenAlert[]> {
  const stdout = await seawall([
    ...['watch', ...inputOf(recording), '--rules', rules],
    ...['--output', 'json', '--summary', 'none', '--no-suggested-output'],
  ]);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { rule, tags, time, source, output, output_fields: fields } = JSON.parse(line);
      return { rule, tags, time: Date.parse(time), source, output, fields };
    });
}

/** A pod without what Kubernetes adds to its name, as far as these recordings' pods go. */
function ownerOf(pod: unknown): string {
  return String(pod).replace(/-[a-z0-9]{6,10}-[a-z0-9]{5}$/, '');
}

/** By pod, what each did in the seconds that were learned from: the exact program, path, peer and port. */
function knownDeeds(done: readonly SeenAlert[]): ReadonlyMap<string, ReadonlySet<string>> {
  const start = done[0]?.time ?? 0;
  const known = new Map<string, Set<string>>();
  for (const alert of done) {
    if (alert.time >= start + LEARNED_MILLISECONDS) continue;
    const owner = ownerOf(alert.fields['k8s.pod.name']);
    known.set(owner, (known.get(owner) ?? new Set()).add(deedOf(alert)));
  }
  return known;
}

function deedOf({ fields }: SeenAlert): string {
  const type = String(fields['evt.type']);
  if (type.startsWith('exec')) return `runs ${fields['proc.name']}`;
  if (type === 'listen') return `serves ${fields['fd.sport']}`;
  if (type === 'connect') return `connects to ${fields['fd.sip']}`;
  const verb = fields['evt.is_open_write'] === true ? 'writes' : 'reads';
  return `${verb} ${fields['fd.name']}`;
}

/** Whether a step that is expected to be reported did, in a pod that was learned, what that pod had not done before. */
function isNew(
  step: Step,
  done: readonly SeenAlert[],
  known: ReadonlyMap<string, ReadonlySet<string>>,
): boolean {
  const deeds = known.get(ownerOf(step.pod));
  if (deeds === undefined || expectedProcesses(step).length === 0) return false;
  return done.some((alert) => isOf(alert, step) && !deeds.has(deedOf(alert)));
}

/** The programs that a correct product reports, as the kernel has their names. */
function expectedProcesses({ expect }: Step): readonly string[] {
  return expect.flatMap(({ verdict, rule, process: name }) =>
    verdict === 'must' && name !== undefined && SECTIONS.includes(rule) ? [name] : [],
  );
}

function isOf({ time, fields }: SeenAlert, { time: begin, end, container_id: id }: Step): boolean {
  const isDuring = time >= Date.parse(begin) && time <= Date.parse(end) + LATE_MILLISECONDS;
  return isDuring && fields['container.id'] === id?.slice(0, SHORT_ID_LENGTH);
}

function isAnswer(alert: SeenAlert, step: Step): boolean {
  const name = String(alert.fields['proc.cmdline']).split(' ')[0]!;
  return isOf(alert, step) && expectedProcesses(step).includes(name);
}
