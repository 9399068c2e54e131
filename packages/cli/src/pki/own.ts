import { issueOwnCertificate, type OwnPurpose, ownUsages } from '@seawall/pki';
import { type Command, Option } from 'commander';
import type { CommandContext, OutputFormat } from '../command-context.ts';
import { outputOption } from '../output-option.ts';
import { givenPassphrase, parseDays } from './options.ts';

interface Options {
  readonly directory: string;
  readonly purpose: OwnPurpose;
  readonly name: string;
  readonly host?: readonly string[];
  readonly days: number;
  readonly passphraseFile?: string;
  readonly output: OutputFormat;
}

/** `seawall pki issue` */
export function addOwnIssueCommand(parent: Command, context: CommandContext): void {
  parent
    .command('issue')
    .description(
      "a certificate for one of Seawall's own parts, from Seawall's own authority; renewed when due",
    )
    .addOption(
      new Option('--purpose <purpose>', 'which part').choices(Object.keys(ownUsages)).makeOptionMandatory(),
    )
    .requiredOption('--name <name>', "the part's name")
    .option('--host <host...>', 'DNS names and IP addresses that it serves under')
    .option('--days <days>', 'how long it lasts', parseDays, 90)
    .option('--directory <directory>', "where Seawall's own certificates lie", 'seawall-pki')
    .option('--passphrase-file <file>', "opens the authority's key; else SEAWALL_PKI_PASSPHRASE")
    .addOption(outputOption())
    .action(async (options: Options) => {
      const issued = await issueOwnCertificate({
        directory: options.directory,
        purpose: options.purpose,
        name: options.name,
        names: options.host ?? [],
        lifetimeDays: options.days,
        passphrase: givenPassphrase(context, options),
        now: Date.now(),
      });
      const { output } = context.terminal;
      const until = new Date(issued.notAfter).toISOString();
      if (options.output === 'json') {
        const { certificatePath, keyPath, authorityPath, isNew } = issued;
        const caBundle = Buffer.from(issued.authority).toString('base64');
        const answer = { certificatePath, keyPath, authorityPath, isNew, notAfter: until, caBundle };
        output.write(`${JSON.stringify(answer, undefined, 2)}\n`);
        return;
      }
      output.write(`${issued.certificatePath}: ${issued.isNew ? 'issued' : 'still good'}, until ${until}\n`);
    });
}
