// `npm run accept -- ISSUE [ROW...]`: measures rows of an issue's acceptance table and prints their figures.
// Exit code: 0 all pass (or were skipped, aloud), 1 one falls short, 2 no such issue or row.
import { existsSync, globSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { AcceptanceRow } from './row.ts';

const [issue, ...wanted] = process.argv.slice(2);
const folder = join(import.meta.dirname, issue ?? '');
if (issue === undefined || !/^\d+$/.test(issue) || !existsSync(folder)) {
  const issues = globSync('[0-9]*/', { cwd: import.meta.dirname }).sort();
  process.stderr.write(`usage: npm run accept -- ISSUE [ROW...]; issues with rows: ${issues.join(', ')}\n`);
  process.exit(2);
}

const rows = globSync('*.ts', { cwd: folder })
  .map((file) => basename(file, '.ts'))
  .filter((name) => !name.endsWith('.test'))
  .sort();
const unknown = wanted.filter((name) => !rows.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`issue ${issue} has no row ${unknown.join(', ')}; it has ${rows.join(', ')}\n`);
  process.exit(2);
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
