import { reasonOf } from '@seawall/base';
import { excerptOf, nearestName } from '@seawall/rules';
import { isMap, isScalar, isSeq, LineCounter, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { notificationChannelSpec } from '../channel/channel.ts';
import type { RuleSetObject } from '../rule-set/rule-set.ts';
import { ruleSetSpecSchema } from '../rule-set/rule-set-schema.ts';
import type { ChannelObject } from './channel-object.ts';
import { findCircularAlias } from './circular-alias.ts';
import { API_VERSION, type Diagnostic, type Place, type RuntimePolicy } from './policy.ts';
import { findPolicyProblems } from './policy-problems.ts';
import { createPolicy, policySpecSchema } from './policy-schema.ts';
import { type KeySchema, keySchemaOf, schemaDiagnostics, unknownKey } from './schema-problems.ts';
import { createSelector } from './selector.ts';
import { createYamlPlaces, type YamlPlaces } from './yaml-places.ts';

/** A file of objects, already read. */
export interface PolicyFile {
  /** What messages call it. */
  readonly path: string;
  readonly text: string;
}

/** What files of objects hold. Objects with errors are left out, and the diagnostics say why. */
export interface LoadedObjects {
  readonly policies: readonly RuntimePolicy[];
  readonly ruleSets: readonly RuleSetObject[];
  readonly channels: readonly ChannelObject[];
  /** In the order of files and lines. */
  readonly diagnostics: readonly Diagnostic[];
}

const specSchemas = {
  RuntimePolicy: policySpecSchema,
  RuleSet: ruleSetSpecSchema,
  NotificationChannel: notificationChannelSpec,
} as const;

export type ObjectKind = keyof typeof specSchemas;

export const objectKinds = Object.keys(specSchemas) as readonly ObjectKind[];

/** The schema of what an object's `spec` may hold, as it is written. */
export function specSchemaOf(kind: ObjectKind): z.ZodType {
  return specSchemas[kind];
}

/** So many problems are told of one file; one of another kind would have them on every line. */
const MOST_TOLD = 50;

const objectName = /^[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?$/;

const anyText = z.record(z.string(), z.string({ error: 'its value is a text: put it in quotes' }));

/** `metadata`: what Kubernetes keeps there of an object that was read back is let through. */
export const metadataSchema = z.strictObject(
  {
    name: z
      .string({
        error: ({ input }) =>
          input === undefined ? 'the name is missing: write name: NAME' : 'a name is a text',
      })
      .max(253, { error: 'a name has at most 253 characters' })
      .regex(objectName, { error: 'a name has lower case letters, digits, and - or . between them' })
      .describe('What others call it.'),
    labels: anyText.optional(),
    annotations: anyText.optional(),
    ...Object.fromEntries(
      [
        ...['namespace', 'uid', 'resourceVersion', 'generation', 'creationTimestamp', 'managedFields'],
        ...['ownerReferences', 'finalizers', 'deletionTimestamp', 'deletionGracePeriodSeconds'],
      ].map((key) => [key, z.unknown().optional()]),
    ),
  },
  {
    error: ({ input }) =>
      input === undefined
        ? 'metadata is missing: write metadata: { name: NAME }'
        : 'write metadata as keys: metadata: { name: NAME }',
  },
);

const envelopeKeys = ['apiVersion', 'kind', 'metadata', 'spec', 'status'];

/**
 * Reads files of RuntimePolicy, RuleSet and NotificationChannel objects: YAML, any number of documents in each. Never throws
 * on bad input: every mistake is a diagnostic with its place.
 */
export function loadPolicyFiles(files: readonly PolicyFile[]): LoadedObjects {
  const policies: RuntimePolicy[] = [];
  const ruleSets: RuleSetObject[] = [];
  const channels: ChannelObject[] = [];
  const diagnostics: Diagnostic[] = [];
  const owners = new Map<string, Place>();
  for (const file of files) {
    const found: Diagnostic[] = [];
    for (const object of readObjects(file, found)) {
      const { kind, name, places } = object;
      const place = places.ofValue(['metadata', 'name']);
      const owner = owners.get(`${kind} ${name}`);
      if (owner !== undefined) {
        const message = `there is a ${kind} ${name} already, in ${owner.path}:${owner.line}: give this one another name`;
        found.push({ severity: 'error', place, message });
        continue;
      }
      owners.set(`${kind} ${name}`, place);
      if (kind === 'NotificationChannel') channels.push({ name, place, spec: object.spec });
      else if (kind === 'RuleSet') ruleSets.push(createRuleSet(object, file));
      else {
        const policy = createPolicy(
          { name, place },
          object.spec as z.output<typeof policySpecSchema>,
          (...path) => places.ofValue(['spec', ...path]),
        );
        found.push(...findPolicyProblems(policy));
        policies.push(policy);
      }
    }
    diagnostics.push(...firstOf(found));
  }
  return { policies, ruleSets, channels, diagnostics };
}

interface ReadObject {
  readonly kind: ObjectKind;
  readonly name: string;
  readonly spec: unknown;
  readonly places: YamlPlaces;
}

function readObjects(file: PolicyFile, found: Diagnostic[]): ReadObject[] {
  const lines = new LineCounter();
  const documents = parseAllDocuments(file.text, {
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'error',
  });
  const objects: ReadObject[] = [];
  if ('empty' in documents) return objects;
  for (const document of documents) {
    const places = createYamlPlaces(file.path, document, lines);
    // What YAML only warns of (an unknown tag) leaves open what is meant. Behind the first fault others only follow from it.
    const [fault] = [...document.errors, ...document.warnings];
    if (fault !== undefined) {
      const message = `this is no YAML: ${excerptOf(fault.message)}`;
      found.push({ severity: 'error', place: places.at(fault.pos[0]), message });
      continue;
    }
    if (document.contents === null || (isScalar(document.contents) && document.contents.value === null))
      continue;
    const circular = findCircularAlias(document);
    if (circular !== undefined) {
      found.push({ severity: 'error', place: places.at(circular.offset), message: circular.message });
      continue;
    }
    let value: unknown;
    try {
      value = document.toJS();
    } catch (error) {
      // The one thing left that goes wrong here: aliases that multiply.
      const message = reasonOf(error);
      found.push({ severity: 'error', place: places.ofValue([]), message });
      continue;
    }
    if (!isMap(document.contents)) {
      const message = isSeq(document.contents)
        ? 'a list is no object: rules belong into a rule file that a RuleSet names under files'
        : `begin an object with apiVersion: ${API_VERSION}`;
      found.push({ severity: 'error', place: places.ofValue([]), message });
      continue;
    }
    const object = readObject(value as Record<string, unknown>, places, found);
    if (object !== undefined) objects.push(object);
  }
  return objects;
}

function readObject(
  value: Record<string, unknown>,
  places: YamlPlaces,
  found: Diagnostic[],
): ReadObject | undefined {
  const before = found.length;
  const fail = (place: Place, message: string) => found.push({ severity: 'error', place, message });
  for (const key of Object.keys(value)) {
    if (!envelopeKeys.includes(key)) fail(places.ofKey([], key), unknownKey(key, envelopeKeys));
  }
  if (value.apiVersion === undefined)
    fail(places.ofValue([]), `apiVersion is missing: write apiVersion: ${API_VERSION}`);
  else if (value.apiVersion !== API_VERSION) {
    fail(
      places.ofValue(['apiVersion']),
      `${value.apiVersion} is not known here: write apiVersion: ${API_VERSION}`,
    );
  }
  const kind = objectKinds.find((known) => known === value.kind);
  if (kind === undefined)
    fail(places.ofValue(value.kind === undefined ? [] : ['kind']), kindProblem(value.kind));
  const metadata = metadataSchema.safeParse(value.metadata);
  if (!metadata.success) {
    found.push(...schemaDiagnostics(metadata.error, metadataKeys(), value.metadata, places, ['metadata']));
  }
  if (kind === undefined) return undefined;
  const spec = specSchemaOf(kind).safeParse(value.spec);
  if (!spec.success)
    found.push(...schemaDiagnostics(spec.error, specKeys(kind), value.spec, places, ['spec']));
  if (found.length > before || !spec.success || !metadata.success) return undefined;
  return { kind, name: metadata.data.name as string, spec: spec.data, places };
}

function kindProblem(kind: unknown): string {
  if (kind === undefined) return `kind is missing: write kind: ${objectKinds.join(', or ')}`;
  const nearest = nearestName(String(kind), objectKinds);
  return `there is no kind ${kind}: ${nearest === undefined ? `known are ${objectKinds.join(', ')}` : `is it ${nearest}?`}`;
}

function createRuleSet({ name, spec, places }: ReadObject, file: PolicyFile): RuleSetObject {
  const { description = '', files, content, select } = spec as z.output<typeof ruleSetSpecSchema>;
  const placeOf = (...path: readonly PropertyKey[]) => places.ofValue(['spec', ...path]);
  return {
    name,
    description,
    place: places.ofValue(['metadata', 'name']),
    files: files.map((path, index) => ({ path, place: placeOf('files', index) })),
    content:
      content === undefined
        ? undefined
        : { name: `${file.path} (RuleSet ${name})`, text: inPlace(content, places, file.text) },
    select: select.map((selector, index) => createSelector(selector, placeOf('select', index))),
  };
}

/**
 * Rule text as it stands in its file, with empty lines for what is before it: then messages about it name the file's own
 * lines and columns. Text that is not written as a block (`|`) can't be shown that way and is taken by itself.
 */
function inPlace(content: string, places: YamlPlaces, text: string): string {
  const node = places.nodeAt(['spec', 'content']);
  if (!isScalar(node) || node.type !== 'BLOCK_LITERAL' || node.range == null) return content;
  const [start, end] = node.range;
  const firstLine = text.indexOf('\n', start) + 1;
  const block = text.slice(firstLine, end);
  return `${'\n'.repeat(text.slice(0, firstLine).split('\n').length - 1)}${block}`;
}

function firstOf(found: readonly Diagnostic[]): readonly Diagnostic[] {
  const sorted = found.toSorted(
    ({ place: left }, { place: right }) => left.line - right.line || left.column - right.column,
  );
  if (sorted.length <= MOST_TOLD) return sorted;
  const told = sorted.slice(0, MOST_TOLD);
  return [
    ...told,
    { ...told.at(-1)!, message: `... and ${sorted.length - MOST_TOLD} more problems in this file` },
  ];
}

const keySchemas = new Map<string, KeySchema>();

/** Made only when something is wrong: it takes a few milliseconds. */
function specKeys(kind: ObjectKind): KeySchema {
  let schema = keySchemas.get(kind);
  if (schema === undefined) {
    schema = keySchemaOf(specSchemaOf(kind));
    keySchemas.set(kind, schema);
  }
  return schema;
}

function metadataKeys(): KeySchema {
  return keySchemaOf(metadataSchema);
}
