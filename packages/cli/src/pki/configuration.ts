import { resolve } from 'node:path';
import {
  type ConfigurationOptions,
  configurationFormats,
  defaultFilesAt,
  findMember,
  type Network,
  openCluster,
  readNetwork,
  writeConfiguration,
} from '@seawall/pki';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { CommandContext, OutputFormat } from '../command-context.ts';
import { outputOption } from '../output-option.ts';
import { directoryOption, parsePlace } from './options.ts';

interface Options {
  readonly directory: string;
  readonly member?: readonly string[];
  readonly format?: readonly string[];
  readonly filesAt?: string;
  readonly inPlace?: boolean;
  readonly dataDirectory: string;
  readonly clientAddress?: readonly Network[];
  readonly existing?: boolean;
  readonly write?: string;
  readonly output: OutputFormat;
}

/** `seawall pki etcd configuration` */
export function addConfigurationCommand(parent: Command, context: CommandContext): void {
  const formats = configurationFormats.map(({ name, about }) => `${name} (${about})`).join(', ');
  parent
    .command('configuration')
    .description(`what to set on each member\n\nFormats: ${formats}`)
    .addOption(directoryOption())
    .option('--member <name...>', 'these members only')
    .addOption(
      new Option('--format <format...>', 'these formats only').choices(
        configurationFormats.map(({ name }) => name),
      ),
    )
    .option(
      '--files-at <directory>',
      "where a member's folder lies on its machine; {member} stands for its name",
      parsePlace,
    )
    .addOption(new Option('--in-place', 'the folders are used where they are now').conflicts('filesAt'))
    .option(
      '--data-directory <directory>',
      "etcd's data; {member} stands for the name",
      parsePlace,
      '/var/lib/etcd',
    )
    .option(
      '--client-address <ip...>',
      'who else may reach the client port: addresses or networks of API servers on other machines',
      collectNetworks,
    )
    .option('--existing', 'the members join a cluster that runs already')
    .option('--write <directory>', 'write into files, a folder for each member; never over existing ones')
    .addOption(outputOption())
    .action((options: Options) => configuration(context, options));
}

function collectNetworks(text: string, before: readonly Network[] = []): readonly Network[] {
  const network = readNetwork(text);
  if (network === undefined) {
    throw new InvalidArgumentError('write an IP address or a network, such as 10.0.0.100 or 10.0.1.0/24');
  }
  return [...before, network];
}

async function configuration({ terminal }: CommandContext, options: Options): Promise<void> {
  const cluster = openCluster(options.directory);
  const { description } = cluster;
  const settings: ConfigurationOptions = {
    filesAt: options.inPlace
      ? resolve(options.directory, 'members/{member}')
      : (options.filesAt ?? defaultFilesAt(description)),
    dataDirectory: options.dataDirectory,
    clientAddresses: options.clientAddress ?? [],
    isExistingCluster: options.existing ?? false,
  };
  const names = options.member && [...new Set(options.member)];
  const members = names?.map((name) => findMember(cluster, name)) ?? description.members;
  const formats = configurationFormats.filter(({ name }) => options.format?.includes(name) ?? true);
  if (options.write !== undefined) {
    const paths = await writeConfiguration(options.write, description, settings, members, formats);
    const isJson = options.output === 'json';
    terminal.output.write(isJson ? `${JSON.stringify({ paths }, undefined, 2)}\n` : `${paths.join('\n')}\n`);
    return;
  }
  const texts = members.flatMap((member) =>
    formats.map(({ name, about, file, write }) => ({
      member: member.name,
      format: name,
      about,
      file,
      text: write(description, member, settings),
    })),
  );
  if (options.output === 'json') {
    terminal.output.write(`${JSON.stringify(texts, undefined, 2)}\n`);
    return;
  }
  const isOne = texts.length === 1;
  const { strong } = terminal.output.palette;
  for (const { member, about, text } of texts) {
    terminal.output.write(isOne ? text : `${strong(`# ${member}: ${about}`)}\n${text}\n`);
  }
}
