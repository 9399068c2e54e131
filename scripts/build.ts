// Makes each package's dist/ (JavaScript and declarations) with tsc, packages in the order of their references, and
// lays the licence beside it: what `npm pack` needs.
import { spawnSync } from 'node:child_process';
import { copyFileSync, globSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const typescript = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const result = spawnSync(
  process.execPath,
  [typescript, '--build', 'tsconfig.build.json', ...process.argv.slice(2)],
  {
    cwd: root,
    stdio: 'inherit',
  },
);
for (const folder of globSync('packages/*/', { cwd: root })) {
  copyFileSync(join(root, 'LICENSE'), join(root, folder, 'LICENSE'));
}
process.exit(result.status ?? 1);
