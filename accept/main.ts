// Measures rows of an issue's acceptance table and prints their figures.
// Exit code: 0 all pass (or were skipped, aloud), 1 one falls short, 2 wrong arguments.
import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createUsage, type Usage } from '../scripts/usage.ts';
import type { AcceptanceRow } from './row.ts';

const usage: Usage = createUsage('npm run accept -- ISSUE [ROW...]');
const [issue, ...wanted] = usage.read({ allowPositionals: true }).positionals;
const issues = globSync('[0-9]*', { cwd: import.meta.dirname }).sort();
if (issue === undefined || !issues.includes(issue)) {
  const reason = issue === undefined ? 'an issue is missing' : `there is no issue ${issue}`;
  usage.refuse(`${reason}; there are ${issues.join(', ')}`);
}
// Rows ask for it themselves, each in its middle.
usage.shared();

const folder = join(import.meta.dirname, issue);
const rows = globSync('*.ts', { cwd: folder })
  .map((file) => basename(file, '.ts'))
  .filter((name) => !name.endsWith('.test'))
  .sort();
const unknown = wanted.filter((name) => !rows.includes(name));
if (unknown.length > 0) {
  usage.refuse(`issue ${issue} has no row ${unknown.join(', ')}; it has ${rows.join(', ')}`);
}

let isShort = false;
for (const name of wanted.length > 0 ? wanted : rows) {
  const row: AcceptanceRow = await import(join(folder, `${name}.ts`));
  process.stderr.write(`${name} ...\n`);
  const result = await row.run();
  if ('skipped' in result) {
    process.stdout.write(`SKIPPED  ${name}: ${row.title}: ${result.skipped}\n`);
  } else {
    isShort ||= !result.passed;
    process.stdout.write(
      `${result.passed ? 'PASS   ' : 'SHORT  '}  ${name}: ${row.title}: ${result.figure}\n`,
    );
  }
}
process.exit(isShort ? 1 : 0);
