import { resolve } from 'node:path';
import {
  type ConfigurationOptions,
  configurationFormats,
  defaultFilesAt,
  findMember,
  openCluster,
  writeConfiguration,
} from '@seawall/pki';
import { type Command, Option } from 'commander';
import type { CommandContext, OutputFormat } from '../command-context.ts';
import { outputOption } from '../output-option.ts';
import { directoryOption } from './options.ts';

interface Options {
  readonly directory: string;
  readonly member?: readonly string[];
  readonly format?: readonly string[];
  readonly filesAt?: string;
  readonly inPlace?: boolean;
  readonly dataDirectory: string;
  readonly clientAddress?: readonly string[];
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
    )
    .option('--in-place', 'the folders are used where they are now')
    .option('--data-directory <directory>', "etcd's data; {member} stands for the name", '/var/lib/etcd')
    .option('--client-address <ip...>', 'who else may reach the client port: API servers on other machines')
    .option('--existing', 'the members join a cluster that runs already')
    .option('--write <directory>', 'write every format for every member into files; never over existing ones')
    .addOption(outputOption())
    .action((options: Options) => configuration(context, options));
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
  if (options.write !== undefined) {
    const paths = await writeConfiguration(options.write, description, settings);
    const isJson = options.output === 'json';
    terminal.output.write(isJson ? `${JSON.stringify({ paths }, undefined, 2)}\n` : `${paths.join('\n')}\n`);
    return;
  }
  const members = options.member?.map((name) => findMember(cluster, name)) ?? description.members;
  const formats = configurationFormats.filter(({ name }) => options.format?.includes(name) ?? true);
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
