import { existsSync } from 'node:fs';
import {
  type InitialiseOrder,
  initialise,
  type KeyAlgorithmName,
  type KeyKeeping,
  keyAlgorithmNames,
  keyKeepingNames,
  type LayoutName,
  layoutNames,
  type Member,
  parseMemberFile,
} from '@seawall/pki';
import { type Command, Option } from 'commander';
import type { CommandContext, OutputFormat } from '../command-context.ts';
import { errors } from '../errors.ts';
import { countOf } from '../number-text.ts';
import { outputOption } from '../output-option.ts';
import {
  addKeyOptions,
  directoryOption,
  externalAuthorities,
  givenPassphrase,
  type KeyOptions,
  parseDays,
  parseName,
  readMember,
  readTextFile,
  warnOfEarlyEnd,
} from './options.ts';
import { promptSecret } from './prompt.ts';

interface Options extends KeyOptions {
  readonly directory: string;
  readonly members: readonly string[];
  readonly name: string;
  readonly layout: LayoutName;
  readonly algorithm: KeyAlgorithmName;
  readonly leafDays: number;
  readonly authorityDays: number;
  readonly gatewayClient?: boolean;
  readonly authorityKeys: KeyKeeping;
  readonly peerAuthority?: string;
  readonly clientAuthority?: string;
  readonly output: OutputFormat;
}

const description = `make two authorities (peers; clients) and every certificate that the members need

A member is written name=address[,address...][:CLIENTPORT/PEERPORT]; the first address is the one in its URLs.
A FILE holds the same as YAML: members: [{ name, addresses, clientPort, peerPort }].`;

/** `seawall pki etcd init` */
export function addInitCommand(parent: Command, context: CommandContext): void {
  const command = parent
    .command('init')
    .description(description)
    .requiredOption('--members <member...>', 'a FILE, or members as name=address...')
    .addOption(directoryOption())
    .option('--name <name>', "the cluster's name (etcd's initial-cluster-token)", parseName, 'etcd')
    .addOption(new Option('--layout <layout>', 'how files are named').choices(layoutNames).default('seawall'))
    .addOption(new Option('--algorithm <name>', 'kind of keys').choices(keyAlgorithmNames).default('p256'))
    .option('--leaf-days <days>', 'how long certificates last', parseDays, 365)
    .option('--authority-days <days>', 'how long the authorities last', parseDays, 3650)
    .option('--gateway-client', 'a pair of its own for etcd to dial itself with (etcd 3.5 and later)')
    .addOption(
      new Option('--authority-keys <how>', "where the authorities' keys are kept")
        .choices(keyKeepingNames)
        .default('plain'),
    )
    .option('--peer-authority <file>', 'certificate of the external authority of peers')
    .option('--client-authority <file>', 'certificate of the external authority of clients');
  addKeyOptions(command)
    .addOption(outputOption())
    .action((options: Options) => init(context, options));
}

async function init(context: CommandContext, options: Options): Promise<void> {
  refuseForgottenKeeping(options);
  const members = options.members.flatMap(readMembers);
  const order: InitialiseOrder = {
    directory: options.directory,
    authorityDirectory: options.authorityDirectory,
    passphrase: await newPassphrase(context, options),
    externalAuthorities: externalAuthorities(options),
    now: Date.now(),
    description: {
      clusterName: options.name,
      layout: options.layout,
      members: members.map((member) => ({ ...member, addresses: [...member.addresses] })),
      hasGatewayClient: options.gatewayClient ?? false,
      algorithm: options.algorithm,
      leafDays: options.leafDays,
      authorityDays: options.authorityDays,
      keyKeeping: options.authorityKeys,
    },
  };
  const paths = await initialise(order);
  if (options.authorityKeys !== 'external') warnOfEarlyEnd(context, options.leafDays, options.authorityDays);
  const { output } = context.terminal;
  if (options.output === 'json') {
    output.write(`${JSON.stringify({ directory: options.directory, paths }, undefined, 2)}\n`);
    return;
  }
  output.write(
    `${options.directory}: ${countOf(paths.length, 'file')} for ${countOf(members.length, 'member')}\n`,
  );
  for (const { name } of members) output.write(`  members/${name}: copy this folder to ${name}\n`);
  output.write(nextText(options));
}

/** Options about keys that are kept elsewhere mean nothing here unless that is said too: the keys would lie here, against the wish. */
function refuseForgottenKeeping(options: Options): void {
  const { authorityKeys, authorityDirectory, peerAuthority, clientAuthority } = options;
  const refuse = (option: string, keeping: KeyKeeping, hint: string): never => {
    const command = `pki etcd init ${option}`;
    throw errors.create('OPTION_MISSING', { command, option: `--authority-keys ${keeping}`, hint });
  };
  if (authorityDirectory !== undefined && authorityKeys !== 'apart')
    refuse('--authority-directory', 'apart', "without it the authorities' keys stay with the certificates");
  const isExternal = peerAuthority !== undefined || clientAuthority !== undefined;
  if (isExternal && authorityKeys !== 'external') {
    const option = peerAuthority === undefined ? '--client-authority' : '--peer-authority';
    refuse(option, 'external', 'without it authorities of its own are made');
  }
}

function nextText({ authorityKeys, authorityDirectory, directory }: Options): string {
  const what = `what to set: seawall pki etcd configuration --directory ${directory}\n`;
  if (authorityKeys === 'external') {
    return 'have requests/peers/*.csr and requests/clients/*.csr signed, then: seawall pki etcd import FILE...\n';
  }
  if (authorityKeys === 'apart')
    return `the authorities' keys are in ${authorityDirectory}: take them away now\n${what}`;
  return what;
}

function readMembers(text: string): Member[] {
  return text.includes('=') && !existsSync(text)
    ? [readMember('--members', text)]
    : parseMemberFile(readTextFile(text), text);
}

/** A new passphrase is asked for twice. */
async function newPassphrase(context: CommandContext, options: Options): Promise<string | undefined> {
  const given = givenPassphrase(context, options);
  if (given !== undefined || options.authorityKeys !== 'encrypted') return given;
  const typed = await promptSecret(context, "New passphrase for the authorities' keys");
  if (typed === undefined) return undefined;
  if ((await promptSecret(context, 'The same again')) === typed) return typed;
  throw errors.create('OPTION_INVALID', {
    option: 'passphrase',
    value: '(hidden)',
    problem: 'the two differ; nothing was made',
  });
}
