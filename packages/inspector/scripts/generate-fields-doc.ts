// Writes docs/fields.md from the catalogue of fields: node --conditions=seawall-source packages/inspector/scripts/generate-fields-doc.ts
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSyscallCatalogue } from '../src/fields/catalogue.ts';
import type { FieldClass, InspectorField } from '../src/fields/field.ts';

export const documentPath = join(import.meta.dirname, '../../../docs/fields.md');

const INTRODUCTION = `# Fields of system call events

What conditions and outputs of the source \`syscall\` can ask. Generated from the catalogue by
\`packages/inspector/scripts/generate-fields-doc.ts\`: change the fields there, not here.

A field without a value for an event makes every comparison with it false and reads \`<NA>\` in outputs.
Arguments stand in brackets (\`proc.aname[2]\`); \`[ ]\` marks fields that can have one, \`[!]\` those that must, \`.\` those
that take it behind a dot. The last column says what a value can change with: what rests on the process alone is
decided once for each process, not for each event.

`;

/** The document's text. */
export function fieldsDocument(): string {
  return INTRODUCTION + createSyscallCatalogue().classes.map(section).join('\n');
}

function section({ name, description, fields }: FieldClass): string {
  const rows = fields.map(row).join('');
  return `## ${name}\n\n${description}\n\n| field | type | meaning | changes with |\n|---|---|---|---|\n${rows}`;
}

function row(field: InspectorField): string {
  const name = `\`${field.name}\`${argumentMark(field)}`;
  const meaning = `${field.description}${notes(field)}`.replaceAll('|', '\\|').replaceAll('<', '&lt;');
  const type = field.isList ? `list of ${field.type}` : field.type;
  return `| ${name} | ${type} | ${meaning} | ${field.dependsOn.join(', ')} |\n`;
}

function argumentMark({ argument, bindAfterDot }: InspectorField): string {
  const brackets = { none: '', allowed: ' `[ ]`', required: ' `[!]`' }[argument.presence];
  return bindAfterDot === undefined ? brackets : `${brackets} \`.\``;
}

function notes(field: InspectorField): string {
  const marks = [
    field.isDeprecated ? 'Deprecated.' : '',
    field.isFilterOnly === true ? 'For conditions: outputs show no value of it.' : '',
  ];
  return marks.map((mark) => (mark === '' ? '' : ` ${mark}`)).join('');
}

if (import.meta.main) writeFileSync(documentPath, fieldsDocument());
