import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { moveTo, readCapture } from '@seawall/events';
import { createInspector, createSyscallCatalogue, type EventContext } from '@seawall/inspector';
import { bindOperand, parseOperandAt, renderOperand } from '@seawall/rules';
import { createLeftoverMemory } from '../leftover-memory.ts';
import type { Failure, Suite } from '../suite.ts';

type Line = Readonly<Record<string, string>>;
type Show = (context: EventContext) => string | undefined;

interface ShownEvent {
  readonly fields: Line;
  /** What Falco shows as `evt.buffer` where there is none: leftovers of earlier events (docs/compatibility.md). */
  readonly leftovers: string | undefined;
}

/** How many events' failures are told: the rest would be more of the same. */
const TOLD_FAILURES = 200;

export const suite: Suite = {
  file: 'fields-by-event',
  title:
    "every event of 16 captures shows Falco 0.44's fields (but leftovers for empty buffers, which are predicted)",
  async run(folder) {
    const failures: Failure[] = [];
    let passed = 0;
    let total = 0;
    for (const file of (await readdir(join(folder, 'captures'))).filter((name) => name.endsWith('.scap'))) {
      const expected = await readLines(join(folder, 'fields-by-event', file.replace(/scap$/, 'jsonl.gz')));
      const shown = await showEvents(join(folder, 'captures', file), namesIn(expected));
      total += expected.length;
      for (const line of expected) {
        const number = line['evt.num'] as string;
        const differences = differencesOf(line, shown.get(number));
        if (differences.length === 0) passed++;
        else if (failures.length < TOLD_FAILURES) {
          const detail = differences.map(({ field, detail }) => `${field}: ${detail}`).join('; ');
          failures.push({ name: `${file} event ${number} (${line['evt.type']})`, detail });
        }
      }
      const numbers = new Set(expected.map((line) => line['evt.num']));
      const unexpected = [...shown.keys()].filter((number) => !numbers.has(number));
      total += unexpected.length;
      for (const number of unexpected)
        failures.push({ name: `${file} event ${number}`, detail: 'event: should not be shown' });
    }
    return { passed, total, failures };
  },
};

async function readLines(path: string): Promise<Line[]> {
  const lines = gunzipSync(await readFile(path))
    .toString('utf8')
    .split('\n');
  return lines
    .filter((line) => line !== '' && !line.includes('"__end"'))
    .map((line) => JSON.parse(line) as Line);
}

function namesIn(lines: readonly Line[]): readonly string[] {
  return [...new Set(lines.flatMap((line) => Object.keys(line)))];
}

/** Reads a capture and renders the fields of each event that rules get to see, by number; what is unset is left out. */
async function showEvents(path: string, names: readonly string[]): Promise<Map<string, ShownEvent>> {
  const catalogue = createSyscallCatalogue();
  const shows = names.map((name): readonly [string, Show] => {
    const operand = bindOperand(parseOperandAt(name, 0), catalogue);
    return [name, (context) => renderOperand(operand, context)];
  });
  // The lines were made without the container plugin: to them every process is the host's.
  const inspector = createInspector({ ignoresContainers: true });
  const { context } = inspector;
  const memory = createLeftoverMemory();
  const lines = new Map<string, ShownEvent>();
  for await (const section of readCapture(path)) {
    if (section.kind !== 'events') {
      inspector.load(section);
      continue;
    }
    for (let index = 0; index < section.batch.count; index++) {
      moveTo(context.view, section.batch, index);
      if (!inspector.apply(context.view)) continue;
      const line: Record<string, string> = {};
      for (const [name, show] of shows) {
        const value = show(context);
        if (value !== undefined) line[name] = Buffer.from(value, 'latin1').toString('utf8');
      }
      lines.set(String(context.view.number), { fields: line, leftovers: memory.pass(context) });
      inspector.settle();
    }
  }
  return lines;
}

function differencesOf(
  expected: Line,
  shown: ShownEvent | undefined,
): { readonly field: string; readonly detail: string }[] {
  if (shown === undefined) return [{ field: 'event', detail: 'is missing' }];
  const { fields, leftovers } = shown;
  return [...new Set([...Object.keys(expected), ...Object.keys(fields)])]
    .filter((name) => expected[name] !== fields[name])
    .filter((name) => name !== 'evt.buffer' || fields[name] !== '' || expected[name] !== leftovers)
    .map((name) => ({ field: name, detail: `${quote(fields[name])} instead of ${quote(expected[name])}` }));
}

function quote(value: string | undefined): string {
  return value === undefined ? 'unset' : JSON.stringify(value);
}
