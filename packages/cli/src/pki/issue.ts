import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  describeCertificate,
  importSigned,
  issueMore,
  type Renewal,
  readCertificateFile,
  readPrivateKeyFile,
  renew,
  signRequest,
  toAuthority,
} from '@seawall/pki';
import type { Command } from 'commander';
import type { CommandContext, OutputFormat } from '../command-context.ts';
import { errors } from '../errors.ts';
import { outputOption } from '../output-option.ts';
import { renderTable } from '../terminal/table.ts';
import {
  addKeyOptions,
  directoryOption,
  givenPassphrase,
  type KeyOptions,
  keyAccess,
  parseDays,
  parseDuration,
  parseName,
  readMember,
  readTextFile,
  warnOfEarlyEnd,
} from './options.ts';

interface CommonOptions extends KeyOptions {
  readonly directory: string;
  readonly output: OutputFormat;
}

/** `seawall pki etcd renew` */
export function addRenewCommand(parent: Command, context: CommandContext): void {
  const command = parent
    .command('renew')
    .description('replace certificates by fresh ones; etcd reads them anew at its next handshake')
    .argument('[id...]', 'certificates, or whole folders such as members/etcd-a; all when none is given')
    .addOption(directoryOption())
    .option('--within <duration>', 'only those that end within this time, such as 30d', parseDuration)
    .option('--reuse-key', 'keep the keys');
  type Options = CommonOptions & { readonly within?: number; readonly reuseKey?: boolean };
  addKeyOptions(command)
    .addOption(outputOption())
    .action(async (ids: string[], options: Options) => {
      const renewals = await renew({
        directory: options.directory,
        ids: ids.length > 0 ? ids : undefined,
        endingWithin: options.within,
        isKeyReused: options.reuseKey,
        now: Date.now(),
        ...(await keyAccess(context, options.directory, options)),
      });
      showRenewals(context, renewals, options.output, 'nothing is due');
    });
}

/** `seawall pki etcd issue` */
export function addIssueCommand(parent: Command, context: CommandContext): void {
  const command = parent
    .command('issue')
    .description('add a member, or a client with a certificate of its own')
    .addOption(directoryOption())
    .option('--client <name...>', 'a client: a backup job, an API server on another machine')
    .option(
      '--common-name <name>',
      "the client's common name (etcd's user name, where its own roles are on)",
      parseName,
    )
    .option('--member <member...>', 'a member, as in init');
  type Options = CommonOptions & {
    readonly client?: readonly string[];
    readonly commonName?: string;
    readonly member?: readonly string[];
  };
  addKeyOptions(command)
    .addOption(outputOption())
    .action(async (options: Options) => {
      const { client = [], member = [], commonName } = options;
      if (client.length + member.length === 0) {
        throw errors.create('OPTION_MISSING', {
          command: 'pki etcd issue',
          option: '--client or --member',
          hint: 'say what to add',
        });
      }
      if (commonName !== undefined && client.length === 0) {
        throw errors.create('OPTION_MISSING', {
          command: 'pki etcd issue --common-name',
          option: '--client',
          hint: 'a member has no name but its own',
        });
      }
      const renewals = await issueMore({
        directory: options.directory,
        members: member.map((text) => readMember('--member', text)),
        clients: client.map((name) => ({ name, commonName: commonName ?? name })),
        now: Date.now(),
        ...(await keyAccess(context, options.directory, options)),
      });
      showRenewals(context, renewals, options.output, 'nothing was asked for');
    });
}

/** `seawall pki etcd sign` */
export function addSignCommand(parent: Command, context: CommandContext): void {
  type Options = KeyOptions & {
    readonly authority: string;
    readonly authorityKey: string;
    readonly to: string;
    readonly days: number;
    readonly output: OutputFormat;
  };
  parent
    .command('sign')
    .description('on the machine that holds an authority: sign requests as they are')
    .argument('<request...>', 'files from requests/')
    .requiredOption('--authority <file>', 'the certificate of the authority')
    .requiredOption('--authority-key <file>', 'its key')
    .requiredOption('--to <directory>', 'where the certificates are written')
    .option('--days <days>', 'how long they last', parseDays, 365)
    .option('--passphrase-file <file>', 'opens the key; else SEAWALL_PKI_PASSPHRASE')
    .addOption(outputOption())
    .action(async (requests: string[], options: Options) => {
      const now = Date.now();
      const key = readPrivateKeyFile(options.authorityKey, givenPassphrase(context, options));
      const authority = toAuthority(readCertificateFile(options.authority)[0]!, key, now);
      const signed: { path: string; text: string }[] = [];
      for (const request of requests) {
        const order = { lifetimeDays: options.days, now };
        const certificate = await signRequest(readTextFile(request), request, authority, order);
        const path = join(options.to, `${basename(request).replace(/\.csr$/, '')}.crt`);
        signed.push({ path, text: certificate.toString() });
      }
      for (const { path, text } of signed) writeNewFile(path, text);
      const { notAfter } = describeCertificate(authority.certificate);
      warnOfEarlyEnd(context, options.days, (notAfter - now) / 86_400_000);
      const paths = signed.map(({ path }) => path);
      const isJson = options.output === 'json';
      context.terminal.output.write(isJson ? `${JSON.stringify({ paths })}\n` : `${paths.join('\n')}\n`);
    });
}

/** `seawall pki etcd import` */
export function addImportCommand(parent: Command, context: CommandContext): void {
  parent
    .command('import')
    .description('take certificates that an external authority signed for waiting requests')
    .argument('<certificate...>', 'files')
    .addOption(directoryOption())
    .addOption(outputOption())
    .action(async (paths: string[], options: CommonOptions) => {
      const leaves = await importSigned({ directory: options.directory, paths, now: Date.now() });
      const ids = leaves.map(({ id }) => id);
      const isJson = options.output === 'json';
      context.terminal.output.write(isJson ? `${JSON.stringify({ ids })}\n` : `${ids.join('\n')}\n`);
    });
}

function showRenewals(
  { terminal }: CommandContext,
  renewals: readonly Renewal[],
  output: OutputFormat,
  nothing: string,
): void {
  if (output === 'json') {
    const list = renewals.map(({ leaf, notAfter, paths }) => ({
      id: leaf.id,
      notAfter: notAfter === undefined ? null : new Date(notAfter).toISOString(),
      paths,
    }));
    terminal.output.write(`${JSON.stringify(list, undefined, 2)}\n`);
    return;
  }
  if (renewals.length === 0) {
    terminal.output.write(`${nothing}\n`);
    return;
  }
  const rows = renewals.map(({ leaf, notAfter, paths }) => [
    leaf.id,
    notAfter === undefined ? 'request written' : `until ${new Date(notAfter).toISOString().slice(0, 10)}`,
    paths[0]!,
  ]);
  terminal.output.write(renderTable([{ title: 'CERTIFICATE' }, { title: 'VALID' }, { title: 'FILE' }], rows));
}

function writeNewFile(path: string, text: string): void {
  try {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text, { flag: 'wx', mode: 0o644 });
  } catch (cause) {
    throw errors.create('FILE_UNWRITABLE', { path, reason: (cause as Error).message }, cause);
  }
}
