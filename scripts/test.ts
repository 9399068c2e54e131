// `npm test`: types, style, every *.test.ts beside what it tests, conformance. Arguments: test files or globs to run alone.
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { createUsage } from './usage.ts';

const root = join(import.meta.dirname, '..');
const conditions = ['--conditions=seawall-source', '--disable-warning=ExperimentalWarning'];
const usage = createUsage('npm test -- [FILE...]');
const { positionals: chosen } = usage.read({ allowPositionals: true });
// Node itself finds fault with a name, but none with a pattern that nothing answers to: it runs nothing, and all is well.
for (const name of chosen) {
  if (globSync(name, { cwd: root }).length === 0) usage.refuse(`no test is called ${name}`);
}

function run(...parameters: string[]): boolean {
  return (
    spawnSync(process.execPath, [...conditions, ...parameters], { cwd: root, stdio: 'inherit' }).status === 0
  );
}

const isChecked = chosen.length > 0 || run('scripts/check.ts');
const files =
  chosen.length > 0
    ? chosen
    : ['packages/*/src/**/*.test.ts', 'test/**/*.test.ts', 'conformance/**/*.test.ts'];
const isTested = run('--test', '--test-concurrency=2', '--test-timeout=400000', ...files);
process.exit(isChecked && isTested ? 0 : 1);
