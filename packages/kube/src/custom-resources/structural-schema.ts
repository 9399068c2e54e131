/** JSON Schema as zod writes it, as far as it is read here. */
export interface JsonSchema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly $ref?: string;
  readonly pattern?: string;
  readonly [keyword: string]: unknown;
}

/** Keywords that mean the same in a CustomResourceDefinition. */
const KEPT = [
  'type',
  'enum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'minimum',
  'maximum',
] as const;

/** What API servers check a value by is not what it may be: they let it through as it is. */
const ANYTHING = { 'x-kubernetes-preserve-unknown-fields': true };

/**
 * Makes of a JSON Schema the structural schema that CustomResourceDefinitions take (Kubernetes documentation, "Extend the
 * Kubernetes API with CustomResourceDefinitions", "Specifying a structural schema"). It lets through whatever the JSON Schema does;
 * what structural schemas can't say, it leaves to whoever reads the object: values of several types, and defaults, which
 * API servers would write into the object.
 */
export function structuralSchemaOf(schema: JsonSchema): JsonSchema {
  const { description, oneOf, anyOf } = schema;
  const described = description === undefined ? {} : { description };
  const alternatives = oneOf ?? anyOf;
  if (alternatives !== undefined) return { ...described, ...ofAlternatives(alternatives) };
  if (schema.type === undefined && schema.const === undefined) return { ...described, ...ANYTHING };
  const kept = Object.fromEntries(
    KEPT.filter((keyword) => schema[keyword] !== undefined).map((keyword) => [keyword, schema[keyword]]),
  );
  const { properties, additionalProperties, items, pattern, required = [] } = schema;
  return {
    ...described,
    ...kept,
    ...(schema.const !== undefined && { type: schema.type ?? typeof schema.const, enum: [schema.const] }),
    // Go's regular expressions know nothing of looking around.
    ...(pattern !== undefined && !pattern.includes('(?') && { pattern }),
    ...(required.length > 0 && { required }),
    ...(properties !== undefined && { properties: mapValues(properties, structuralSchemaOf) }),
    ...(properties === undefined &&
      typeof additionalProperties === 'object' && {
        additionalProperties: structuralSchemaOf(additionalProperties),
      }),
    ...(items !== undefined && { items: structuralSchemaOf(items) }),
  };
}

/**
 * Objects of several shapes become one object with the properties of all, of which each shape may have its own. What is no
 * object in one of its shapes can't be said.
 */
function ofAlternatives(alternatives: readonly JsonSchema[]): JsonSchema {
  if (!alternatives.every(({ type, properties }) => type === 'object' && properties !== undefined)) {
    return ANYTHING;
  }
  const shapes = alternatives.map(structuralSchemaOf);
  const names = [...new Set(shapes.flatMap(({ properties }) => Object.keys(properties ?? {})))];
  return {
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name, joined(propertiesNamed(name, shapes))])),
    anyOf: shapes.map(({ properties = {}, required }) => {
      const others = names.filter((name) => properties[name] === undefined);
      const told = Object.entries(properties).flatMap(([name, property]) =>
        property.enum === undefined ? [] : [[name, { enum: property.enum }]],
      );
      return {
        ...(required !== undefined && { required }),
        ...(told.length > 0 && { properties: Object.fromEntries(told) }),
        ...(others.length > 0 && { not: { anyOf: others.map((name) => ({ required: [name] })) } }),
      };
    }),
  };
}

function propertiesNamed(name: string, shapes: readonly JsonSchema[]): readonly JsonSchema[] {
  return shapes.map(({ properties }) => properties?.[name]).filter((property) => property !== undefined);
}

/** One schema for a property that several shapes have: what they say alike, and the values of all. */
function joined(schemas: readonly JsonSchema[]): JsonSchema {
  const [first, ...others] = schemas as [JsonSchema, ...JsonSchema[]];
  if (schemas.every(({ enum: values }) => values !== undefined)) {
    return {
      type: first.type as string,
      enum: [...new Set(schemas.flatMap(({ enum: values = [] }) => values))],
    };
  }
  const text = JSON.stringify(withoutDescription(first));
  return others.every((other) => JSON.stringify(withoutDescription(other)) === text) ? first : ANYTHING;
}

function withoutDescription({ description: _, ...rest }: JsonSchema): JsonSchema {
  return rest;
}

function mapValues<Value, Result>(
  record: Readonly<Record<string, Value>>,
  map: (value: Value) => Result,
): Record<string, Result> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}
