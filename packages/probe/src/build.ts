import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { reasonOf } from '@seawall/base';
import { errors } from './errors.ts';
import { eventTypesHeader } from './event-types-header.ts';
import { kernelHelpers } from './support.ts';

/** The two files that the probe is made of: what runs in the kernel, and what puts it there. */
export interface BuiltProbe {
  /** The eBPF object. */
  readonly object: string;
  /** The addon for Node.js. */
  readonly addon: string;
}

/** The sources in C. */
export const NATIVE = join(import.meta.dirname, '..', 'native');
/** What Debian and Ubuntu call what building takes. */
export const BUILD_PACKAGES = ['clang', 'libbpf-dev', 'gcc', 'libc6-dev'] as const;

/** Files that tools make. */
export interface Recipe {
  /** Changes with whatever the files are made from. */
  readonly name: string;
  readonly files: readonly string[];
  /** What makes them, in this order; the files are to lie in the folder that it is given, in which it may put what that takes. */
  tools(scratch: string): readonly ToolRun[];
}

/** A tool, and what it is told. */
export interface ToolRun {
  readonly command: string;
  readonly parameters: readonly string[];
}

/**
 * Gives the probe's files, compiled from their sources unless that has been done for these very sources before.
 * They lie in the package's own cache folder, or in the user's where the package can't be written.
 * @throws probe/NOT_SUPPORTED when the compilers are missing, saying what to install; probe/BUILD_FAILED.
 */
export function buildProbe(): BuiltProbe {
  const folder = buildOnce(probeRecipe());
  return { object: join(folder, 'probe.bpf.o'), addon: join(folder, 'loader.node') };
}

/**
 * How the probe is compiled.
 * @param isForOldKernels without what Linux 5.17 and the versions shortly before it brought (native/repeat.h).
 */
export function probeRecipe(isForOldKernels = !kernelHelpers().has('loop')): Recipe {
  const header = eventTypesHeader();
  const definitions = isForOldKernels ? ['-DOLD_KERNEL'] : [];
  return {
    name: `${fingerprint(NATIVE, header)}${isForOldKernels ? '-old' : ''}`,
    files: ['probe.bpf.o', 'loader.node'],
    tools(scratch) {
      writeFileSync(join(scratch, 'event-types.h'), header);
      const object = join(scratch, 'probe.bpf.o');
      return [
        {
          command: 'clang',
          parameters: [...definitions, ...objectArguments(join(NATIVE, 'probe.bpf.c'), object, scratch)],
        },
        { command: 'cc', parameters: addonArguments(scratch) },
      ];
    },
  };
}

/**
 * Gives the folder with a recipe's files in it, made now unless that has been done before.
 * @throws probe/NOT_SUPPORTED when the compilers are missing, saying what to install; probe/BUILD_FAILED.
 */
export function buildOnce(recipe: Recipe): string {
  const folder = join(cacheFolder(), recipe.name);
  if (isBuilt(recipe)) return folder;
  const scratch = beginBuild(folder);
  try {
    for (const run of recipe.tools(scratch)) runTool(run);
    putInPlace(scratch, recipe);
  } catch (error) {
    if (isBuilt(recipe)) return folder;
    throw error;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return folder;
}

/** Whether a recipe's files are there. */
export function isBuilt({ name, files }: Recipe): boolean {
  return files.every((file) => existsSync(join(cacheFolder(), name, file)));
}

/** @returns the folder to make the files in. @throws probe/NOT_SUPPORTED when the compilers are missing; probe/CACHE_UNWRITABLE */
export function beginBuild(folder: string): string {
  checkTools();
  const path = dirname(folder);
  try {
    mkdirSync(path, { recursive: true });
    return mkdtempSync(`${folder}-`);
  } catch (error) {
    throw errors.create('CACHE_UNWRITABLE', { path, reason: reasonOf(error) }, error);
  }
}

/** Whoever else is building makes the same files: the first one in place is as good as the other. */
export function putInPlace(scratch: string, recipe: Recipe): void {
  if (isBuilt(recipe)) return;
  const folder = join(cacheFolder(), recipe.name);
  // Somebody has tidied it up in part.
  rmSync(folder, { recursive: true, force: true });
  renameSync(scratch, folder);
}

/** What clang takes to compile for the kernel; headers made on the way lie in `scratch`. */
export function objectArguments(source: string, object: string, scratch: string): readonly string[] {
  const architecture = process.arch === 'arm64' ? 'arm64' : 'x86';
  const headers = `/usr/include/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;
  return [
    ...['-O2', '-g', '-target', 'bpf', '-mcpu=v3', `-D__TARGET_ARCH_${architecture}`],
    ...['-Wall', '-Wno-unused-function', '-I', headers, '-I', scratch],
    ...['-c', source, '-o', object],
  ];
}

function addonArguments(scratch: string): readonly string[] {
  return [
    ...['-D_GNU_SOURCE', '-O2', '-Wall', '-fPIC', '-shared', '-I', nodeHeaders()],
    ...['-o', join(scratch, 'loader.node'), join(NATIVE, 'loader.c'), '-lbpf'],
  ];
}

/** Where the headers of Node-API are. */
export function nodeHeaders(): string {
  const { include_dir: folder } = createRequire(import.meta.url)('node-api-headers') as {
    include_dir: string;
  };
  return folder;
}

/** Changes with the sources in a folder, with what was made for them and with what they are compiled for. */
export function fingerprint(folder: string, made: string): string {
  const hash = createHash('sha256').update(made).update(process.arch);
  for (const name of readdirSync(folder).sort()) {
    if (/\.[ch]$/.test(name)) hash.update(name).update(readFileSync(join(folder, name)));
  }
  return hash.digest('hex').slice(0, 16);
}

/** Where compiled files are kept: within the package where it can be written, else in the user's cache. */
export function cacheFolder(): string {
  const own = join(NATIVE, '..', '.cache');
  try {
    mkdirSync(own, { recursive: true });
    accessSync(own, constants.W_OK);
    return own;
  } catch {
    // An installed package may belong to somebody else; the user's own cache is where such things go.
    return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'seawall', 'probe');
  }
}

/** What is missing on this machine to build the probe, by name; nothing where it has been built already. */
export function missingBuildTools(): readonly string[] {
  return isBuilt(probeRecipe()) ? [] : missingTools();
}

function missingTools(): string[] {
  const missing = ['clang', 'cc'].filter((tool) => spawnSync(tool, ['--version']).error !== undefined);
  if (!existsSync('/usr/include/bpf/libbpf.h')) missing.push('the headers of libbpf');
  return missing;
}

function checkTools(): void {
  const missing = missingTools();
  if (missing.length === 0) return;
  const reason = `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} missing to build the probe; on Debian or Ubuntu: apt-get install ${BUILD_PACKAGES.join(' ')}`;
  throw errors.create('NOT_SUPPORTED', { reason });
}

/** @throws probe/BUILD_FAILED with what the tool said. */
export function runTool({ command, parameters }: ToolRun): void {
  const { status, stderr, error } = spawnSync(command, parameters, { encoding: 'utf8' });
  if (status !== 0) throw buildFailure({ command, parameters }, error?.message ?? stderr, error);
}

/** probe/BUILD_FAILED with what the tool said. */
export function buildFailure({ command, parameters }: ToolRun, said: string, cause?: unknown): Error {
  const output = said.slice(0, 4000);
  return errors.create('BUILD_FAILED', { command: `${command} ${parameters.join(' ')}`, output }, cause);
}
