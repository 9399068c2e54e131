import { isSeawallError } from '@seawall/base';
import { type ApiServerAddress, findApiServer } from './credentials.ts';
import { type ApiConnection, openApiConnection } from './request.ts';
import { type LabelSelector, selects } from './selector.ts';

/** A pod, as far as acting on it goes. */
export interface Pod {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly node: string;
  readonly ip: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface PodQuery {
  /** All namespaces unless told. */
  readonly namespace?: string;
  readonly node?: string;
  /** As kubectl takes it: `app=web,tier!=cache`. */
  readonly labels?: string;
}

export interface Isolation {
  /** Whether the pod was isolated already. */
  readonly wasIsolated: boolean;
  /**
   * Network policies that select the pod as well and let something through: policies add up, so what they allow stays
   * allowed.
   */
  readonly stillAllowedBy: readonly string[];
}

/**
 * What is done with pods through the API server. Everything throws kube/API_SERVER_UNREACHABLE, kube/API_SERVER_TIMEOUT,
 * kube/API_SERVER_REFUSED (with the server's reason: missing rights, for example) and kube/API_OBJECT_NOT_FOUND.
 */
export interface Pods {
  list(query?: PodQuery): Promise<readonly Pod[]>;
  get(namespace: string, name: string): Promise<Pod>;
  /** Sets labels; null removes one. @returns the pod as it is then. */
  label(namespace: string, name: string, labels: Readonly<Record<string, string | null>>): Promise<Pod>;
  /** Cuts a pod off the network: labels it, and has a policy in its namespace that allows such pods nothing. */
  isolate(namespace: string, name: string): Promise<Isolation>;
  /** Takes that back; the policy goes with the last pod that it was for. @returns false where the pod was not isolated. */
  release(namespace: string, name: string): Promise<boolean>;
  close(): void;
}

/** The label of isolated pods, and the name of the policy that selects it. */
export const QUARANTINE_LABEL = 'seawall.dev/quarantine';
export const QUARANTINE_POLICY = 'seawall-quarantine';
const QUARANTINED = 'true';
const MANAGER_LABEL = 'app.kubernetes.io/managed-by';
const MANAGER = 'seawall';

/** Objects in a list at most: then the next page is asked for. */
const PAGE = 500;

interface PodObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec: { readonly nodeName?: string };
  readonly status?: { readonly podIP?: string };
}

interface PolicyObject {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly podSelector: LabelSelector;
    readonly ingress?: readonly unknown[];
    readonly egress?: readonly unknown[];
  };
}

interface List<Item> {
  readonly items: readonly Item[];
  readonly metadata: { readonly continue?: string };
}

