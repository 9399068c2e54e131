import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { reasonOf } from '@seawall/base';
import { createYamlPlaces, keySchemaOf, schemaDiagnostics } from '@seawall/policies/schema-problems';
import { excerptOf } from '@seawall/rules';
import { isMap, LineCounter, type Node, parseDocument, visit } from 'yaml';
import type { z } from 'zod';
import { errors } from '../errors.ts';
import {
  type CaseFile,
  type ContainerOfCase,
  caseFileSchema,
  caseSchema,
  type ProcessOfCase,
  type RawCase,
  type RawCaseFile,
  type RuleCase,
} from './case-file.ts';

/** Containers and processes that cases can name. */
interface Cast {
  readonly containers: ReadonlyMap<string, ContainerOfCase>;
  readonly processes: ReadonlyMap<string, ProcessOfCase>;
}

interface ReadYaml {
  readonly content: RawCaseFile;
  /** The line of the n-th case. */
  lineOfCase(index: number): number;
  /** A value of the file as its schema has it. @throws agent/CASES_INVALID */
  accept<Schema extends z.ZodType>(
    schema: Schema,
    value: unknown,
    path: readonly PropertyKey[],
  ): z.output<Schema>;
}

/** So many mistakes of a file are told. */
const MOST_TOLD = 20;

/**
 * Reads a file of rule cases, with the files it includes.
 * @throws agent/CASES_UNREADABLE, agent/CASES_INVALID with every mistake, each with line and column.
 */
export function readCaseFile(path: string): CaseFile {
  const { content, lineOfCase, accept } = readYaml(path);
  const folder = dirname(path);
  const inherited = (content.include ?? []).map((name) => castOf(readYaml(beside(folder, name)).content));
  const shared = joinCasts([...inherited, castOf(content)]);
  const cases = (content.cases ?? []).flatMap(({ each, ...unfilled }, index) => {
    const line = lineOfCase(index);
    return (each ?? [undefined]).map((values) => {
      const raw = accept(caseSchema, fillIn(unfilled, values), ['cases', index]);
      return makeCase(raw, shared, content, { path, line }, values);
    });
  });
  const rules = (content.rules ?? ['..']).map((name) => beside(folder, name));
  return { name: path, rules, cases };
}

function readYaml(path: string): ReadYaml {
  const lines = new LineCounter();
  const document = parseDocument(readText(path), {
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'error',
    merge: true,
  });
  const fail = (offset: number, text: string): never => {
    const { line, col } = lines.linePos(offset);
    throw errors.create('CASES_INVALID', { problems: `${path}:${line}:${col}: ${text}` });
  };
  const [fault] = [...document.errors, ...document.warnings];
  if (fault !== undefined) fail(fault.pos[0], `this is no YAML: ${excerptOf(fault.message)}`);
  const root = document.contents as Node | null;
  if (root === null) fail(0, 'the file is empty: write cases, each with a name, given and expect');
  if (!isMap(root)) {
    fail(
      root!.range?.[0] ?? 0,
      'this is no file of cases, which begins with a key such as `cases:`; rules go into a file of their own',
    );
  }
  visit(document, {
    Alias(_, alias) {
      const [start, end] = alias.resolve(document)?.range ?? [0, 0];
      const at = alias.range?.[0] ?? 0;
      if (start <= at && at < end) fail(at, `*${alias.source} stands inside of what it names`);
    },
  });
  let written: unknown;
  try {
    written = document.toJS();
  } catch (error) {
    // What is left to go wrong here: aliases that multiply, and << of what is no map.
    fail(0, `this is no YAML: ${reasonOf(error)}`);
  }
  const places = createYamlPlaces(path, document, lines);
  const accept: ReadYaml['accept'] = (schema, value, base) => {
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    const problems = schemaDiagnostics(result.error, keySchemaOf(schema), value, places, base)
      .slice(0, MOST_TOLD)
      .map(({ place: { line, column }, message }) => `${path}:${line}:${column}: ${message}`);
    throw errors.create('CASES_INVALID', { problems: problems.join('\n') });
  };
  return {
    content: accept(caseFileSchema, written, []),
    accept,
    lineOfCase: (index) => places.ofValue(['cases', index]).line,
  };
}

function beside(folder: string, name: string): string {
  return isAbsolute(name) ? name : join(folder, name);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw errors.create('CASES_UNREADABLE', { path, reason: (error as Error).message }, error);
  }
}

function castOf({ containers = {}, processes = {} }: Pick<RawCaseFile, 'containers' | 'processes'>): Cast {
  return { containers: new Map(Object.entries(containers)), processes: new Map(Object.entries(processes)) };
}

/** Later ones win. */
function joinCasts(casts: readonly Cast[]): Cast {
  return {
    containers: new Map(casts.flatMap(({ containers }) => [...containers])),
    processes: new Map(casts.flatMap(({ processes }) => [...processes])),
  };
}

function makeCase(
  raw: RawCase,
  shared: Cast,
  file: RawCaseFile,
  { path, line }: { readonly path: string; readonly line: number },
  values: Readonly<Record<string, string>> | undefined,
): RuleCase {
  const { containers, processes } = joinCasts([shared, castOf(raw)]);
  const about = raw.rule ?? file.rule;
  const { given } = raw;
  return {
    name: values === undefined ? raw.name : `${raw.name} (${Object.values(values).join(', ')})`,
    file: path,
    line,
    rules: about === undefined || about === 'all' ? undefined : [about].flat(),
    enable: raw.enable ?? [],
    containers,
    processes,
    given: Array.isArray(given)
      ? given
      : {
          capture: beside(dirname(path), given.capture.file),
          metadata: given.capture.metadata && beside(dirname(path), given.capture.metadata),
        },
    expect: raw.expect,
  };
}

/** Puts the values of one `each` into every text of a case. A text that is nothing but `${key}` may become a number. */
function fillIn<Value>(value: Value, values: Readonly<Record<string, string>> | undefined): Value {
  if (values === undefined) return value;
  const fill = (item: unknown): unknown => {
    if (typeof item === 'string') {
      const whole = /^\$\{(\w+)\}$/.exec(item);
      if (whole !== null && Object.hasOwn(values, whole[1]!)) return asWritten(values[whole[1]!]!);
      return item.replace(/\$\{(\w+)\}/g, (placeholder, key: string) =>
        Object.hasOwn(values, key) ? values[key]! : placeholder,
      );
    }
    if (Array.isArray(item)) return item.map(fill);
    if (typeof item !== 'object' || item === null) return item;
    return Object.fromEntries(Object.entries(item).map(([key, inner]) => [String(fill(key)), fill(inner)]));
  };
  return fill(value) as Value;
}

function asWritten(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?(?:0|[1-9]\d{0,14})$/.test(text) ? Number(text) : text;
}
