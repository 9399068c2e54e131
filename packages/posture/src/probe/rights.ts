import { objectsAt, textsAt, valueAt } from '../node/yaml.ts';
import { type ClientCertificate, sendProbe } from './request.ts';
import type { ProbeResult, ProbeTarget } from './result.ts';

/** One right that a role grants through a binding. */
export interface Right {
  readonly subject: string;
  readonly binding: string;
  readonly role: string;
  readonly verbs: readonly string[];
  /** `group/resource` (the core group has no name), or a path that is no resource. */
  readonly on: readonly string[];
}

/** Subjects whose rights matter to the kubelet API and to strangers. */
const WATCHED = ['system:anonymous', 'system:unauthenticated', 'system:nodes'] as const;

/** What every cluster grants to strangers by default: health, version, discovery of the API's paths. */
const HARMLESS_ROLES = new Set(['system:public-info-viewer', 'system:discovery', 'system:basic-user']);

/** Rights of the watched subjects, from the cluster's own lists of bindings and roles. Pure. */
export function findRights(bindings: unknown, roles: unknown): readonly Right[] {
  const rules = new Map(
    objectsAt(roles, ['items']).map((role) => [
      String(valueAt(role, ['metadata', 'name'])),
      objectsAt(role, ['rules']),
    ]),
  );
  return objectsAt(bindings, ['items']).flatMap((binding) => {
    const role = String(valueAt(binding, ['roleRef', 'name']));
    const subjects = objectsAt(binding, ['subjects'])
      .map(({ name }) => String(name))
      .filter((name) => (WATCHED as readonly string[]).includes(name));
    return subjects.flatMap((subject) =>
      (rules.get(role) ?? []).map((rule) => ({
        subject,
        binding: String(valueAt(binding, ['metadata', 'name'])),
        role,
        verbs: textsAt(rule, ['verbs']),
        on: [
          ...textsAt(rule, ['nonResourceURLs']),
          ...textsAt(rule, ['resources']).flatMap((resource) =>
            textsAt(rule, ['apiGroups']).map((group) => (group === '' ? resource : `${group}/${resource}`)),
          ),
        ],
      })),
    );
  });
}

/** Judges the rights: strangers may have nothing beyond the harmless roles, the group of all nodes nothing at all (the Node authorizer knows each). */
export function judgeRights(rights: readonly Right[], target: string): readonly ProbeResult[] {
  return WATCHED.map((subject) => {
    const held = rights.filter((right) => right.subject === subject && !HARMLESS_ROLES.has(right.role));
    const shown = held.map(({ role, verbs, on }) => `${verbs.join(',')} on ${on.join(',')} (${role})`);
    return {
      probe: `rights-of-${subject.replace('system:', '')}`,
      target,
      asked: `what ${subject} may do`,
      answer: shown.length === 0 ? 'nothing beyond the defaults' : shown.slice(0, 3).join('; '),
      ...(held.length === 0
        ? { status: 'PASS' as const, reason: `${subject} may do nothing beyond the defaults` }
        : { status: 'FAIL' as const, reason: `${subject} may do what it should not: ${shown[0]}` }),
    };
  });
}

const LARGEST_LIST = 8 * 1024 * 1024;

/** Reads the cluster's roles and bindings with the credentials given, and judges what strangers and nodes may do. */
export async function probeRights(
  target: ProbeTarget,
  credentials: { readonly client?: ClientCertificate; readonly token?: string },
  timeoutMilliseconds: number,
): Promise<readonly ProbeResult[]> {
  const address = `${target.host}:${target.port}`;
  const lists: unknown[] = [];
  for (const list of ['clusterrolebindings', 'clusterroles']) {
    const path = `/apis/rbac.authorization.k8s.io/v1/${list}`;
    const answer = await sendProbe(
      { host: target.host, port: target.port, path, isTls: true, timeoutMilliseconds, ...credentials },
      LARGEST_LIST,
    );
    if (answer.kind !== 'answered' || answer.status !== 200) {
      const said = answer.kind === 'answered' ? `it answers ${answer.status}` : answer.kind;
      return [
        {
          probe: 'rights',
          target: address,
          asked: `GET ${path}`,
          answer: said,
          status: 'UNKNOWN',
          reason: `cannot be decided without credentials that may list ${list}`,
        },
      ];
    }
    lists.push(JSON.parse(answer.body));
  }
  return judgeRights(findRights(lists[0], lists[1]), address);
}
