import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { loaderOf } from '../enforce/container.ts';
import type { AllowedFile } from '../enforce/policy.ts';

const SOURCES = join(import.meta.dirname, '..', '..', 'native', 'testing');
const BUSYBOX = '/usr/bin/busybox';

/** The files of a container in which native/testing/attempt.c tries what is forbidden: path to content. */
export type GuardedTree = Readonly<Record<string, Uint8Array | string>>;

/** What of the tree may run, and nothing else. */
export const ALLOWED_IN_TREE: readonly AllowedFile[] = [
  '/bin/attempt',
  '/bin/busybox',
  '/bin/allowed',
  '/bin/allowed.dynamic',
  '/bin/allowed.sh',
  '/bin/allowed.forbidden',
  '/bin/nested.sh',
  '/bin/replaced',
  '/bin/relinked',
  '/bin/changed',
  '/bin/moved',
  '/opt/listed/tool',
];

/** Ways of attempt.c to run the forbidden program. */
export const WAYS = {
  direct: ['direct', 'vfork', 'thread'],
  script: ['script', 'nested', 'script-descriptor', 'hidden-script', 'interpreter'],
  'ld.so': ['loader', 'planted-loader', 'linked-loader'],
  'memfd and fexecve': ['memfd', 'fexecve'],
  symlink: ['symlink', 'symlink-over'],
  'hard link': ['hard-link', 'hard-link-over'],
  'bind mount': ['bind-mount'],
  'another root': ['jail', 'own-root', 'own-overlay'],
  'rename race': ['race', 'moved'],
  'changed copy': ['changed'],
} as const;

/** Why the tree can't be made here; false where it can. */
export function guardedTreeMissing(): string | false {
  return existsSync(BUSYBOX) ? false : 'busybox-static is not installed';
}

/** Compiles the programs in a folder of the test's, and gives the whole tree. */
export function makeGuardedTree(scratch: string): GuardedTree {
  const compile = (source: string, name: string, ...flags: string[]): Uint8Array => {
    const program = join(scratch, name);
    const words = ['-O2', '-Wall', '-pthread', ...flags, '-o', program, join(SOURCES, source)];
    const { status, stderr } = spawnSync('cc', words, { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    return readFileSync(program);
  };
  const allowed = compile('nothing.c', 'nothing', '-static');
  const forbidden = compile('mark.c', 'mark', '-static');
  const dynamic = compile('nothing.c', 'nothing.dynamic');
  const loader = loaderOf(join(scratch, 'nothing.dynamic')) as string;
  const library = join(dirname(realpathSync(loader)), 'libc.so.6');
  return {
    '/bin/attempt': compile('attempt.c', 'attempt', '-static'),
    '/bin/busybox': readFileSync(BUSYBOX),
    '/bin/forbidden': forbidden,
    '/bin/forbidden.dynamic': compile('mark.c', 'mark.dynamic'),
    '/bin/forbidden.moved': forbidden,
    '/bin/forbidden.sh': '#!/bin/sh\n: > "$1"\n',
    '/bin/nested.sh': '#!/bin/forbidden.sh\n',
    '/bin/allowed': allowed,
    '/bin/allowed.dynamic': dynamic,
    '/bin/allowed.sh': '#!/bin/sh\n:\n',
    '/bin/allowed.forbidden': '#!/bin/forbidden\n',
    '/bin/replaced': allowed,
    '/bin/relinked': allowed,
    '/bin/changed': allowed,
    '/bin/moved': allowed,
    '/opt/listed/tool': allowed,
    '/opt/other/tool': forbidden,
    '/jail/bin/allowed': forbidden,
    '/lib/preload.so': compile('preload.c', 'preload.so', '-shared', '-fPIC'),
    [loader]: readFileSync(loader),
    [library.replace(/^\/usr/, '')]: readFileSync(library),
    '/etc/secret': 'secret\n',
    '/etc/public': 'public\n',
    '/mnt/.keep': '',
    '/marks/.keep': '',
  };
}

/** Writes the tree into a folder, anew where it is there already. */
export function writeTree(root: string, tree: GuardedTree): void {
  for (const [path, content] of Object.entries(tree)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    rmSync(join(root, path), { force: true });
    writeFileSync(join(root, path), content, { mode: 0o755 });
  }
  for (const folder of ['tmp', 'proc', 'dev']) mkdirSync(join(root, folder), { recursive: true });
  rmSync(join(root, 'bin', 'sh'), { force: true });
  symlinkSync('busybox', join(root, 'bin', 'sh'));
}
