// `npm run fuzz -- [NAME...] [--seed N] [--iterations N]`: long runs of what the tests do with a fixed seed for a second.
import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';

/** A fuzzer: feeds damaged or random input and throws when something crashes, hangs or lies. */
interface Fuzzer {
  readonly title: string;
  /** @returns one line: what was fed, what came out. */
  run(options: { readonly seed: number; readonly iterations: number | undefined }): Promise<string>;
}

const { values, positionals } = parseArgs({
  options: { seed: { type: 'string' }, iterations: { type: 'string' } },
  allowPositionals: true,
});
const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed);
const iterations = values.iterations === undefined ? undefined : Number(values.iterations);
const names = globSync('*.ts', { cwd: import.meta.dirname })
  .map((file) => basename(file, '.ts'))
  .filter((name) => name !== 'main' && (positionals.length === 0 || positionals.includes(name)))
  .sort();
if (names.length === 0) {
  process.stderr.write(`no such fuzzer: ${positionals.join(', ')}\n`);
  process.exit(2);
}
for (const name of names) {
  const fuzzer: Fuzzer = await import(join(import.meta.dirname, `${name}.ts`));
  process.stderr.write(`${name}: ${fuzzer.title} (seed ${seed}) ...\n`);
  process.stdout.write(`${name}: ${await fuzzer.run({ seed, iterations })}\n`);
}
