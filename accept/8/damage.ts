import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  readdirSync,
  readFileSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { AcceptanceResult } from '../row.ts';
import { type CommandOptions, type CommandResult, runSeawall } from './support/command.ts';
import { withScratch } from './support/scratch.ts';

export const title =
  'clock skew, half-written files, read-only folder, existing files, wrong passphrase: clear error, nothing damaged';

/** Debian's user nobody: root itself writes into read-only folders. */
const nobody = 65_534;

interface Case {
  readonly name: string;
  /** Damages the copy of a good cluster. */
  readonly prepare?: (directory: string) => void;
  readonly words: readonly string[];
  readonly options?: CommandOptions;
  /** What the message must say. */
  readonly says: RegExp;
}

const passphrase = { SEAWALL_PKI_PASSPHRASE: 'sesame' };

const cases: readonly Case[] = [
  {
    name: 'existing files',
    words: ['init', '--members', 'x=10.0.0.9'],
    says: /already there and never overwritten: pki\.json.*FILES_EXIST/,
  },
  { name: 'no passphrase', words: ['renew'], says: /encrypted: give its passphrase.*PASSPHRASE_NEEDED/ },
  {
    name: 'wrong passphrase',
    words: ['renew'],
    options: { environment: { SEAWALL_PKI_PASSPHRASE: 'guess' } },
    says: /does not open this key; nothing was changed.*PASSPHRASE_WRONG/,
  },
  {
    name: 'wrong passphrase for a rotation',
    words: ['rotate-ca', 'plan'],
    options: { environment: { SEAWALL_PKI_PASSPHRASE: 'guess' } },
    says: /PASSPHRASE_WRONG/,
  },
  {
    name: 'half-written authority certificate',
    prepare: (directory) => truncateSync(join(directory, 'authorities/clients.crt'), 300),
    words: ['renew'],
    options: { environment: passphrase },
    says: /authorities\/clients\.crt: the CERTIFICATE block that begins on line 1 has no end.*PEM_TRUNCATED/,
  },
  {
    name: 'half-written authority key',
    prepare: (directory) => truncateSync(join(directory, 'authorities/peers.key'), 200),
    words: ['renew'],
    options: { environment: passphrase },
    says: /authorities\/peers\.key: the ENCRYPTED PRIVATE KEY block.*PEM_TRUNCATED/,
  },
  {
    name: 'empty authority certificate',
    prepare: (directory) => writeFileSync(join(directory, 'authorities/peers.crt'), ''),
    words: ['rotate-ca', 'plan'],
    options: { environment: passphrase },
    says: /authorities\/peers\.crt: no certificate in it.*NO_CERTIFICATE/,
  },
  {
    name: 'half-written description',
    prepare: (directory) => truncateSync(join(directory, 'pki.json'), 100),
    words: ['renew'],
    options: { environment: passphrase },
    says: /pki\.json: cannot be understood.*nothing was changed.*BAD_DESCRIPTION/,
  },
  {
    name: 'half-written leaf, verified',
    prepare: (directory) => truncateSync(join(directory, 'members/etcd-a/server.crt'), 200),
    words: ['verify', '--problems'],
    says: /FAIL +members\/etcd-a\/server +readable .*server\.crt: the CERTIFICATE block/,
  },
  {
    name: 'lost key, verified',
    prepare: (directory) => unlinkSync(join(directory, 'members/etcd-a/peer.key')),
    words: ['verify', '--problems'],
    says: /FAIL +members\/etcd-a\/peer +key .*peer\.key: no such file/,
  },
  {
    name: 'clock behind',
    words: ['renew'],
    options: { environment: { ...passphrase, NODE_OPTIONS: clockOptions(-30) } },
    says: /clock says .*, before these certificates were first made.*set the clock, nothing was changed.*CLOCK_SET_BACK/,
  },
  {
    name: 'clock years ahead',
    words: ['renew'],
    options: { environment: { ...passphrase, NODE_OPTIONS: clockOptions(4000) } },
    says: /the authority .* expired on .*AUTHORITY_EXPIRED/,
  },
  {
    name: 'clock behind, verified',
    words: ['verify', '--problems'],
    options: { environment: { NODE_OPTIONS: clockOptions(-30) } },
    says: /FAIL .*valid only from .*set the clock/,
  },
  {
    name: 'read-only folder',
    prepare: letAllRead,
    words: ['renew'],
    options: { environment: passphrase, user: nobody },
    says: /cannot be written \(EACCES.*nothing was changed.*FILE_UNWRITABLE/,
  },
  {
    name: 'member spelled wrong',
    words: ['issue', '--member', 'etcd-z:10.0.0.1'],
    options: { environment: passphrase },
    says: /there is no "=" between name and address/,
  },
];

export function run(): Promise<AcceptanceResult> {
  return withScratch(async (root) => {
    const good = join(root, 'good');
    const members = ['etcd-a=10.0.0.1', 'etcd-b=10.0.0.2'];
    const init = ['init', '--members', ...members, '--authority-keys', 'encrypted'];
    const made = await runInFolder(good, init, { environment: passphrase });
    if (made.code !== 0) throw new Error(made.errors);
    const failures: string[] = [];
    for (const each of cases) {
      const directory = join(root, each.name.replaceAll(/\W+/g, '-'));
      cpSync(good, directory, { recursive: true });
      each.prepare?.(directory);
      const before = digestOf(directory);
      const { code, output, errors } = await runInFolder(directory, each.words, each.options);
      const text = `${output}${errors}`;
      if (code === 0 || code === null || code === 70) failures.push(`${each.name}: exit code ${code}`);
      if (!each.says.test(text)) failures.push(`${each.name}: says ${text.trim().slice(0, 300)}`);
      if (/\n\s+at /.test(text)) failures.push(`${each.name}: shows a stack`);
      if (digestOf(directory) !== before) failures.push(`${each.name}: changed files`);
    }
    const figure = `${cases.length} cases, ${failures.length} wrong${failures.map((failure) => `; ${failure}`).join('')}`;
    return { figure, passed: failures.length === 0 };
  });
}

function runInFolder(
  directory: string,
  words: readonly string[],
  options?: CommandOptions,
): Promise<CommandResult> {
  const isRotation = words[0] === 'rotate-ca';
  const [head, tail] = isRotation ? [words.slice(0, 2), words.slice(2)] : [words.slice(0, 1), words.slice(1)];
  return runSeawall(['pki', 'etcd', ...head, '--directory', directory, ...tail], options);
}

/** Lets a Node process believe that it is so many days later. */
function clockOptions(days: number): string {
  const text = `const now = Date.now; Date.now = () => now() + ${days * 86_400_000};`;
  return `--import=data:text/javascript,${encodeURIComponent(text)}`;
}

/** Everybody may read, nobody but the owner write. */
function letAllRead(directory: string): void {
  chmodSync(dirname(directory), 0o755);
  chmodSync(directory, 0o555);
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    chmodSync(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o555 : 0o444);
  }
}

/** One digest over every file's path and contents. */
function digestOf(directory: string): string {
  const hash = createHash('sha256');
  const files = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const file of files) hash.update(file.slice(directory.length)).update('\0').update(readFileSync(file));
  return hash.digest('hex');
}
