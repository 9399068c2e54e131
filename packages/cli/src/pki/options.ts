import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSeawallError } from '@seawall/base';
import {
  authorityNames,
  type Cluster,
  isEncryptedKey,
  type KeyAccess,
  type Member,
  openCluster,
  parseMember,
  readCertificateFile,
} from '@seawall/pki';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { errors } from '../errors.ts';
import { countOf } from '../number-text.ts';
import { wholeNumberBetween } from '../whole-number.ts';
import { promptSecret } from './prompt.ts';

const unitMilliseconds: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Reads `30d`, `12h`, `45m`, `90s` as milliseconds. */
export function parseDuration(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text) ?? [];
  if (amount === undefined) throw new InvalidArgumentError('write a number and s, m, h or d, such as 30d');
  return Number(amount) * unitMilliseconds[unit!]!;
}

/** An option that takes a duration; its help shows the standard one as one would write it. */
export function durationOption(flags: string, description: string, standard: string): Option {
  return new Option(flags, description).argParser(parseDuration).default(parseDuration(standard), standard);
}

/** Reads a number of days. */
export const parseDays = wholeNumberBetween(1, 9_999_999);

/** Reads a folder on a member's machine. What is generated stands in files where a line's end would begin something else. */
export function parsePlace(text: string): string {
  if (!text.startsWith('/') || /\p{Cc}/u.test(text))
    throw new InvalidArgumentError('write a path from / on, in one line');
  return text;
}

/** Reads a name that goes into certificates and settings. */
export function parseName(text: string): string {
  if (text.trim() === '' || /\p{Cc}/u.test(text)) throw new InvalidArgumentError('write a name, in one line');
  return text;
}

/** Warns where certificates were asked to last longer than the authority that signs them: they end with it. */
export function warnOfEarlyEnd({ terminal }: CommandContext, days: number, authorityDays: number): void {
  if (days <= authorityDays) return;
  const { errors: stream } = terminal;
  const last = Math.max(Math.floor(authorityDays), 0);
  const text = `certificates will last ${countOf(last, 'day')}, not ${days}: their authority ends then, and none outlives it; renewing them does not help before the authority is replaced`;
  stream.write(`${stream.palette.warning('warning:')} ${text}\n`);
}

/** Reads a member as people type it. @throws cli/OPTION_INVALID */
export function readMember(option: string, text: string): Member {
  try {
    return parseMember(text);
  } catch (error) {
    if (!isSeawallError(error, 'pki/BAD_MEMBER')) throw error;
    const problem = `${error.details.reason}; write name=address[,address...][:CLIENTPORT/PEERPORT]`;
    throw errors.create('OPTION_INVALID', { option, value: text, problem }, error);
  }
}

/** `--directory`, the same for every command about a cluster. */
export function directoryOption(): Option {
  return new Option('--directory <directory>', "where the cluster's certificates lie").default('etcd-pki');
}

export interface KeyOptions {
  readonly passphraseFile?: string;
  readonly authorityDirectory?: string;
}

/** The options of every command that signs. */
export function addKeyOptions(command: Command): Command {
  return command
    .option(
      '--passphrase-file <file>',
      "opens the authorities' keys; else SEAWALL_PKI_PASSPHRASE, else it is asked for",
    )
    .option('--authority-directory <directory>', "where the authorities' keys are, when they are kept apart");
}

/** What opens the keys of a cluster; asks on a terminal where a passphrase is needed and none was given. */
export async function keyAccess(
  context: CommandContext,
  directory: string,
  options: KeyOptions,
): Promise<KeyAccess> {
  const { authorityDirectory } = options;
  const given = givenPassphrase(context, options);
  if (given !== undefined) return { passphrase: given, authorityDirectory };
  const isNeeded = needsPassphrase(openCluster(directory), authorityDirectory);
  const passphrase = isNeeded ? await promptSecret(context, 'Passphrase of the authorities') : undefined;
  return { passphrase, authorityDirectory };
}

/** The passphrase from the file or the environment. @throws cli/FILE_UNREADABLE, cli/OPTION_INVALID */
export function givenPassphrase(
  { terminal }: CommandContext,
  { passphraseFile }: KeyOptions,
): string | undefined {
  if (passphraseFile === undefined) return terminal.environment.SEAWALL_PKI_PASSPHRASE || undefined;
  const passphrase = readTextFile(passphraseFile).replace(/\r?\n$/, '');
  if (passphrase !== '') return passphrase;
  throw errors.create('OPTION_INVALID', {
    option: '--passphrase-file',
    value: passphraseFile,
    problem: 'the file is empty',
  });
}

/** @throws cli/FILE_UNREADABLE */
export function readTextFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw errors.create('FILE_UNREADABLE', { path, reason: (cause as Error).message }, cause);
  }
}

/** The certificates of external authorities, where they were given. */
export function externalAuthorities(options: {
  readonly peerAuthority?: string;
  readonly clientAuthority?: string;
}) {
  const read = (path: string | undefined) => (path === undefined ? undefined : readCertificateFile(path)[0]!);
  const peers = read(options.peerAuthority);
  const clients = read(options.clientAuthority);
  return { ...(peers && { peers }), ...(clients && { clients }) };
}

function needsPassphrase(
  { directory, description }: Cluster,
  authorityDirectory: string | undefined,
): boolean {
  const folder = description.keyKeeping === 'apart' ? authorityDirectory : join(directory, 'authorities');
  if (description.keyKeeping === 'external' || folder === undefined) return false;
  return authorityNames.some((name) => {
    try {
      return isEncryptedKey(readFileSync(join(folder, `${name}.key`), 'latin1'));
    } catch {
      // The command itself says what is wrong with the key, if it needs it at all.
      return false;
    }
  });
}
