import { walk } from '../check/walk.ts';
import { defineLint, type LintReport } from './finding.ts';

/** `evt.arg[1]` is another argument for each event, so an index hardly ever means one thing. */
export const argumentIndex = defineLint({
  id: 'argument-index',
  description: 'an argument by its number means different things across the events that the rule matches',
  severity: 'warning',
  messages: {
    differs: '{field} means different things across the events that this rule matches: {meanings}',
  },
  check({ rule, catalogue }) {
    const names = catalogue.eventTypes;
    if (names?.argumentsOf === undefined || rule.eventTypes === undefined) return [];
    const reports: LintReport<'differs'>[] = [];
    walk(rule.condition, (node) => {
      if (node.kind !== 'field' || !/^evt\.(?:arg|rawarg)$/.test(node.name)) return;
      const index = Number(node.argument);
      if (node.argument === undefined || !Number.isInteger(index)) return;
      const events = new Map<string, Set<string>>();
      for (const type of rule.eventTypes!) {
        const name = names.argumentsOf!(type)?.[index];
        const event = names.nameOf(type);
        if (name === undefined || event === undefined) continue;
        events.set(name, (events.get(name) ?? new Set()).add(event));
      }
      if (events.size < 2) return;
      const meanings = [...events].map(([name, of]) => `'${name}' of ${shorten([...of])}`);
      const hasPath = events.has('name') || events.has('path');
      reports.push({
        message: 'differs',
        details: { field: `${node.name}[${node.argument}]`, meanings: shorten(meanings, '; ') },
        node,
        hint: hasPath
          ? "write fd.name for the file's full path, or evt.arg.name for the argument as it was given"
          : `name the argument: ${[...events.keys()]
              .slice(0, 3)
              .map((name) => `${node.name}.${name}`)
              .join(' or ')}`,
      });
    });
    return reports;
  },
});

function shorten(items: readonly string[], separator = ', '): string {
  const most = 4;
  const shown = items.slice(0, most).join(separator);
  return items.length > most ? `${shown}${separator}...` : shown;
}
