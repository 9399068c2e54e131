import { reasonOf } from '@seawall/base';
import { excerptOf } from '@seawall/rules';
import { LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { findCircularAlias } from './circular-alias.ts';
import type { PolicyFile } from './load.ts';
import type { Diagnostic } from './policy.ts';
import { keySchemaOf, schemaDiagnostics } from './schema-problems.ts';
import { createYamlPlaces } from './yaml-places.ts';

export interface ReadDocument<Value> {
  /** Undefined where there is an error. */
  readonly value: Value | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads one YAML document as its schema has it; every mistake is told with its place, none throws. */
export function readDocument<Schema extends z.ZodType>(
  { path, text }: PolicyFile,
  schema: Schema,
): ReadDocument<z.output<Schema>> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  const places = createYamlPlaces(path, document, lines);
  const [fault] = [...document.errors, ...document.warnings];
  if (fault !== undefined) {
    const message = `this is no YAML: ${excerptOf(fault.message)}`;
    return {
      value: undefined,
      diagnostics: [{ severity: 'error', place: places.at(fault.pos[0]), message }],
    };
  }
  const circular = findCircularAlias(document);
  if (circular !== undefined) {
    const place = places.at(circular.offset);
    return { value: undefined, diagnostics: [{ severity: 'error', place, message: circular.message }] };
  }
  let written: unknown;
  try {
    written = document.toJS();
  } catch (error) {
    // The one thing left that goes wrong here: aliases that multiply.
    const message = reasonOf(error);
    return { value: undefined, diagnostics: [{ severity: 'error', place: places.ofValue([]), message }] };
  }
  const result = schema.safeParse(written);
  if (result.success) return { value: result.data, diagnostics: [] };
  return {
    value: undefined,
    diagnostics: schemaDiagnostics(result.error, keySchemaOf(schema), written, places, []),
  };
}
