// `npm run conformance`: holds Seawall against Falco's own vectors and prints a table.
// Usage: conformance/main.ts [--json] [--failures] [SUITE...]   (a SUITE is part of a row's name)
// Exit code: 0 all pass, 1 something fails, 3 there is no conformance folder.
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { locateShared } from '../test/shared.ts';
import type { SuiteResult } from './suite.ts';
import { loadSuites } from './suites.ts';

const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean', default: false }, failures: { type: 'boolean', default: false } },
  allowPositionals: true,
});

const folder = locateShared('conformance');
if (folder === undefined || !existsSync(folder)) {
  process.stderr.write(
    'SKIPPED: there is no conformance folder beside the checkout: set SEAWALL_SHARED to where it is\n',
  );
  process.exit(3);
}

const suites = (await loadSuites()).filter(
  (suite) =>
    positionals.length === 0 || positionals.some((part) => `${suite.file} ${suite.title}`.includes(part)),
);
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
