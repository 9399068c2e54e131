import type { FieldDefinition } from '@seawall/rules';
import { type Command, Option } from 'commander';
import type { CommandContext, OutputFormat } from '../command-context.ts';
import { outputOption } from '../output-option.ts';
import { exitCodes } from '../terminal/exit-code.ts';
import { renderTable } from '../terminal/table.ts';
import { catalogues, sourceNames } from './catalogues.ts';

interface Options {
  readonly source?: string;
  readonly output: OutputFormat;
}

/** `seawall rules fields`: every field that conditions and outputs can use. */
export function addFieldsCommand(parent: Command, context: CommandContext): void {
  parent
    .command('fields')
    .argument('[text]', 'show only fields whose name or description contains this')
    .description('list the fields that conditions and outputs can use')
    .addOption(new Option('--source <source>', 'show the fields of one source').choices(sourceNames))
    .addOption(outputOption())
    .action((text: string | undefined, options: Options) => listFields(context, text, options));
}

function listFields({ terminal, setExitCode }: CommandContext, text: string | undefined, options: Options) {
  const rows = catalogues
    .filter(({ source }) => options.source === undefined || source === options.source)
    .flatMap(({ source, fields }) => [...fields.values()].map((field) => ({ source, field })))
    .filter(({ field }) => text === undefined || isAbout(field, text));
  if (options.output === 'json') {
    const list = rows.map(({ source, field }) => ({
      source,
      name: field.name,
      type: field.type,
      isList: field.isList,
      argument: field.argument,
      isDeprecated: field.isDeprecated,
      description: field.description,
    }));
    terminal.output.write(`${JSON.stringify(list, null, 2)}\n`);
  } else if (rows.length > 0) {
    const { faint } = terminal.output.palette;
    const table = renderTable(
      [{ title: 'SOURCE' }, { title: 'FIELD' }, { title: 'TYPE' }, { title: 'DESCRIPTION' }],
      rows.map(({ source, field }) => [
        { text: source, paint: faint },
        `${field.name}${argumentText(field)}`,
        field.isList ? `list of ${field.type}` : field.type,
        `${field.isDeprecated ? '(deprecated) ' : ''}${field.description}`,
      ]),
    );
    terminal.output.write(table);
  }
  if (rows.length === 0) {
    terminal.errors.write(`no field is about "${text}"\n`);
    setExitCode(exitCodes.findings);
  }
}

function isAbout({ name, description }: FieldDefinition<never>, text: string): boolean {
  return `${name} ${description}`.toLowerCase().includes(text.toLowerCase());
}

function argumentText({ argument }: FieldDefinition<never>): string {
  if (argument.presence === 'none') return '';
  const kinds = [argument.isIndex ? 'number' : '', argument.isKey ? 'name' : ''].filter(
    (kind) => kind !== '',
  );
  const kind = kinds.length === 0 ? 'argument' : kinds.join(' or ');
  return argument.presence === 'required' ? `[${kind}]` : `[${kind}?]`;
}
