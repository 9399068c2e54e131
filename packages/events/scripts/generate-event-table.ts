/**
 * Writes src/table/event-facts.ts from the shared event table (event_table.json). Run it when that file changes.
 * The shared folder is SEAWALL_SHARED, by default `../shared` beside the checkout.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createUsage, type Usage } from '../../../scripts/usage.ts';

interface SharedEvent {
  readonly id: number;
  readonly enum: string;
  readonly name: string;
  readonly category: readonly string[];
  readonly flags: readonly string[];
  readonly params: readonly SharedParameter[];
}

interface SharedParameter {
  readonly name: string;
  readonly type: string;
  readonly fmt: string;
  readonly info: string | null;
}

const usage: Usage = createUsage('node packages/events/scripts/generate-event-table.ts');
usage.read({});
const table = usage.shared('conformance', 'event_table.json') ?? usage.refuse('there is no ../shared');
const events = JSON.parse(readFileSync(usage.file(table), 'utf8')) as readonly SharedEvent[];

const header = `/**
 * Every event type, one a line, in the order of their ids: symbol, name, categories, flags, parameters. A parameter
 * is name:type:format, and where it has one a table of flag values, the parameter that a path is relative to
 * (@index), or the variants of a dynamic type (*table).
 * Written by scripts/generate-event-table.ts. Facts of falcosecurity/libs (driver/event_table.c), used under MIT:
 * see LICENSE-event-table.
 */
export const EVENT_FACTS = \`
`;
const lines = events.map((event, index) => {
  if (event.id !== index) throw new Error(`event ${event.enum} has id ${event.id} at place ${index}`);
  return [
    event.enum.replace(/^PPME_/, ''),
    event.name,
    event.category.map((name) => name.replace(/^EC_/, '').toLowerCase()).join(' '),
    event.flags.map((name) => name.replace(/^EF_/, '').toLowerCase()).join(' '),
    event.params.map(parameterText).join(' '),
  ].join('|');
});
writeFileSync(
  join(import.meta.dirname, '../src/table/event-facts.ts'),
  `${header}${lines.join('\n')}\n\`;\n`,
);

function parameterText(parameter: SharedParameter): string {
  const parts = [
    parameter.name,
    parameter.type.replace(/^PT_/, '').toLowerCase(),
    parameter.fmt.replace(/^PF_/, '').toLowerCase(),
  ];
  if (parameter.info !== null) {
    const directory = /^DIRFD_PARAM\((\d+)\)$/.exec(parameter.info);
    const variants = /^(\w+)_dynamic_param$/.exec(parameter.info);
    if (directory !== null) parts.push(`@${directory[1]}`);
    else if (variants !== null) parts.push(`*${variants[1]}`);
    else parts.push(parameter.info);
  }
  return parts.join(':');
}
