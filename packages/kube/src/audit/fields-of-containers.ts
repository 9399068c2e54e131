import { type JsonNode, nodeAt } from '../json/node.ts';
import {
  completeTextsOf,
  hostPortsOf,
  joinedTextsOf,
  repositoryOf,
  textAt,
  textsOf,
  valuesAt,
} from './extract.ts';
import { type AuditField, indexedField } from './field.ts';

/** The lists of containers that a pod has, as its specification names them. */
export type ContainerList = 'containers' | 'initContainers' | 'ephemeralContainers';

const SPEC = ['requestObject', 'spec'];

type Read = (
  event: JsonNode,
  list: ContainerList,
  index: number | undefined,
) => readonly string[] | undefined;

/** The fields of each container of the pod in the request, by the part of their names behind the list's. */
const FACTS: readonly (readonly [name: string, description: string, read: Read])[] = [
  ['name', 'Names of the {containers}.', (...of) => completeTextsOf(valuesOf(...of, 'name'))],
  ['image', 'Images of the {containers}.', imagesOf],
  ['image.repository', 'Images of the {containers} without tag and digest.', repositoriesOf],
  [
    'command',
    'Commands of the {containers}, words joined by spaces.',
    (...of) => joinedTextsOf(valuesOf(...of, 'command')),
  ],
  [
    'args',
    'Arguments of the {containers}, words joined by spaces.',
    (...of) => joinedTextsOf(valuesOf(...of, 'args')),
  ],
  [
    'host_port',
    'Ports that the {containers} open, on the host where they say so.',
    (...of) => hostPortsOf(valuesOf(...of, 'ports')),
  ],
  ['privileged', 'Whether the {containers} are privileged.', security('privileged')],
  [
    'allow_privilege_escalation',
    'Whether processes of the {containers} may gain privileges.',
    security('allowPrivilegeEscalation'),
  ],
  [
    'read_only_fs',
    'Whether root file systems of the {containers} are read-only.',
    security('readOnlyRootFilesystem'),
  ],
  ['run_as_user', 'User ids that the {containers} set themselves.', security('runAsUser')],
  [
    'eff_run_as_user',
    'User ids that the {containers} start with: their own, else the pod’s, else 0.',
    (...of) => effectiveIds(...of, 'runAsUser'),
  ],
  ['run_as_group', 'Group ids that the {containers} set themselves.', security('runAsGroup')],
  [
    'eff_run_as_group',
    'Group ids that the {containers} start with: their own, else the pod’s, else 0.',
    (...of) => effectiveIds(...of, 'runAsGroup'),
  ],
  ['proc_mount', 'How /proc is mounted in the {containers}: Default or Unmasked.', security('procMount')],
  [
    'add_capabilities',
    'Capabilities that the {containers} add, as JSON lists.',
    security('capabilities', 'add'),
  ],
];

const LISTS: readonly (readonly [list: ContainerList, noun: string, hasPorts: boolean])[] = [
  ['containers', 'containers', true],
  ['initContainers', 'init containers', true],
  ['ephemeralContainers', 'ephemeral containers', false],
];

/** Fields that go through the containers of the pod in the request, or with `[n]` pick the n-th of them. */
export const containerFields: readonly AuditField[] = LISTS.flatMap(([list, noun, hasPorts]) =>
  FACTS.filter(([name]) => hasPorts || name !== 'host_port').map(([name, description, read]) =>
    indexedField(
      `ka.req.pod.${list}.${name}`,
      `${description.replace('{containers}', noun)} With [n], of the n-th.`,
      (event, index) => read(event, list, index),
    ),
  ),
);

/** All values at the end of a path within each container of a list. */
export function valuesOf(
  event: JsonNode,
  list: ContainerList,
  index: number | undefined,
  ...path: readonly string[]
): readonly (JsonNode | undefined)[] | undefined {
  return valuesAt(event, [...SPEC, list, ...path], index);
}

export function imagesOf(
  event: JsonNode,
  list: ContainerList,
  index: number | undefined,
): readonly string[] | undefined {
  return completeTextsOf(valuesOf(event, list, index, 'image'));
}

export function repositoriesOf(
  event: JsonNode,
  list: ContainerList,
  index: number | undefined,
): readonly string[] | undefined {
  return imagesOf(event, list, index)?.map(repositoryOf);
}

function security(...path: readonly string[]): Read {
  return (event, list, index) => textsOf(valuesOf(event, list, index, 'securityContext', ...path));
}

function effectiveIds(
  event: JsonNode,
  list: ContainerList,
  index: number | undefined,
  member: string,
): readonly string[] | undefined {
  const containers = nodeAt(event, [...SPEC, list]);
  if (containers?.kind !== 'array') return undefined;
  const podId = textAt(event, [...SPEC, 'securityContext', member]) ?? '0';
  const chosen = index === undefined ? containers.items : containers.items.slice(index, index + 1);
  const ids = chosen.map((container) => textAt(container, ['securityContext', member]) ?? podId);
  return ids.length === 0 ? undefined : ids;
}
