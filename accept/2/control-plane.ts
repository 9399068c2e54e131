import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runSeawall } from '../../conformance/regression/run-seawall.ts';
import { locateShared } from '../../test/shared.ts';
import type { AcceptanceResult } from '../row.ts';

export const title =
  'the 93 stock rules on the captures of a control plane give the alerts of Falco 0.44, line by line';

const RULES = ['falco_rules.yaml', 'falco-incubating_rules.yaml', 'falco-sandbox_rules.yaml'];

/** The fields that were added to the alerts of the recorded run of Falco. */
const FIELDS = [
  'container.id',
  'evt.num',
  'evt.rawtime',
  'evt.type',
  'fd.name',
  'proc.cmdline',
  'proc.exepath',
  'proc.name',
  'proc.pid',
  'proc.pname',
];

/**
 * Falco had no metadata of the containers when it recorded its alerts, so lines are compared without. With metadata
 * the same rules match the same events, which is compared as well.
 */
export async function run(): Promise<AcceptanceResult> {
  const shared = locateShared();
  if (shared === undefined) return { skipped: 'there are no shared captures (set SEAWALL_SHARED)' };
  const rules = RULES.map((file) => join(shared, 'conformance/stock-rules', file));
  const figures: string[] = [];
  let isEqual = true;
  for (const name of ['attack-a', 'quiet-a']) {
    const path = join(shared, 'captures/control-plane/a', name);
    const words = [
      ...['watch', '--capture', `${path}.scap.gz`, '--rules', ...rules, '--rule-matching', 'first'],
      ...['--output', 'json', '--summary', 'none', '--no-suggested-output'],
      ...FIELDS.flatMap((field) => ['--add-field', field]),
    ];
    const expected = linesOf(readFileSync(`${path}.falco.jsonl`, 'utf8'));
    const plain = linesOf((await runSeawall(words)).stdout);
    const described = linesOf(
      (await runSeawall([...words, '--metadata', `${path}.containers.json.gz`])).stdout,
    );
    const equalLines = plain.filter(
      (line, index) => withoutStart(line) === withoutStart(expected[index] ?? ''),
    );
    const equalMatches = described.filter(
      (line, index) => matchOf(line) === matchOf(expected[index] ?? '{}'),
    );
    isEqual &&=
      plain.length === expected.length &&
      described.length === expected.length &&
      equalLines.length === expected.length &&
      equalMatches.length === expected.length;
    figures.push(
      `${name}: ${equalLines.length} of ${expected.length} lines equal, with metadata ${equalMatches.length} of ${expected.length} matches`,
    );
  }
  return { figure: figures.join('; '), passed: isEqual };
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}

/** Replaying, Falco 0.44 counts container.start_ts from boot, and we from 1970: docs/compatibility.md has it. */
function withoutStart(line: string): string {
  return line.replace(/(container[._]start_ts"?[:=])[0-9]+/g, '$1');
}

function matchOf(line: string): string {
  const alert = JSON.parse(line) as { rule?: string; output_fields?: Readonly<Record<string, unknown>> };
  return `${alert.rule} ${String(alert.output_fields?.['evt.num'])}`;
}
