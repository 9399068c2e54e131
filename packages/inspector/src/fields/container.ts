import { timestampOf } from '@seawall/events';
import { createRegex } from '@seawall/rules';
import type { ContainerInfo, ContainerMount } from '../container/container.ts';
import type { EventContext } from '../context.ts';
import { fieldErrors } from './errors.ts';
import { type Binding, type Extract, field, fieldWithArgument, type InspectorField } from './field.ts';
import { integer } from './text.ts';

/** What Falco calls the host where a container's name or id would stand. */
const HOST = 'host';

/** Labels that belong to Kubernetes itself and would only be noise in a list. */
const INTERNAL_LABELS = ['annotation.', 'io.kubernetes.'];

/** The container that the thread runs in, or that the event is about. */
export const containerFields: readonly InspectorField[] = [
  field({
    name: 'container.id',
    type: 'charbuf',
    format: 'na',
    dependsOn: ['process', 'container'],
    description:
      'First 12 characters of the container id, which stands in the name of its control group; host for processes outside containers.',
    extract: ({ process, container }) =>
      container?.id ?? (process && (process.containerId === '' ? HOST : process.containerId)),
  }),
  text('container.full_id', 'The whole container id.', ({ fullId }) => fullId, HOST),
  text(
    'container.name',
    'Name of the container; host for processes outside containers.',
    ({ name }) => name,
    HOST,
  ),
  text('container.image', 'Image as it was asked for: repository with tag or digest.', ({ image }) => image),
  text('container.image.id', 'Id of the image.', ({ imageId }) => imageId),
  text(
    'container.type',
    'What runs the container: docker, containerd, cri-o, podman ...; host outside containers.',
    ({ type }) => type,
    HOST,
  ),
  truth(
    'container.privileged',
    'True where the container runs privileged.',
    ({ isPrivileged }) => isPrivileged,
  ),
  text(
    'container.mounts',
    'All mounts as source:destination:mode:writable:propagation, joined by commas.',
    ({ mounts }) => mounts.map(mountText).join(','),
  ),
  mountField('container.mount', 'A mount as source:destination:mode:writable:propagation', mountText),
  mountField('container.mount.source', 'Source of a mount', ({ source }) => source),
  mountField('container.mount.dest', 'Destination of a mount', ({ destination }) => destination),
  mountField('container.mount.mode', 'Mode of a mount', ({ mode }) => mode),
  mountField('container.mount.rdwr', 'Whether a mount is writable (true or false)', ({ isWritable }) =>
    String(isWritable),
  ),
  mountField('container.mount.propagation', 'Propagation of a mount', ({ propagation }) => propagation),
  text('container.image.repository', 'Repository of the image.', ({ imageRepository }) => imageRepository),
  text('container.image.tag', 'Tag of the image.', ({ imageTag }) => imageTag),
  text('container.image.digest', 'Digest of the image.', ({ imageDigest }) => imageDigest),
  unset('container.healthcheck', 'charbuf', 'proc.name'),
  unset('container.liveness_probe', 'charbuf', 'proc.name'),
  unset('container.readiness_probe', 'charbuf', 'proc.name'),
  field({
    name: 'container.start_ts',
    type: 'abstime',
    format: 'decimal',
    dependsOn: ['process'],
    description: 'When the pid namespace of the container started, in nanoseconds since the epoch.',
    extract: ({ process }) =>
      process === undefined || process.pidNamespaceStart === 0n
        ? undefined
        : integer(process.pidNamespaceStart),
  }),
  field({
    name: 'container.duration',
    type: 'reltime',
    format: 'decimal',
    dependsOn: ['event'],
    description: 'Nanoseconds since container.start_ts.',
    extract: ({ process, view }) =>
      process === undefined || process.pidNamespaceStart === 0n
        ? undefined
        : integer(BigInt.asUintN(64, timestampOf(view) - process.pidNamespaceStart)),
  }),
  text('container.ip', 'First IPv4 address of the container.', ({ ip }) => ip),
  text('container.cni.json', "Result of the pod's network set-up (CNI), as JSON.", ({ cniJson }) => cniJson),
  truth(
    'container.host_pid',
    "True where the container shares the host's process ids.",
    ({ isHostPid }) => isHostPid,
  ),
  truth(
    'container.host_network',
    "True where the container shares the host's network.",
    ({ isHostNetwork }) => isHostNetwork,
  ),
  truth(
    'container.host_ipc',
    "True where the container shares the host's inter-process communication.",
    ({ isHostIpc }) => isHostIpc,
  ),
  labelField(
    'container.label',
    'Value of one label of the container: container.label[app].',
    ({ labels }) => labels,
  ),
  text(
    'container.labels',
    'All labels as name:value, joined by commas, without those that Kubernetes adds.',
    ({ labels }) => labelsText(labels),
  ),
  unset('proc.is_container_healthcheck', 'bool', 'proc.cmdline'),
  unset('proc.is_container_liveness_probe', 'bool', 'proc.cmdline'),
  unset('proc.is_container_readiness_probe', 'bool', 'proc.cmdline'),
];

