// Types (tsc) and style (Biome) over the whole repository. `--fix` lets Biome write what it can.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { createUsage } from './usage.ts';

const { values } = createUsage('npm run check -- [--fix]').read({
  options: { fix: { type: 'boolean', default: false } },
});
const root = join(import.meta.dirname, '..');
const biome = join(root, 'node_modules', '@biomejs', `cli-linux-${process.arch}`, 'biome');
const typescript = join(root, 'node_modules', 'typescript', 'bin', 'tsc');

function run(title: string, command: string, ...parameters: string[]): boolean {
  process.stderr.write(`${title} ...\n`);
  return spawnSync(command, parameters, { cwd: root, stdio: 'inherit' }).status === 0;
}

const areTypesRight = run('types (tsc)', process.execPath, typescript, '--project', 'tsconfig.json');
const isStyleRight = run('style (biome)', biome, 'check', ...(values.fix ? ['--write'] : []));
process.exit(areTypesRight && isStyleRight ? 0 : 1);
