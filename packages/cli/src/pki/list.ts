import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isSeawallError } from '@seawall/base';
import {
  authorityNames,
  type CertificateDescription,
  describeCertificate,
  type ExpiryLevel,
  expiryLevel,
  expiryText,
  leavesOf,
  openCluster,
  readCertificateFile,
} from '@seawall/pki';
import type { Command } from 'commander';
import type { CommandContext, OutputFormat } from '../command-context.ts';
import { outputOption } from '../output-option.ts';
import { exitCodes } from '../terminal/exit-code.ts';
import { renderTable } from '../terminal/table.ts';
import { directoryOption, durationOption } from './options.ts';

/** One line of the list: a certificate of the cluster, or why there is none. */
interface Entry {
  readonly id: string;
  readonly path: string;
  readonly said: CertificateDescription | undefined;
  readonly problem: string | undefined;
}

interface Options {
  readonly directory: string;
  readonly within: number;
  readonly output: OutputFormat;
}

/** `seawall pki etcd list` */
export function addListCommand(parent: Command, context: CommandContext): void {
  parent
    .command('list')
    .description('every certificate of the cluster: for whom, from whom, until when')
    .addOption(directoryOption())
    .addOption(durationOption('--within <duration>', 'mark what ends within this time', '30d'))
    .addOption(outputOption())
    .action((options: Options) => show(context, entriesOf(options.directory), options));
}

/** `seawall pki etcd expiring` */
export function addExpiringCommand(parent: Command, context: CommandContext): void {
  parent
    .command('expiring')
    .description('the certificates that end soon; exit code 1 when there is one')
    .addOption(directoryOption())
    .addOption(durationOption('--within <duration>', 'how soon', '30d'))
    .addOption(outputOption())
    .action((options: Options) => {
      const entries = entriesOf(options.directory).filter(
        (entry) => levelOf(entry, options.within) !== 'good',
      );
      if (entries.length > 0) context.setExitCode(exitCodes.findings);
      else if (options.output === 'text') {
        context.terminal.output.write('nothing ends within this time\n');
        return;
      }
      show(context, entries, options);
    });
}

function entriesOf(directory: string): Entry[] {
  const { description } = openCluster(directory);
  const authorities = authorityNames.map((name) => ({
    id: `authority ${name}`,
    path: `authorities/${name}.crt`,
  }));
  const leaves = leavesOf(description).map(({ id, certificatePath }) => ({ id, path: certificatePath }));
  return [...authorities, ...leaves].map(({ id, path }) => {
    const full = join(directory, path);
    if (!existsSync(full)) return { id, path, said: undefined, problem: 'not there' };
    try {
      return { id, path, said: describeCertificate(readCertificateFile(full)[0]!), problem: undefined };
    } catch (error) {
      if (!isSeawallError(error)) throw error;
      return { id, path, said: undefined, problem: error.message };
    }
  });
}

function show({ terminal }: CommandContext, entries: readonly Entry[], options: Options): void {
  if (options.output === 'json') {
    const list = entries.map(({ id, path, said, problem }) => ({
      id,
      path,
      problem: problem ?? null,
      ...(said && {
        ...said,
        notBefore: new Date(said.notBefore).toISOString(),
        notAfter: new Date(said.notAfter).toISOString(),
      }),
    }));
    terminal.output.write(`${JSON.stringify(list, undefined, 2)}\n`);
    return;
  }
  const { palette } = terminal.output;
  const paint: Record<ExpiryLevel, (text: string) => string> = {
    good: (text) => text,
    soon: palette.warning,
    expired: palette.bad,
    unreadable: palette.bad,
  };
  const rows = entries.map((entry) => {
    const { id, path, said, problem } = entry;
    const ends = expiryText(
      { path, position: 1, subject: '', isAuthority: false, notAfter: said?.notAfter, problem },
      Date.now(),
    );
    return [
      id,
      said ? (said.key.curve ?? `${said.key.algorithm} ${said.key.bits}`) : '',
      said?.extendedKeyUsages?.join(' ') ?? (said?.isAuthority ? 'authority' : ''),
      said ? [...said.dnsNames, ...said.ipAddresses].join(' ') : '',
      { text: ends, paint: paint[levelOf(entry, options.within)] },
    ];
  });
  const titles = ['CERTIFICATE', 'KEY', 'USAGES', 'NAMES', 'ENDS'].map((title) => ({ title }));
  terminal.output.write(renderTable(titles, rows));
}

function levelOf({ said }: Entry, within: number): ExpiryLevel {
  return expiryLevel({ notAfter: said?.notAfter }, Date.now(), within);
}
