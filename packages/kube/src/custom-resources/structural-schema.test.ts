import assert from 'node:assert/strict';
import { test } from 'node:test';
import { structuralSchemaOf } from './structural-schema.ts';

const text = { type: 'string', minLength: 1 } as const;

test('what means the same stays, what structural schemas do not know goes', () => {
  assert.deepEqual(
    structuralSchemaOf({
      type: 'object',
      description: 'An object.',
      properties: {
        name: { ...text, default: 'a', format: 'uri', pattern: '^[a-z]+$' },
        labels: { type: 'object', propertyNames: { type: 'string' }, additionalProperties: text },
        kind: { const: 'Policy' },
        list: { type: 'array', items: { type: 'string', pattern: '(?=a)b' }, minItems: 1 },
      },
      required: ['name'],
      additionalProperties: false,
    }),
    {
      type: 'object',
      description: 'An object.',
      properties: {
        name: { ...text, pattern: '^[a-z]+$' },
        labels: { type: 'object', additionalProperties: text },
        kind: { type: 'string', enum: ['Policy'] },
        list: { type: 'array', items: { type: 'string' }, minItems: 1 },
      },
      required: ['name'],
    },
  );
});

test('objects of several shapes are one object, in which no shape has what is another’s', () => {
  const shape = (type: string, more: object) =>
    ({ type: 'object', properties: { type: { const: type }, ...more }, required: ['type'] }) as const;
  assert.deepEqual(structuralSchemaOf({ oneOf: [shape('pause', { for: text }), shape('kill', {})] }), {
    type: 'object',
    properties: { type: { type: 'string', enum: ['pause', 'kill'] }, for: text },
    anyOf: [
      { required: ['type'], properties: { type: { enum: ['pause'] } } },
      {
        required: ['type'],
        properties: { type: { enum: ['kill'] } },
        not: { anyOf: [{ required: ['for'] }] },
      },
    ],
  });
});

test('values of several types, and what is defined elsewhere, are let through', () => {
  const anything = { 'x-kubernetes-preserve-unknown-fields': true };
  assert.deepEqual(structuralSchemaOf({ anyOf: [{ type: 'boolean' }, { const: 'only' }] }), anything);
  assert.deepEqual(structuralSchemaOf({ $ref: '#/$defs/a', description: 'b' }), {
    description: 'b',
    ...anything,
  });
});
