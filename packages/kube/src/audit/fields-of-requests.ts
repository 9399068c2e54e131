import { nodeAt, stringOf } from '../json/node.ts';
import {
  flattenedTextsOf,
  listAt,
  queryParameter,
  subjectNames,
  textAt,
  textsOf,
  valuesAt,
} from './extract.ts';
import { type AuditField, indexedField, keyedField, listField, textField } from './field.ts';

/** Who asked for what, what became of it, and the objects of requests other than pods. */
export const requestFields: readonly AuditField[] = [
  path('ka.auditid', 'Id of the request: all stages of one request share it.', 'auditID'),
  path(
    'ka.stage',
    'How far the request had come: RequestReceived, ResponseStarted, ResponseComplete, Panic.',
    'stage',
  ),
  annotation(
    'ka.auth.decision',
    'Whether the request was authorized: allow or forbid.',
    'authorization.k8s.io/decision',
  ),
  annotation(
    'ka.auth.reason',
    'Why it was authorized or not, for example the role binding.',
    'authorization.k8s.io/reason',
  ),
  annotation(
    'ka.auth.openshift.decision',
    'What the OpenShift login decided; on OpenShift only.',
    'authentication.openshift.io/decision',
  ),
  annotation(
    'ka.validations.admission.policy.failure',
    'Which validating admission policies failed, and how.',
    'validation.policy.admission.k8s.io/validation_failure',
  ),
  annotation(
    'ka.security.pod.violations',
    'Which Pod Security Standards the pod breaks.',
    'pod-security.kubernetes.io/audit-violations',
  ),
  annotation(
    'ka.auth.openshift.username',
    'Who logged in to OpenShift; on OpenShift only.',
    'authentication.openshift.io/username',
  ),
  path('ka.user.name', 'The user that made the request.', 'user', 'username'),
  listField('ka.user.groups', 'The groups of the user that made the request.', (event) =>
    listAt(event, ['user', 'groups']),
  ),
  path(
    'ka.impuser.name',
    'The user that the request was made as, where it impersonates one.',
    'impersonatedUser',
    'username',
  ),
  path('ka.verb', 'What was asked for: get, list, watch, create, update, patch, delete ...', 'verb'),
  path('ka.uri', 'The URI of the request, with its query.', 'requestURI'),
  keyedField(
    'ka.uri.param',
    'A parameter of the query of the URI: ka.uri.param[container] of ?container=web is web.',
    queryParameter,
  ),
  path('ka.target.name', 'Name of the object that the request is about.', 'objectRef', 'name'),
  path('ka.target.namespace', 'Namespace of that object.', 'objectRef', 'namespace'),
  path(
    'ka.target.resource',
    'Kind of that object, as in URLs: pods, secrets, clusterroles ...',
    'objectRef',
    'resource',
  ),
  path(
    'ka.target.subresource',
    'Part of that object which is meant: exec, attach, status ...',
    'objectRef',
    'subresource',
  ),
  textField(
    'ka.target.pod.name',
    'Name of the pod in the answer, for requests about a pod itself.',
    (event) => {
      const resource = stringOf(nodeAt(event, ['objectRef', 'resource']));
      const subresource = stringOf(nodeAt(event, ['objectRef', 'subresource'])) ?? '';
      return resource === 'pods' && subresource === ''
        ? textAt(event, ['responseObject', 'metadata', 'name'])
        : undefined;
    },
  ),
  listField('ka.req.binding.subjects', 'The subjects of the role binding in the request, as JSON.', (event) =>
    listAt(event, ['requestObject', 'subjects']),
  ),
  listField('ka.req.binding.subjects.user_names', 'The users among those subjects.', (event) =>
    subjectNames(event, 'User', false),
  ),
  listField(
    'ka.req.binding.subjects.serviceaccount_names',
    'The service accounts among those subjects.',
    (event) => subjectNames(event, 'ServiceAccount', false),
  ),
  listField(
    'ka.req.binding.subjects.serviceaccount_ns_names',
    'The service accounts among those subjects, as namespace:name.',
    (event) => subjectNames(event, 'ServiceAccount', true),
  ),
  listField('ka.req.binding.subjects.group_names', 'The groups among those subjects.', (event) =>
    subjectNames(event, 'Group', false),
  ),
  path(
    'ka.req.binding.role',
    'The role that the binding in the request gives.',
    'requestObject',
    'roleRef',
    'name',
  ),
  keyedField('ka.req.binding.subject.has_name', 'Kept for old rule files: always true.', () => 'true'),
  path('ka.req.configmap.name', 'Name of the ConfigMap that the request is about.', 'objectRef', 'name'),
  path('ka.req.configmap.obj', 'The data of the ConfigMap in the request, as JSON.', 'requestObject', 'data'),
  listField('ka.req.role.rules', 'The rules of the role in the request, each as JSON.', (event) =>
    listAt(event, ['requestObject', 'rules']),
  ),
  ruleMembers(
    'ka.req.role.rules.apiGroups',
    'The API groups that the role in the request allows.',
    'apiGroups',
  ),
  ruleMembers(
    'ka.req.role.rules.nonResourceURLs',
    'The URLs outside of resources that it allows.',
    'nonResourceURLs',
  ),
  ruleMembers('ka.req.role.rules.verbs', 'The verbs that it allows.', 'verbs'),
  ruleMembers('ka.req.role.rules.resources', 'The resources that it allows.', 'resources'),
  path(
    'ka.req.service.type',
    'Type of the service in the request: ClusterIP, NodePort, LoadBalancer ...',
    'requestObject',
    'spec',
    'type',
  ),
  indexedField('ka.req.service.ports', 'The ports of the service in the request, as JSON.', (event, index) =>
    textsOf(valuesAt(event, ['requestObject', 'spec', 'ports'], index)),
  ),
  path('ka.resp.name', 'Name of the object in the answer.', 'responseObject', 'metadata', 'name'),
  path('ka.response.code', 'The HTTP status of the answer.', 'responseStatus', 'code'),
  path(
    'ka.response.reason',
    'Why the request failed, in a word; absent on success.',
    'responseStatus',
    'reason',
  ),
  path('ka.useragent', 'What the client calls itself.', 'userAgent'),
  indexedField(
    'ka.sourceips',
    'The addresses that the request came from: the client first, then its proxies.',
    (event, index) => {
      const addresses = listAt(event, ['sourceIPs']);
      return index === undefined ? addresses : addresses?.slice(index, index + 1);
    },
  ),
  annotation(
    'ka.cluster.name',
    'Name of the cluster, where the log carries it as an annotation.',
    'cluster_name',
  ),
];

function path(name: string, description: string, ...names: readonly string[]): AuditField {
  return textField(name, description, (event) => textAt(event, names));
}

function annotation(name: string, description: string, key: string): AuditField {
  return path(name, description, 'annotations', key);
}

function ruleMembers(name: string, description: string, member: string): AuditField {
  return indexedField(name, `${description} With [n], those of its n-th rule.`, (event, index) =>
    flattenedTextsOf(valuesAt(event, ['requestObject', 'rules', member], index)),
  );
}
