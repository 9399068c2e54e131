import { globSync } from 'node:fs';
import { join } from 'node:path';
import type { Suite } from './suite.ts';

/** All suites, in the order of their file names: each module in `suites/` exports one as `suite`. */
export async function loadSuites(): Promise<Suite[]> {
  const files = globSync('suites/*.ts', { cwd: import.meta.dirname }).sort();
  const modules = await Promise.all(files.map((file) => import(join(import.meta.dirname, file))));
  return modules.map((module) => module.suite as Suite);
}