/** A text field of the container, unset while nothing is known of it. @param onHost what it is outside containers. */
export function text(
  name: string,
  description: string,
  read: (container: ContainerInfo) => string | undefined,
  onHost: string | null = '',
): InspectorField {
  return field({
    name,
    type: 'charbuf',
    format: 'na',
    dependsOn: ['process', 'container'],
    description,
    extract: fromContainer(read, onHost ?? undefined),
  });
}

/** A field with one label by its name. */
export function labelField(
  name: string,
  description: string,
  read: (container: ContainerInfo) => ReadonlyMap<string, string>,
): InspectorField {
  return fieldWithArgument({
    name,
    type: 'charbuf',
    format: 'na',
    dependsOn: ['process', 'container'],
    description,
    presence: 'required',
    isKey: true,
    afterDot: 'also',
    example: `${name}[app]`,
    bind: (argument = '') => ({ extract: ({ container }) => container && read(container).get(argument) }),
  });
}

/** A field that Falco keeps for old rule files and never gives a value. */
export function unset(name: string, type: 'charbuf' | 'bool', instead: string): InspectorField {
  return field({
    name,
    type,
    format: 'na',
    isDeprecated: true,
    dependsOn: ['constant'],
    description: `Never set: kept so that old rule files load. Use ${instead}.`,
    extract: () => undefined,
  });
}

/** The same with an argument. */
export function unsetWithKey(name: string, instead: string): InspectorField {
  return fieldWithArgument({
    name,
    type: 'charbuf',
    format: 'na',
    isDeprecated: true,
    dependsOn: ['constant'],
    description: `Never set: kept so that old rule files load. Use ${instead}.`,
    presence: 'required',
    isKey: true,
    afterDot: 'also',
    example: `${name}[app]`,
    bind: () => ({ extract: () => undefined }),
  });
}

/** Labels as name:value, joined by commas, in the order of their names. */
export function labelsText(labels: ReadonlyMap<string, string>): string {
  return [...labels]
    .filter(([name]) => !INTERNAL_LABELS.some((prefix) => name.startsWith(prefix)))
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => (value === '' ? name : `${name}:${value}`))
    .join(', ');
}

/** Whether the event's thread is known to run outside containers. */
export function isOnHost({ process, container }: EventContext): boolean {
  return container === undefined && process !== undefined && process.containerId === '';
}

function fromContainer(
  read: (container: ContainerInfo) => string | undefined,
  onHost: string | undefined,
): Extract {
  return (context) => {
    const { container } = context;
    if (container !== undefined) return read(container);
    return isOnHost(context) ? onHost : undefined;
  };
}

function truth(
  name: string,
  description: string,
  read: (container: ContainerInfo) => boolean | undefined,
): InspectorField {
  return field({
    name,
    type: 'bool',
    format: 'na',
    dependsOn: ['process', 'container'],
    description,
    extract(context) {
      const { container } = context;
      if (container !== undefined) return read(container);
      return isOnHost(context) ? false : undefined;
    },
  });
}

function mountText(mount: ContainerMount): string {
  const { source, destination, mode, isWritable, propagation } = mount;
  return `${source}:${destination}:${mode}:${isWritable}:${propagation}`;
}

function mountField(name: string, what: string, read: (mount: ContainerMount) => string): InspectorField {
  const key = name === 'container.mount.source' ? 'destination' : 'source';
  return fieldWithArgument({
    name,
    type: 'charbuf',
    format: 'na',
    dependsOn: ['process', 'container'],
    description: `${what}, by its place (${name}[0]) or a regular expression that is found in its ${key} (${name}[/var/run]).`,
    presence: 'required',
    isIndex: true,
    isKey: true,
    example: `${name}[0] or ${name}[/var/run]`,
    bind: (argument = '') => bindMount(name, argument, key, read),
  });
}

function bindMount(
  name: string,
  argument: string,
  key: 'source' | 'destination',
  read: (mount: ContainerMount) => string,
): Binding {
  if (/^\d+$/.test(argument)) {
    const index = Number(argument);
    return {
      extract({ container }) {
        const mount = container?.mounts[index];
        return mount && read(mount);
      },
    };
  }
  const regex = createRegex(`[^\\x00]*(${argument})[^\\x00]*`);
  if (typeof regex !== 'function')
    throw fieldErrors.create('FIELD_BAD_ARGUMENT', { field: name, argument, example: `${name}[/var/run]` });
  return {
    extract({ container }) {
      const mount = container?.mounts.find((candidate) => regex(candidate[key]));
      return mount && read(mount);
    },
  };
}
