import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { isSeawallError } from '@seawall/base';
import { type ApiConnection, openApiConnection, readKubeconfig } from '@seawall/kube';
import { apiServerMissing, startApiServer } from '@seawall/kube/testing';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parseAllDocuments } from 'yaml';
import { customResourceDefinitions } from './custom-resources.ts';

const root = join(import.meta.dirname, '../../../..');

interface KubernetesObject {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly names?: { readonly kind: string };
    readonly versions?: readonly { readonly schema: { readonly openAPIV3Schema: object } }[];
  };
}

const objectsIn = (path: string): KubernetesObject[] =>
  parseAllDocuments(readFileSync(join(root, path), 'utf8')).map(
    (document) => ('toJS' in document ? document.toJS() : {}) as KubernetesObject,
  );

const published = 'examples/agent/crds.yaml';

test('the published definitions are those of the code (./seawall policies schema --custom-resources > examples/agent/crds.yaml)', () => {
  assert.deepEqual(objectsIn(published), JSON.parse(JSON.stringify(customResourceDefinitions())));
});

const validatorOf = (kind: string) => {
  const definition = objectsIn(published).find(({ spec }) => spec.names?.kind === kind);
  const { openAPIV3Schema } = definition?.spec.versions?.[0]?.schema ?? {};
  return new Ajv2020({ strict: false, validateFormats: false }).compile(openAPIV3Schema as object);
};

const examples = globSync(['examples/policies/*.yaml', 'rules/policies/*.yaml'], { cwd: root });

test('there are examples', () => {
  assert.ok(examples.length > 3);
});

for (const path of examples) {
  test(`${path} is valid by them`, () => {
    for (const object of objectsIn(path)) {
      const validate = validatorOf(object.kind);
      assert.ok(validate(object), JSON.stringify(validate.errors));
    }
  });
}

test('values of several types are valid by them', () => {
  const validate = validatorOf('NotificationChannel');
  const webhook = {
    url: 'https://tickets.example.org/api',
    headers: { Authorization: { fromFile: '/secret' }, Accept: 'text/plain' },
    body: { title: '{{title}}', labels: ['a', { b: [1, true] }] },
    signingSecret: { fromEnvironment: 'SECRET' },
  };
  assert.ok(validate({ spec: { webhook } }), JSON.stringify(validate.errors));
});

const rules = [{ tag: 'a' }];
const refused: readonly (readonly [string, object])[] = [
  ['no rules', {}],
  ['an empty list of rules', { rules: [] }],
  ['a mode that there isn’t', { rules, mode: 'loud' }],
  ['an action that there isn’t', { rules, actions: [{ type: 'panic' }] }],
  ['a part of another action', { rules, actions: [{ type: 'kill', grace: '5s' }] }],
  ['a time without its unit', { rules, coolDown: '5 minutes' }],
];

for (const [name, spec] of refused) {
  test(`${name} is not valid by them`, () => {
    assert.equal(validatorOf('RuntimePolicy')({ spec }), false);
  });
}

// Objects themselves can't be tried there: a kube-apiserver 1.20 that was built with a newer Go than its own ends with the first.
test('a real API server takes the definitions and has nothing against their schemas', {
  skip: apiServerMissing(),
}, async (context) => {
  const server = await startApiServer();
  context.after(() => server.stop());
  const connection = openApiConnection(readKubeconfig(server.kubeconfig));
  context.after(() => connection.close());
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  for (const definition of objectsIn(published)) {
    await createWhenReady(connection, path, definition);
    let conditions: Condition[] = [];
    while (!conditions.some(({ type, status }) => type === 'Established' && status === 'True')) {
      const { status } = await connection.ask<{ status: { conditions?: Condition[] } }>(
        'GET',
        `${path}/${definition.metadata.name}`,
      );
      conditions = status.conditions ?? [];
      assert.equal(conditions.find(({ type }) => type === 'NonStructuralSchema')?.message, undefined);
      await wait(50);
    }
  }
});

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly message: string;
}

/** The port is open before everything behind it is ready. */
async function createWhenReady(connection: ApiConnection, path: string, value: object): Promise<void> {
  const end = performance.now() + 60_000;
  for (;;) {
    try {
      await connection.ask('POST', path, { type: 'application/json', value });
      return;
    } catch (error) {
      const isInvalid = isSeawallError(error, 'kube/API_SERVER_REFUSED') && error.details.status === 422;
      if (isInvalid || performance.now() > end) throw error;
      await wait(200);
    }
  }
}
