// Holds Seawall against Falco's own vectors and prints a table. A SUITE is part of a row's name.
// Exit code: 0 all pass, 1 something fails, 2 wrong arguments, 3 there is no conformance folder.
import { existsSync } from 'node:fs';
import { createUsage, type Usage } from '../scripts/usage.ts';
import type { Suite, SuiteResult } from './suite.ts';
import { loadSuites } from './suites.ts';

const usage: Usage = createUsage('npm run conformance -- [--json] [--failures] [SUITE...]');
const { values, positionals } = usage.read({
  options: { json: { type: 'boolean', default: false }, failures: { type: 'boolean', default: false } },
  allowPositionals: true,
});

const all = await loadSuites();
const isMeant = (suite: Suite, part: string): boolean => `${suite.file} ${suite.title}`.includes(part);
const unknown = positionals.filter((part) => !all.some((suite) => isMeant(suite, part)));
if (unknown.length > 0) {
  usage.refuse(
    `there is no suite ${unknown.join(', ')}; there are ${all.map(({ file }) => file).join(', ')}`,
  );
}
const suites = all.filter(
  (suite) => positionals.length === 0 || positionals.some((part) => isMeant(suite, part)),
);

const folder = usage.shared('conformance');
if (folder === undefined || !existsSync(folder)) {
  process.stderr.write(
    'SKIPPED: there is no conformance folder beside the checkout: set SEAWALL_SHARED to where it is\n',
  );
  process.exit(3);
}

const results = new Map<string, { title: string; result: SuiteResult }>();
for (const suite of suites) {
  process.stderr.write(`${suite.title} ...\n`);
  results.set(suite.file, { title: suite.title, result: await suite.run(folder) });
}

if (values.json) {
  const table = [...results].map(([file, { result }]) => {
    const { passed, total, failures, leftOut } = result;
    return [file, { passed, total, ...(leftOut && { leftOut }), ...(values.failures && { failures }) }];
  });
  process.stdout.write(`${JSON.stringify(Object.fromEntries(table), null, 2)}\n`);
} else {
  const width = Math.max(4, ...[...results.keys()].map((file) => file.length));
  process.stdout.write(`${'file'.padEnd(width)}  ${'passed'.padStart(7)}  ${'total'.padStart(7)}  what\n`);
  for (const [file, { title, result }] of results) {
    const row = `${file.padEnd(width)}  ${String(result.passed).padStart(7)}  ${String(result.total).padStart(7)}  ${title}`;
    const aside = result.leftOut ? ` (${result.leftOut.count} left out: ${result.leftOut.reason})` : '';
    process.stdout.write(`${row}${aside}\n`);
    if (values.failures)
      for (const { name, detail } of result.failures) process.stdout.write(`    ${name}: ${detail}\n`);
  }
}
process.exit([...results.values()].every(({ result }) => result.passed === result.total) ? 0 : 1);
