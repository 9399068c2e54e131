import { describeRuleSet, type Rule } from '@seawall/rules';
import { type Command, Option } from 'commander';
import type { CommandContext, OutputFormat } from '../command-context.ts';
import { jsonText } from '../json-text.ts';
import { outputOption } from '../output-option.ts';
import { exitCodes } from '../terminal/exit-code.ts';
import { renderTable } from '../terminal/table.ts';
import { catalogues, sourceNames } from './catalogues.ts';
import { loadRuleFiles } from './load.ts';
import { messagesText } from './message-text.ts';

interface Options {
  readonly source?: string;
  readonly tag?: string;
  readonly output: OutputFormat;
}

/** `seawall rules list`: the rules of rule files. */
export function addListCommand(parent: Command, context: CommandContext): void {
  parent
    .command('list')
    .argument('<file...>', 'rule files, and folders of them, in the order to load them; - for standard input')
    .description('list the rules of rule files; as JSON with macros, lists and all details, as falco -L does')
    .addOption(new Option('--source <source>', 'show the rules about one source').choices(sourceNames))
    .option('-t, --tag <tag>', 'show only rules with this tag')
    .addOption(outputOption())
    .action((paths: readonly string[], options: Options) => listRules(context, paths, options));
}

async function listRules(
  { terminal, setExitCode }: CommandContext,
  paths: readonly string[],
  { source, tag, output }: Options,
): Promise<void> {
  const { files, ruleSet, unmetRequirement } = await loadRuleFiles(paths, terminal, []);
  if (ruleSet === undefined) {
    terminal.errors.write(messagesText(files, terminal.errors.palette, ['error']));
    if (unmetRequirement !== undefined) terminal.errors.write(`${unmetRequirement}\n`);
    setExitCode(exitCodes.findings);
    return;
  }
  const isChosen = (rule: Pick<Rule, 'source' | 'tags'>): boolean =>
    (source === undefined || rule.source === source) && (tag === undefined || rule.tags.includes(tag));
  if (output === 'json') {
    const description = describeRuleSet(ruleSet, catalogues);
    terminal.output.write(
      jsonText({ ...description, rules: description.rules.filter(({ info }) => isChosen(info)) }),
    );
    return;
  }
  const { faint } = terminal.output.palette;
  terminal.output.write(
    renderTable(
      [{ title: 'PRIORITY' }, { title: 'SOURCE' }, { title: 'RULE' }, { title: 'TAGS' }],
      ruleSet.rules
        .filter(isChosen)
        .map((rule) => [
          rule.priority,
          rule.source,
          rule.isEnabled ? rule.name : { text: `${rule.name} (disabled)`, paint: faint },
          { text: rule.tags.join(' '), paint: faint },
        ]),
    ),
  );
}
