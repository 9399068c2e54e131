import { spawnSync } from 'node:child_process';
import { copyFileSync, globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import type { AcceptanceResult } from '../row.ts';

export const title =
  '`npm pack` of every package, installed into an empty folder: `seawall watch --capture` gives the same alerts as the checkout';

const root = resolve(import.meta.dirname, '../..');

export async function run(): Promise<AcceptanceResult> {
  const scratch = mkdtempSync(join(tmpdir(), 'seawall-pack-'));
  try {
    command(process.execPath, [join(root, 'scripts/build.ts')], root);
    const packed = packAll(scratch);
    const installed = join(scratch, 'installed');
    command('mkdir', [installed], scratch);
    writeFileSync(join(installed, 'package.json'), '{"private":true}\n');
    command('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', ...packed], installed);
    const input = copyExample(scratch);
    const words = ['watch', '--output', 'json', '--summary', 'none', ...input];
    const ours = command(process.execPath, checkoutCommand(words), root);
    const theirs = command(join(installed, 'node_modules/.bin/seawall'), words, installed);
    const version = command(join(installed, 'node_modules/.bin/seawall'), ['--version'], installed).trim();
    const count = ours.split('\n').length - 1;
    return {
      figure: `${packed.length} packages, seawall ${version}: ${count} alerts from the checkout, ${theirs === ours ? 'the same' : 'others'} from the packages`,
      passed: count > 0 && theirs === ours,
    };
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** @returns the tarballs of all packages, each of which must hold its licence and its description. */
function packAll(scratch: string): readonly string[] {
  const folders = globSync('packages/*/', { cwd: root }).sort();
  return folders.map((folder) => {
    const text = command('npm', ['pack', '--json', '--pack-destination', scratch], join(root, folder));
    const parsed = JSON.parse(text) as unknown;
    // npm 9 to 11 give a list, npm 12 an object by package name.
    const [packed] = (Array.isArray(parsed) ? parsed : Object.values(parsed as object)) as {
      filename: string;
      files: readonly { path: string }[];
    }[];
    const paths = packed.files.map(({ path }) => path);
    for (const needed of ['LICENSE', 'README.md', 'dist/index.js']) {
      if (!paths.includes(needed)) throw new Error(`${folder} packs no ${needed}`);
    }
    return join(scratch, packed.filename);
  });
}

/** The example outside of the checkout, so that nothing is found there by chance. */
function copyExample(scratch: string): readonly string[] {
  const copy = (path: string): string => {
    const target = join(scratch, path.replaceAll('/', '-'));
    copyFileSync(join(root, path), target);
    return target;
  };
  return [
    '--capture',
    copy('examples/control-plane/attack.scap.gz'),
    '--metadata',
    copy('examples/control-plane/attack.containers.json.gz'),
    '--rules',
    ...globSync('rules/*.yaml', { cwd: root }).sort().map(copy),
  ];
}

function checkoutCommand(words: readonly string[]): readonly string[] {
  return ['--conditions=seawall-source', join(root, 'packages/cli/src/main.ts'), ...words];
}

/** @returns what the command printed. @throws Error with what it printed as errors when it fails. */
function command(program: string, words: readonly string[], folder: string): string {
  // A published command runs on whatever `node` is in the path: here the one that runs this row.
  const path = [dirname(process.execPath), process.env.PATH].join(delimiter);
  const { status, stdout, stderr, error } = spawnSync(program, words, {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { ...process.env, PATH: path, NODE_OPTIONS: '' },
  });
  if (error !== undefined) throw error;
  if (status !== 0)
    throw new Error(`${program} ${words.slice(0, 3).join(' ')}: exit code ${status}\n${stderr}${stdout}`);
  return stdout;
}