/** @param address where the API server is; found as `findApiServer` does unless given. */
export function openPods(address: ApiServerAddress = findApiServer()): Pods {
  const connection = openApiConnection(address);

  async function list({ namespace, node, labels }: PodQuery = {}): Promise<readonly Pod[]> {
    const query = new URLSearchParams({ limit: String(PAGE) });
    if (labels !== undefined) query.set('labelSelector', labels);
    if (node !== undefined) query.set('fieldSelector', `spec.nodeName=${node}`);
    const path = namespace === undefined ? '/api/v1/pods' : podsPath(namespace);
    return (await listAll<PodObject>(connection, path, query)).map(podOf);
  }

  async function label(
    namespace: string,
    name: string,
    labels: Readonly<Record<string, string | null>>,
  ): Promise<Pod> {
    return podOf(
      await connection.ask<PodObject>('PATCH', podPath(namespace, name), {
        type: 'application/merge-patch+json',
        value: { metadata: { labels } },
      }),
    );
  }

  const get = async (namespace: string, name: string): Promise<Pod> =>
    podOf(await connection.ask<PodObject>('GET', podPath(namespace, name)));

  async function putPolicy(namespace: string): Promise<void> {
    const value = policyObject(namespace);
    const type = 'application/json';
    try {
      await connection.ask('POST', policiesPath(namespace), { type, value });
    } catch (error) {
      if (!isConflict(error)) throw error;
      // Ours from before, or somebody's attempt to weaken it: as it is wanted is how it is to be.
      const path = policyPath(namespace);
      await connection.ask('PATCH', path, { type: 'application/merge-patch+json', value });
    }
  }

  return {
    list,
    get,
    label,
    async isolate(namespace, name) {
      const before = await get(namespace, name);
      // The policy first: from the moment that the label is there it must hold.
      await putPolicy(namespace);
      const { labels } = await label(namespace, name, { [QUARANTINE_LABEL]: QUARANTINED });
      const query = new URLSearchParams({ limit: String(PAGE) });
      const policies = await listAll<PolicyObject>(connection, policiesPath(namespace), query);
      // Another node has released its last pod meanwhile.
      if (!policies.some(({ metadata }) => metadata.name === QUARANTINE_POLICY)) await putPolicy(namespace);
      return {
        wasIsolated: before.labels[QUARANTINE_LABEL] === QUARANTINED,
        stillAllowedBy: policies
          .filter(({ metadata, spec }) => metadata.name !== QUARANTINE_POLICY && allowsAnything(spec, labels))
          .map(({ metadata }) => metadata.name),
      };
    },
    async release(namespace, name) {
      const before = await get(namespace, name);
      if (before.labels[QUARANTINE_LABEL] === undefined) return false;
      await label(namespace, name, { [QUARANTINE_LABEL]: null });
      const hasOthers = async (): Promise<boolean> =>
        (await list({ namespace, labels: QUARANTINE_LABEL })).length > 0;
      if (!(await hasOthers())) {
        await connection.ask('DELETE', policyPath(namespace)).catch((error: unknown) => {
          // Somebody took it away before us.
          if (!isSeawallError(error, 'kube/API_OBJECT_NOT_FOUND')) throw error;
        });
        // Another node has isolated one meanwhile.
        if (await hasOthers()) await putPolicy(namespace);
      }
      return true;
    },
    close: connection.close,
  };
}

async function listAll<Item>(
  connection: ApiConnection,
  path: string,
  query: URLSearchParams,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  for (;;) {
    const page = await connection.ask<List<Item>>('GET', `${path}?${query}`);
    items.push(...page.items);
    const { continue: next } = page.metadata;
    if (next === undefined || next === '') return items;
    query.set('continue', next);
  }
}

function allowsAnything(
  { podSelector, ingress = [], egress = [] }: PolicyObject['spec'],
  labels: Pod['labels'],
): boolean {
  return selects(podSelector, labels) && ingress.length + egress.length > 0;
}

function policyObject(namespace: string) {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: QUARANTINE_POLICY, namespace, labels: { [MANAGER_LABEL]: MANAGER } },
    spec: {
      podSelector: { matchLabels: { [QUARANTINE_LABEL]: QUARANTINED } },
      policyTypes: ['Ingress', 'Egress'],
      // A policy without rules allows nothing. Null takes rules away that a changed one may have.
      ingress: null,
      egress: null,
    },
  };
}

function isConflict(error: unknown): boolean {
  return isSeawallError(error, 'kube/API_SERVER_REFUSED') && error.details.status === 409;
}

function podOf({ metadata, spec, status }: PodObject): Pod {
  return {
    name: metadata.name,
    namespace: metadata.namespace,
    uid: metadata.uid,
    node: spec.nodeName ?? '',
    ip: status?.podIP ?? '',
    labels: metadata.labels ?? {},
  };
}

function podsPath(namespace: string): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
}

function podPath(namespace: string, name: string): string {
  return `${podsPath(namespace)}/${encodeURIComponent(name)}`;
}

function policiesPath(namespace: string): string {
  return `/apis/networking.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/networkpolicies`;
}

function policyPath(namespace: string): string {
  return `${policiesPath(namespace)}/${QUARANTINE_POLICY}`;
}
