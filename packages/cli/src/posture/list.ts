import { type Benchmark, type Check, checks, checksOf, findChecks, postureErrors } from '@seawall/posture';
import type { Command } from 'commander';
import type { CommandContext, OutputFormat } from '../command-context.ts';
import { outputOption } from '../output-option.ts';
import { renderTable } from '../terminal/table.ts';
import { benchmarkOption } from './options.ts';

/** `seawall posture checks` and `seawall posture explain CHECK` */
export function addListCommands(parent: Command, context: CommandContext): void {
  const { output } = context.terminal;
  parent
    .command('checks')
    .description('every check, with its CIS number')
    .addOption(benchmarkOption())
    .addOption(outputOption())
    .action(({ benchmark, output: format }: { benchmark: Benchmark; output: OutputFormat }) => {
      const chosen = checksOf(benchmark);
      if (format === 'json') {
        output.write(`${JSON.stringify(chosen.map(asData), undefined, 2)}\n`);
        return;
      }
      const columns = ['CIS', 'CHECK', 'COMPONENT', 'SEVERITY', 'TITLE'].map((title) => ({ title }));
      const rows = chosen.map(({ id, cis, component, severity, title }) => [
        cis[benchmark] ?? '',
        id,
        component,
        severity,
        title,
      ]);
      output.write(renderTable(columns, rows));
    });
  parent
    .command('explain <check>')
    .description('why a check is there, how it decides, and who else asks for it')
    .addOption(outputOption())
    .action((name: string, { output: format }: { output: OutputFormat }) => {
      const found = findChecks(name, checks);
      if (found.length === 0) throw postureErrors.create('NO_SUCH_CHECK', { id: name });
      if (format === 'json') output.write(`${JSON.stringify(found.map(asData), undefined, 2)}\n`);
      else output.write(found.map((check) => describe(check, output.palette.strong)).join('\n'));
    });
}

function describe(check: Check, strong: (text: string) => string): string {
  const numbers = Object.entries(check.cis).map(([benchmark, number]) => `${number} in ${benchmark}`);
  const lines: [string, string][] = [
    ['component', check.component],
    ['severity', check.severity],
    ['why', check.why],
    ['decides', check.rule.how],
    ['CIS', numbers.length === 0 ? 'in no benchmark' : numbers.join(', ')],
    ['NSA/CISA', check.nsa ?? ''],
    ['OWASP', check.owasp ?? ''],
    ['MITRE', check.mitre?.join(', ') ?? ''],
  ];
  const body = lines.filter(([, text]) => text !== '').map(([name, text]) => `  ${name.padEnd(10)} ${text}`);
  return `${strong(`${check.id}: ${check.title}`)}\n${body.join('\n')}\n`;
}

function asData({ rule, ...facts }: Check): unknown {
  return { ...facts, how: rule.how };
}
