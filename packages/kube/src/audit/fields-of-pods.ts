import { isTrue, nodeAt } from '../json/node.ts';
import { listAt, textAt, textsOf, valuesAt, volumeTypesOf } from './extract.ts';
import { type AuditField, indexedField, keyedField, listField, textField } from './field.ts';
import { imagesOf, repositoriesOf, valuesOf } from './fields-of-containers.ts';

const SPEC = ['requestObject', 'spec'];
const VOLUMES = [...SPEC, 'volumes'];
const HOST_PATHS = [...VOLUMES, 'hostPath', 'path'];

/** The pod in the request: its own settings, its volumes, and the older fields about its containers. */
export const podFields: readonly AuditField[] = [
  podSetting('ka.req.pod.host_ipc', 'Whether the pod shares the IPC namespace of its node.', 'hostIPC'),
  podSetting('ka.req.pod.host_network', 'Whether the pod shares the network of its node.', 'hostNetwork'),
  podSetting('ka.req.pod.host_pid', 'Whether the pod shares the process ids of its node.', 'hostPID'),
  podSetting(
    'ka.req.pod.run_as_user',
    'User id that the pod sets for its containers.',
    'securityContext',
    'runAsUser',
  ),
  podSetting(
    'ka.req.pod.run_as_group',
    'Group id that the pod sets for its containers.',
    'securityContext',
    'runAsGroup',
  ),
  podSetting(
    'ka.req.pod.fs_group',
    'Group id that owns the volumes of the pod.',
    'securityContext',
    'fsGroup',
  ),
  listField('ka.req.pod.supplemental_groups', 'Further group ids of the pod.', (event) =>
    listAt(event, [...SPEC, 'securityContext', 'supplementalGroups']),
  ),
  indexedField('ka.req.pod.volumes.hostpath', 'Paths of the node that the volumes mount.', (event, index) =>
    textsOf(valuesAt(event, HOST_PATHS, index)),
  ),
  indexedField(
    'ka.req.pod.volumes.flexvolume_driver',
    'FlexVolume drivers that the volumes use.',
    (event, index) => textsOf(valuesAt(event, [...VOLUMES, 'flexVolume', 'driver'], index)),
  ),
  indexedField(
    'ka.req.pod.volumes.volume_type',
    'Types of the volumes: hostPath, secret, emptyDir ...',
    (event, index) => {
      const volumes = nodeAt(event, VOLUMES);
      if (volumes?.kind !== 'array') return volumeTypesOf([volumes]);
      return volumeTypesOf(index === undefined ? volumes.items : volumes.items.slice(index, index + 1));
    },
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
  podSetting(
    'ka.req.container.host_network',
    'The same as ka.req.pod.host_network, for old rule files.',
    'hostNetwork',
  ),
  textField(
    'ka.req.container.image',
    'Image of the first container; ka.req.pod.containers.image has them all.',
    (event) => imagesOf(event, 'containers', 0)?.[0],
  ),
  textField(
    'ka.req.container.image.repository',
    'Image of the first container without tag and digest; ka.req.pod.containers.image.repository has them all.',
    (event) => repositoriesOf(event, 'containers', 0)?.[0],
  ),
  textField(
    'ka.req.container.privileged',
    'Whether any container is privileged; ka.req.pod.containers.privileged has each.',
    (event) => {
      const values = valuesOf(event, 'containers', undefined, 'securityContext', 'privileged');
      return values === undefined ? undefined : String(values.some(isTrue));
    },
  ),
];

function podSetting(name: string, description: string, ...path: readonly string[]): AuditField {
  return textField(name, description, (event) => textAt(event, [...SPEC, ...path]));
}
