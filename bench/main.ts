// Replays a capture with more and more rules and prints what each case took, as a ratio to the reference program's
// plain scan of the same file (where there is one) and to our own bare scan of headers, all in one run. With --dense
// the same follows for a copy of the capture that holds only events of types that the stock rules look at.
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { compileProgram } from '@seawall/rules';
import { createUsage, type Usage } from '../scripts/usage.ts';
import { writeDenseCopy } from './dense.ts';
import { copyRules } from './many-rules.ts';
import { measureCapture } from './measure.ts';
import { measuredText } from './report.ts';
import { requireCapture } from './require-capture.ts';
import { catalogue, loadBenchmarkRules } from './rules.ts';

const usage: Usage = createUsage(
  'npm run bench -- [--capture FILE] [--reference "chroot DIR sysdig"] [--json] [--rules N,N...] [--rounds N] [--dense]',
);
const { values } = usage.read({
  options: {
    capture: { type: 'string' },
    reference: { type: 'string' },
    json: { type: 'boolean', default: false },
    rules: { type: 'string', default: '0,25,93,1000,10000' },
    rounds: { type: 'string', default: '3' },
    dense: { type: 'boolean', default: false },
  },
});

const rounds = usage.wholeNumber('--rounds', values.rounds, 1);
const counts = values.rules
  .split(',')
  .filter(Boolean)
  .map((count) => usage.wholeNumber('--rules', count, 0));
const stock = usage.shared('conformance', 'stock-rules');
const given =
  values.capture === undefined
    ? usage.shared('captures', 'large.scap.gz')
    : await requireCapture(usage, values.capture);
if (stock === undefined || given === undefined || !existsSync(given)) {
  process.stderr.write(
    'SKIPPED: the benchmark needs a capture (--capture) and the stock rules (SEAWALL_SHARED)\n',
  );
  process.exit(3);
}

const folder = mkdtempSync(join(tmpdir(), 'seawall-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const interruption = new AbortController();
const { signal } = interruption;
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(name, () => {
    process.exitCode = 128 + constants.signals[name];
    interruption.abort();
  });
}

const file = unpack(given);
const stockFiles = ['falco_rules', 'falco-incubating_rules', 'falco-sandbox_rules'].map((name) =>
  join(stock, `${name}.yaml`),
);
const { reference } = values;

try {
  await printMeasured();
} catch (error) {
  if (!signal.aborted) throw error;
}

async function printMeasured(): Promise<void> {
  const cases = counts.map(rulesFor);
  const measured = await measureCapture({ file, name: given as string, reference, rounds, cases, signal });
  const dense = values.dense ? await measureDenseCopy() : undefined;
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ ...measured, dense }, null, 2)}\n`);
    return;
  }
  process.stdout.write(measuredText(measured, reference));
  if (dense !== undefined) {
    process.stdout.write(
      `\nonly event types that the stock rules look at\n${measuredText(dense, reference)}`,
    );
  }
}

async function measureDenseCopy() {
  const copy = join(folder, 'dense.scap');
  await writeDenseCopy(file, compileProgram(loadBenchmarkRules(stockFiles), catalogue), copy);
  const name = `${given}, dense`;
  return measureCapture({ file: copy, name, reference, rounds, cases: [stockFiles], signal });
}

/** The capture as a plain file, whatever its name says of how it is packed. */
function unpack(path: string): string {
  const beginning = Buffer.alloc(2);
  const descriptor = openSync(path, 'r');
  readSync(descriptor, beginning);
  closeSync(descriptor);
  const unpackBytes = { '1f8b': gunzipSync, '28b5': zstdDecompressSync }[beginning.toString('hex')];
  if (unpackBytes === undefined) return path;
  const plain = join(folder, 'capture.scap');
  writeFileSync(plain, unpackBytes(readFileSync(path)));
  return plain;
}

function rulesFor(count: number): readonly string[] {
  if (count === 0) return [];
  if (count === 25) return stockFiles.slice(0, 1);
  if (count === 93) return stockFiles;
  const made = join(folder, `${count}.yaml`);
  if (!existsSync(made)) writeFileSync(made, copyRules(stockFiles, count));
  return [made];
}
