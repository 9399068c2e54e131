import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '@seawall/base/testing';
import type { ApiConnection } from '@seawall/kube';
import type { ServiceAccount } from '@seawall/kube/testing';
import { customResourcePath } from '@seawall/policies';
import { parseAllDocuments } from 'yaml';

const FOLDER = join(import.meta.dirname, '../../../../examples/agent');

/** An object of `examples/agent`. */
export interface ExampleObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules?: readonly { readonly resources: readonly string[]; readonly verbs: readonly string[] }[];
}

/** @param name of a file in `examples/agent` */
export function exampleObjects(name: string): readonly ExampleObject[] {
  return parseAllDocuments(readFileSync(join(FOLDER, name), 'utf8')).map((document) =>
    'toJS' in document ? document.toJS() : {},
  );
}

/**
 * Does what the documentation tells people to do with a cluster: applies the definitions and the DaemonSet with its rights.
 * @returns the agent's account
 */
export async function applyExamples(connection: ApiConnection): Promise<ServiceAccount> {
  let account: ServiceAccount | undefined;
  for (const value of [...exampleObjects('crds.yaml'), ...exampleObjects('daemonset.yaml')]) {
    const made = await connection.ask<{ metadata: ServiceAccount }>('POST', pathOf(value), {
      type: 'application/json',
      value,
    });
    if (value.kind === 'ServiceAccount') account = made.metadata;
  }
  // Objects are taken a moment after their definition is.
  for (const kind of ['RuntimePolicy', 'RuleSet'] as const) {
    await until(() =>
      connection.ask('GET', customResourcePath(kind)).then(
        () => true,
        () => false,
      ),
    );
  }
  return account as ServiceAccount;
}

function pathOf({ apiVersion, kind, metadata: { namespace } }: ExampleObject): string {
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const place = namespace === undefined ? '' : `/namespaces/${namespace}`;
  return `${group}${place}/${kind.toLowerCase()}s`;
}
