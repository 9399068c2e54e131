import { isTrue, type JsonNode, nodeAt } from '../json/node.ts';
import {
  completeTextsOf,
  hostPortsOf,
  joinedTextsOf,
  listAt,
  repositoryOf,
  textAt,
  textsOf,
  valuesAt,
  volumeTypesOf,
} from './extract.ts';
import { type AuditField, indexedField, keyedField, listField, textField } from './field.ts';

const SPEC = ['requestObject', 'spec'];
const CONTAINERS = [...SPEC, 'containers'];
const VOLUMES = [...SPEC, 'volumes'];
const HOST_PATHS = [...VOLUMES, 'hostPath', 'path'];

/** The pod in the request: its own settings, its containers, its volumes. */
export const podFields: readonly AuditField[] = [
  perContainer('args', 'The arguments of the containers, joined by spaces.', (event, index) =>
    joinedTextsOf(containerValues(event, index, 'args')),
  ),
  perContainer('command', 'The commands of the containers, joined by spaces.', (event, index) =>
    joinedTextsOf(containerValues(event, index, 'command')),
  ),
  perContainer('name', 'The names of the containers.', (event, index) =>
    completeTextsOf(containerValues(event, index, 'name')),
  ),
  perContainer('image', 'The images of the containers.', imagesOf),
  textField(
    'ka.req.container.image',
    'The image of the first container; ka.req.pod.containers.image has them all.',
    (event) => imagesOf(event, 0)?.[0],
  ),
  perContainer('image.repository', 'The images of the containers without tag and digest.', repositoriesOf),
  textField(
    'ka.req.container.image.repository',
    'The image of the first container without tag and digest; ka.req.pod.containers.image.repository has them all.',
    (event) => repositoriesOf(event, 0)?.[0],
  ),
  podSetting('ka.req.pod.host_ipc', 'Whether the pod shares the IPC namespace of its node.', 'hostIPC'),
  podSetting('ka.req.pod.host_network', 'Whether the pod shares the network of its node.', 'hostNetwork'),
  podSetting(
    'ka.req.container.host_network',
    'The same as ka.req.pod.host_network, for old rule files.',
    'hostNetwork',
  ),
  podSetting('ka.req.pod.host_pid', 'Whether the pod shares the process ids of its node.', 'hostPID'),
  perContainer(
    'host_port',
    'The ports that the containers open, on the host where they say so.',
    (event, index) => hostPortsOf(containerValues(event, index, 'ports')),
  ),
  security('privileged', 'Whether the containers are privileged.', 'privileged'),
  textField(
    'ka.req.container.privileged',
    'Whether any container is privileged; ka.req.pod.containers.privileged has each.',
    (event) => {
      const values = containerValues(event, undefined, 'securityContext', 'privileged');
      return values === undefined ? undefined : String(values.some(isTrue));
    },
  ),
  security(
    'allow_privilege_escalation',
    'Whether their processes may gain privileges.',
    'allowPrivilegeEscalation',
  ),
  security('read_only_fs', 'Whether their root file systems are read-only.', 'readOnlyRootFilesystem'),
  podSetting(
    'ka.req.pod.run_as_user',
    'The user id that the pod sets for its containers.',
    'securityContext',
    'runAsUser',
  ),
  security('run_as_user', 'The user ids that the containers set themselves.', 'runAsUser'),
  perContainer(
    'eff_run_as_user',
    'The user ids that the containers start with: their own, else the pod’s, else 0.',
    (event, index) => effectiveIds(event, index, 'runAsUser'),
  ),
  podSetting(
    'ka.req.pod.run_as_group',
    'The group id that the pod sets for its containers.',
    'securityContext',
    'runAsGroup',
  ),
  security('run_as_group', 'The group ids that the containers set themselves.', 'runAsGroup'),
  perContainer(
    'eff_run_as_group',
    'The group ids that the containers start with: their own, else the pod’s, else 0.',
    (event, index) => effectiveIds(event, index, 'runAsGroup'),
  ),
  security('proc_mount', 'How /proc is mounted in the containers: Default or Unmasked.', 'procMount'),
  podSetting(
    'ka.req.pod.fs_group',
    'The group id that owns the volumes of the pod.',
    'securityContext',
    'fsGroup',
  ),
  listField('ka.req.pod.supplemental_groups', 'The further group ids of the pod.', (event) =>
    listAt(event, [...SPEC, 'securityContext', 'supplementalGroups']),
  ),
  security(
    'add_capabilities',
    'The capabilities that the containers add, as JSON lists.',
    'capabilities',
    'add',
  ),
  indexedField(
    'ka.req.pod.volumes.hostpath',
    'The paths of the node that the volumes mount.',
    (event, index) => textsOf(valuesAt(event, HOST_PATHS, index)),
  ),
  keyedField(
    'ka.req.volume.hostpath',
    'Whether any volume mounts that path of the node, or one under it for ka.req.volume.hostpath[/proc*]; for old rule files.',
    (event, argument) => {
      const values = valuesAt(event, HOST_PATHS, undefined);
      if (values === undefined) return undefined;
      const isWanted = argument.endsWith('*')
        ? (path: string) => path.startsWith(argument.slice(0, -1)) || path === argument
        : (path: string) => path === argument;
      return String((textsOf(values) ?? []).some(isWanted));
    },
  ),
  indexedField(
    'ka.req.pod.volumes.flexvolume_driver',
    'The FlexVolume drivers that the volumes use.',
    (event, index) => textsOf(valuesAt(event, [...VOLUMES, 'flexVolume', 'driver'], index)),
  ),
  indexedField(
    'ka.req.pod.volumes.volume_type',
    'The types of the volumes: hostPath, secret, emptyDir ...',
    (event, index) => {
      const volumes = nodeAt(event, VOLUMES);
      if (volumes?.kind !== 'array') return volumeTypesOf([volumes]);
      return volumeTypesOf(index === undefined ? volumes.items : volumes.items.slice(index, index + 1));
    },
  ),
];

function perContainer(
  name: string,
  description: string,
  read: (event: JsonNode, index: number | undefined) => readonly string[] | undefined,
): AuditField {
  return indexedField(`ka.req.pod.containers.${name}`, `${description} With [n], of the n-th.`, read);
}

function security(name: string, description: string, ...path: readonly string[]): AuditField {
  return perContainer(name, description, (event, index) =>
    textsOf(containerValues(event, index, 'securityContext', ...path)),
  );
}

function podSetting(name: string, description: string, ...path: readonly string[]): AuditField {
  return textField(name, description, (event) => textAt(event, [...SPEC, ...path]));
}

function containerValues(event: JsonNode, index: number | undefined, ...path: readonly string[]) {
  return valuesAt(event, [...CONTAINERS, ...path], index);
}

function imagesOf(event: JsonNode, index: number | undefined): readonly string[] | undefined {
  return completeTextsOf(containerValues(event, index, 'image'));
}

function repositoriesOf(event: JsonNode, index: number | undefined): readonly string[] | undefined {
  return imagesOf(event, index)?.map(repositoryOf);
}

function effectiveIds(
  event: JsonNode,
  index: number | undefined,
  member: string,
): readonly string[] | undefined {
  const containers = nodeAt(event, CONTAINERS);
  if (containers?.kind !== 'array') return undefined;
  const podId = textAt(event, [...SPEC, 'securityContext', member]) ?? '0';
  const chosen = index === undefined ? containers.items : containers.items.slice(index, index + 1);
  const ids = chosen.map((container) => textAt(container, ['securityContext', member]) ?? podId);
  return ids.length === 0 ? undefined : ids;
}
