import { objectsAt, textsAt, valueAt } from '../node/yaml.ts';

export type AuditLevel = 'None' | 'Metadata' | 'Request' | 'RequestResponse';

/** A request that an audit policy is asked about. */
export interface AuditedRequest {
  readonly verb: string;
  /** API group, '' for the core one. */
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
}

/**
 * The level at which a policy (audit.k8s.io) logs a request of a person: the first rule that matches decides, as in
 * staging/src/k8s.io/apiserver/pkg/audit/policy/checker.go. Rules bound to users, groups, namespaces or URLs are passed over,
 * for they say nothing about everyone.
 */
export function auditLevelOf(policy: unknown, request: AuditedRequest): AuditLevel {
  const rule = objectsAt(policy, ['rules']).find((candidate) => isMatch(candidate, request));
  const level = rule?.level;
  return level === 'Metadata' || level === 'Request' || level === 'RequestResponse' ? level : 'None';
}

function isMatch(rule: Record<string, unknown>, request: AuditedRequest): boolean {
  for (const key of ['users', 'userGroups', 'namespaces', 'nonResourceURLs']) {
    const list = valueAt(rule, [key]);
    if (!Array.isArray(list) || list.length === 0) continue;
    const isEveryone = key === 'userGroups' && list.includes('system:authenticated');
    if (!isEveryone) return false;
  }
  const verbs = textsAt(rule, ['verbs']);
  if (verbs.length > 0 && !verbs.includes(request.verb)) return false;
  const groups = objectsAt(rule, ['resources']);
  return groups.length === 0 || groups.some((group) => isResourceMatch(group, request));
}

function isResourceMatch(group: Record<string, unknown>, request: AuditedRequest): boolean {
  if (String(group.group ?? '') !== request.group) return false;
  if (textsAt(group, ['resourceNames']).length > 0) return false;
  const resources = textsAt(group, ['resources']);
  if (resources.length === 0) return true;
  const full =
    request.subresource === undefined ? request.resource : `${request.resource}/${request.subresource}`;
  return resources.some(
    (resource) =>
      resource === '*' ||
      resource === full ||
      (request.subresource !== undefined &&
        (resource === `${request.resource}/*` || resource === `*/${request.subresource}`)),
  );
}

/** What a policy should log at least at Metadata: the concerns that the CIS benchmark names. */
export const KEY_CONCERNS: readonly (AuditedRequest & { readonly why: string; readonly isSecret?: true })[] =
  [
    { verb: 'get', group: '', resource: 'secrets', isSecret: true, why: 'reading secrets' },
    { verb: 'update', group: '', resource: 'secrets', isSecret: true, why: 'changing secrets' },
    { verb: 'get', group: '', resource: 'configmaps', isSecret: true, why: 'reading config maps' },
    {
      verb: 'create',
      group: 'authentication.k8s.io',
      resource: 'tokenreviews',
      isSecret: true,
      why: 'token reviews',
    },
    { verb: 'create', group: '', resource: 'pods', why: 'making pods' },
    { verb: 'update', group: 'apps', resource: 'deployments', why: 'changing deployments' },
    { verb: 'create', group: '', resource: 'pods', subresource: 'exec', why: 'exec into pods' },
    { verb: 'create', group: '', resource: 'pods', subresource: 'portforward', why: 'port forwarding' },
    { verb: 'create', group: '', resource: 'pods', subresource: 'proxy', why: 'the pod proxy' },
    { verb: 'create', group: '', resource: 'services', subresource: 'proxy', why: 'the service proxy' },
  ];

/** A policy that covers the key concerns and keeps secrets out of the log; what the fix writes. */
export const SUGGESTED_POLICY = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - level: Metadata
    resources:
      - group: ""
        resources: [secrets, configmaps, serviceaccounts/token]
      - group: authentication.k8s.io
        resources: [tokenreviews]
  - level: RequestResponse
    verbs: [create, update, patch, delete, deletecollection]
    resources:
      - group: ""
        resources: [pods]
      - group: apps
  - level: Metadata
`;
