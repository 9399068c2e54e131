// Long runs of what the tests do with a fixed seed for a second.
import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createUsage, type Usage } from '../scripts/usage.ts';

/** A fuzzer: feeds damaged or random input and throws when something crashes, hangs or lies. */
interface Fuzzer {
  readonly title: string;
  /** @returns one line: what was fed, what came out. */
  run(options: { readonly seed: number; readonly iterations: number | undefined }): Promise<string>;
}

const usage: Usage = createUsage('npm run fuzz -- [NAME...] [--seed N] [--iterations N]');
const { values, positionals } = usage.read({
  options: { seed: { type: 'string' }, iterations: { type: 'string' } },
  allowPositionals: true,
});
const seed = values.seed === undefined ? Date.now() % 2 ** 31 : usage.wholeNumber('--seed', values.seed, 0);
const iterations =
  values.iterations === undefined ? undefined : usage.wholeNumber('--iterations', values.iterations, 1);
const all = globSync('*.ts', { cwd: import.meta.dirname })
  .map((file) => basename(file, '.ts'))
  .filter((name) => name !== 'main')
  .sort();
const unknown = positionals.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  usage.refuse(`there is no fuzzer ${unknown.join(', ')}; there are ${all.join(', ')}`);
}
for (const name of positionals.length > 0 ? new Set(positionals) : all) {
  const fuzzer: Fuzzer = await import(join(import.meta.dirname, `${name}.ts`));
  process.stderr.write(`${name}: ${fuzzer.title} (seed ${seed}) ...\n`);
  process.stdout.write(`${name}: ${await fuzzer.run({ seed, iterations })}\n`);
}
