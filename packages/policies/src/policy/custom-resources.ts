import { type JsonSchema, structuralSchemaOf } from '@seawall/kube';
import { stringify } from 'yaml';
import { objectsJsonSchema } from './json-schema.ts';
import type { ObjectKind } from './load.ts';
import { API_VERSION } from './policy.ts';

const [GROUP, VERSION] = API_VERSION.split('/') as [string, string];

interface Naming {
  readonly plural: string;
  readonly shortNames: readonly string[];
  /** What `kubectl get` shows besides the name and the age. */
  readonly columns: readonly { readonly name: string; readonly type: string; readonly jsonPath: string }[];
}

const namings: Readonly<Record<ObjectKind, Naming>> = {
  RuntimePolicy: {
    plural: 'runtimepolicies',
    shortNames: ['rtp'],
    columns: [
      { name: 'Mode', type: 'string', jsonPath: '.spec.mode' },
      { name: 'Severity', type: 'string', jsonPath: '.spec.severity' },
    ],
  },
  RuleSet: { plural: 'rulesets', shortNames: [], columns: [] },
  NotificationChannel: {
    plural: 'notificationchannels',
    shortNames: ['nch'],
    columns: [{ name: 'Minimum', type: 'string', jsonPath: '.spec.routing.minimumSeverity' }],
  },
};

/** Where an API server has the objects of a kind. */
export function customResourcePath(kind: ObjectKind): string {
  return `/apis/${API_VERSION}/${namings[kind].plural}`;
}

/** The definitions as YAML for `kubectl apply`, a document each. */
export function customResourcesYaml(): string {
  return customResourceDefinitions()
    .map((definition) => stringify(definition, { lineWidth: 120, aliasDuplicateObjects: false }))
    .join('---\n');
}

/**
 * CustomResourceDefinitions (apiextensions.k8s.io/v1) of policies, rule sets and channels, made of the schemas that files are
 * read by. They are of the whole cluster, as policies are.
 */
export function customResourceDefinitions(): readonly object[] {
  const { oneOf: objects = [] } = objectsJsonSchema() as JsonSchema;
  return objects.map(({ title: kind, description, properties = {} }) => {
    const { plural, shortNames, columns } = namings[kind as ObjectKind];
    return {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.${GROUP}` },
      spec: {
        group: GROUP,
        scope: 'Cluster',
        names: {
          kind,
          plural,
          singular: String(kind).toLowerCase(),
          listKind: `${kind}List`,
          ...(shortNames.length > 0 && { shortNames }),
          categories: ['seawall'],
        },
        versions: [
          {
            name: VERSION,
            served: true,
            storage: true,
            subresources: { status: {} },
            additionalPrinterColumns: [
              ...columns,
              { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
            ],
            schema: {
              openAPIV3Schema: {
                description,
                type: 'object',
                required: ['spec'],
                properties: {
                  apiVersion: { type: 'string' },
                  kind: { type: 'string' },
                  metadata: { type: 'object' },
                  spec: structuralSchemaOf(properties.spec ?? {}),
                  status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
                },
              },
            },
          },
        ],
      },
    };
  });
}
