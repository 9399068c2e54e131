import { nearestName } from '@seawall/rules';
import { z } from 'zod';
import { plainMessage } from './plain-message.ts';
import type { Diagnostic } from './policy.ts';
import type { YamlPlaces } from './yaml-places.ts';

export { createYamlPlaces, type YamlPlaces } from './yaml-places.ts';

/** The part of JSON Schema that `z.toJSONSchema` makes of our objects, as far as keys can be looked up in it. */
export interface KeySchema {
  readonly properties?: Readonly<Record<string, KeySchema>>;
  readonly items?: KeySchema;
  readonly additionalProperties?: KeySchema | boolean;
  readonly anyOf?: readonly KeySchema[];
  readonly oneOf?: readonly KeySchema[];
  readonly const?: unknown;
}

/**
 * What a schema has against a value, each with the place where it is written. Unknown keys are told with the nearest that
 * there is.
 * @param base the path of the value within its document.
 */
export function schemaDiagnostics(
  error: z.ZodError,
  schema: KeySchema,
  value: unknown,
  places: YamlPlaces,
  base: readonly PropertyKey[],
): Diagnostic[] {
  return flatten(error.issues, []).flatMap(({ issue, path }): Diagnostic[] => {
    const whole = [...base, ...path];
    if (issue.code !== 'unrecognized_keys') {
      return [{ severity: 'error', place: places.ofValue(whole), message: messageOf(issue, path, value) }];
    }
    const known = knownKeys(schema, path, value);
    return issue.keys.map((key) => ({
      severity: 'error',
      place: places.ofKey(whole, key),
      message: unknownKey(key, known),
    }));
  });
}

/** `there is no chanels: is it channels?` */
export function unknownKey(key: string, known: readonly string[]): string {
  const nearest = nearestName(key, known);
  return `there is no ${key}: ${nearest === undefined ? `known are ${known.join(', ')}` : `is it ${nearest}?`}`;
}

/** The schema's own words where it has some; else ours, not zod's. */
function messageOf(issue: z.core.$ZodIssue, path: readonly PropertyKey[], value: unknown): string {
  const written = path.reduce<unknown>(
    (part, step) => (part as Record<PropertyKey, unknown> | null | undefined)?.[step],
    value,
  );
  return plainMessage(issue, String(path.at(-1) ?? ''), written) ?? issue.message;
}

interface FoundIssue {
  readonly issue: z.core.$ZodIssue;
  readonly path: readonly PropertyKey[];
}

/** Of alternatives that all fail, the one that came furthest tells the most; without one, the alternatives' own message. */
function flatten(issues: readonly z.core.$ZodIssue[], before: readonly PropertyKey[]): FoundIssue[] {
  return issues.flatMap((issue): FoundIssue[] => {
    const path = [...before, ...issue.path];
    if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [{ issue, path }];
    const alternatives = issue.errors.map((inner) => flatten(inner, path));
    const depth = (found: readonly FoundIssue[]) => Math.max(0, ...found.map((each) => each.path.length));
    const deepest = alternatives.toSorted((left, right) => depth(right) - depth(left))[0]!;
    const isUnknownKey = deepest.every((each) => each.issue.code === 'unrecognized_keys');
    return depth(deepest) > path.length || isUnknownKey ? deepest : [{ issue, path }];
  });
}

function knownKeys(schema: KeySchema, path: readonly PropertyKey[], value: unknown): string[] {
  let schemas: readonly KeySchema[] = [schema];
  let part = value;
  for (const step of path) {
    schemas = fitting(schemas, part).flatMap((each): readonly KeySchema[] => {
      const next =
        typeof step === 'number'
          ? each.items
          : (each.properties?.[String(step)] ?? each.additionalProperties);
      return typeof next === 'object' ? [next] : [];
    });
    part = (part as Record<PropertyKey, unknown> | undefined)?.[step];
  }
  return [...new Set(fitting(schemas, part).flatMap((each) => Object.keys(each.properties ?? {})))];
}

/** Alternatives that a constant of theirs (such as an action's type) doesn't rule out. */
function fitting(schemas: readonly KeySchema[], value: unknown): readonly KeySchema[] {
  return schemas.flatMap((schema): readonly KeySchema[] => {
    const alternatives = schema.anyOf ?? schema.oneOf;
    if (alternatives !== undefined) return fitting(alternatives, value);
    const isRuledOut = Object.entries(schema.properties ?? {}).some(
      ([key, { const: wanted }]) =>
        wanted !== undefined && (value as Record<string, unknown> | null)?.[key] !== wanted,
    );
    return isRuledOut ? [] : [schema];
  });
}

/** The keys of a zod schema as `schemaDiagnostics` looks them up: what is written, before defaults are filled in. */
export function keySchemaOf(schema: z.ZodType): KeySchema {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as KeySchema;
}
