// `npm test`: types, style, every *.test.ts beside what it tests, conformance. Arguments: test files or globs to run alone.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const conditions = ['--conditions=seawall-source', '--disable-warning=ExperimentalWarning'];
const chosen = process.argv.slice(2);

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
