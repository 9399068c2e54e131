import { z } from 'zod';
import { metadataSchema, type ObjectKind, objectKinds, specSchemaOf } from './load.ts';
import { API_VERSION } from './policy.ts';

const descriptions: Readonly<Record<ObjectKind, string>> = {
  RuntimePolicy: 'Which rules run where, and what follows from a finding.',
  RuleSet: 'Rules under a name that policies can ask for.',
  NotificationChannel: 'A place that findings are told to.',
};

/**
 * The JSON Schema of all objects that `loadPolicyFiles` reads: for editors, and published as
 * `schemas/seawall.dev-v1alpha1.json`. What it allows, loading may still refuse (names that lead nowhere); nothing that it
 * refuses is loaded.
 */
export function objectsJsonSchema(): unknown {
  const definitions: Record<string, unknown> = {};
  const objects = objectKinds.map((kind) => ({
    title: kind,
    description: descriptions[kind],
    type: 'object',
    additionalProperties: false,
    required: ['apiVersion', 'kind', 'metadata', 'spec'],
    properties: {
      apiVersion: { const: API_VERSION },
      kind: { const: kind },
      metadata: bodyOf(metadataSchema, `${kind}Metadata`, definitions),
      spec: bodyOf(specSchemaOf(kind), `${kind}Spec`, definitions),
      status: {},
    },
  }));
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: `Objects of ${API_VERSION}`,
    oneOf: objects,
    $defs: definitions,
  };
}

/** The schema without what belongs to the root of a document; its definitions are gathered there under names of their own. */
function bodyOf(schema: z.ZodType, name: string, definitions: Record<string, unknown>): unknown {
  const whole = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  const renamed = JSON.stringify(whole).replaceAll('"#/$defs/', `"#/$defs/${name}`);
  const { $schema: _, $defs = {}, ...body } = JSON.parse(renamed) as z.core.JSONSchema.BaseSchema;
  for (const [key, definition] of Object.entries($defs)) definitions[name + key] = definition;
  return body;
}
