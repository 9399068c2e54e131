import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { isSeawallError } from '@seawall/base';
import { until } from '@seawall/base/testing';
import { type ApiConnection, openApiConnection, readKubeconfig } from '@seawall/kube';
import { type ApiServer, apiServerMissing, startApiServer } from '@seawall/kube/testing';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parseAllDocuments } from 'yaml';
import { customResourceDefinitions, customResourcePath } from './custom-resources.ts';
import { type ObjectKind, objectKinds } from './load.ts';
import { API_VERSION } from './policy.ts';

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

describe('a real API server', { skip: apiServerMissing() }, () => {
  let server: ApiServer;
  let connection: ApiConnection;

  before(async () => {
    server = await startApiServer();
    connection = openApiConnection(readKubeconfig(server.kubeconfig));
  });
  after(async () => {
    connection?.close();
    await server?.stop();
  });

  const create = (kind: ObjectKind, name: string, spec: object): Promise<{ readonly spec: object }> =>
    connection.ask('POST', customResourcePath(kind), {
      type: 'application/json',
      value: { apiVersion: API_VERSION, kind, metadata: { name }, spec },
    });

  test('takes the definitions and has nothing against their schemas', async () => {
    for (const definition of objectsIn(published)) {
      const value = definition;
      await connection.ask('POST', DEFINITIONS, { type: 'application/json', value });
      let conditions: readonly Condition[] = [];
      while (!conditions.some(({ type, status }) => type === 'Established' && status === 'True')) {
        const path = `${DEFINITIONS}/${definition.metadata.name}`;
        const { status } = await connection.ask<{ status: { conditions?: Condition[] } }>('GET', path);
        conditions = status.conditions ?? [];
        const wrong = conditions.find(({ type }) => type === 'NonStructuralSchema');
        assert.equal(wrong?.message, undefined);
        await wait(50);
      }
    }
    // Objects are taken a moment after their definition is.
    await untilServed(connection);
  });

  for (const path of examples) {
    test(`admits ${path}, and keeps it as it is written`, async () => {
      for (const { kind, metadata, spec } of objectsIn(path)) {
        // Names of examples stand in several files.
        const name = `${basename(path, '.yaml')}-${metadata.name}`;
        const { spec: kept } = await create(kind as ObjectKind, name, spec);
        assert.deepEqual(kept, spec);
      }
    });
  }

  for (const [name, spec] of refused) {
    test(`refuses a policy with ${name}`, async () => {
      await assert.rejects(create('RuntimePolicy', 'refused', spec), hasStatus(422));
    });
  }

  test('drops keys that do not exist, also deep within', async () => {
    const { spec } = await create('RuntimePolicy', 'typing-errors', {
      rules,
      chanels: ['a'],
      scope: { namespacess: ['a'], not: { podss: ['b'] } },
      actions: [{ type: 'capture', befor: '1s' }],
    });
    assert.deepEqual(spec, { rules, scope: { not: {} }, actions: [{ type: 'capture' }] });
  });
});

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly message: string;
}

function hasStatus(status: number) {
  return (error: unknown): boolean =>
    isSeawallError(error, 'kube/API_SERVER_REFUSED') && error.details.status === status;
}

async function untilServed(connection: ApiConnection): Promise<void> {
  for (const kind of objectKinds) {
    await until(() =>
      connection.ask('GET', customResourcePath(kind)).then(
        () => true,
        () => false,
      ),
    );
  }
}
