import { gunzipSync } from 'node:zlib';
import { reasonOf } from '@seawall/base';
import { errors } from '../errors.ts';
import { compactText, isTrue, type JsonNode, memberOf, nodeAt, textOf } from '../json/node.ts';
import { parseJson } from '../json/parse.ts';
import { splitImageName } from './image-name.ts';
import type { ContainerRecord, ImageReference, MountRecord, PodRecord } from './record.ts';

/** Longer network descriptions are cut, as Falco cuts them. */
const MAXIMUM_NETWORK_JSON = 4096;

/** A megabyte tells of some hundred containers; a file that unpacks to more than this was made to. */
const LONGEST = 128 * 1024 * 1024;

const PROPAGATIONS: ReadonlyMap<string, string> = new Map([
  ['', 'private'],
  ['PROPAGATION_PRIVATE', 'private'],
  ['PROPAGATION_HOST_TO_CONTAINER', 'rslave'],
  ['PROPAGATION_BIDIRECTIONAL', 'rshared'],
]);

/**
 * Reads a file of container metadata: what a runtime answers over CRI (`version`, and for each sandbox and container
 * its list entry, status and verbose info), as one JSON object `{runtime, images, items}`.
 * @param bytes the file, packed with gzip or not. @param path its name, for errors. @param longest in bytes, unpacked.
 * @returns a record for each container and sandbox, in the order of the file.
 * @throws kube/METADATA_TOO_LONG, kube/METADATA_DAMAGED, kube/METADATA_NOT_JSON, kube/METADATA_SHAPE
 */
export function readContainerMetadata(
  bytes: Uint8Array,
  path: string,
  longest = LONGEST,
): readonly ContainerRecord[] {
  const plain = unpack(bytes, path, longest);
  const text = Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength).toString('latin1');
  const result = parseJson(text);
  if (!result.ok) {
    throw errors.create('METADATA_NOT_JSON', { path, reason: result.reason, offset: result.offset });
  }
  const items = memberOf(result.node, 'items');
  if (items?.kind !== 'array') throw errors.create('METADATA_SHAPE', { path, problem: 'it has no "items"' });
  return recordsOf(items.items, textIn(result.node, 'runtime', 'runtime_name'), path);
}

function unpack(bytes: Uint8Array, path: string, longest: number): Uint8Array {
  const tooLong = (): Error => errors.create('METADATA_TOO_LONG', { path, bytes: longest });
  try {
    const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
    if (isPacked) return gunzipSync(bytes, { maxOutputLength: longest });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLong();
    throw errors.create('METADATA_DAMAGED', { path, reason: reasonOf(error) }, error);
  }
  if (bytes.length > longest) throw tooLong();
  return bytes;
}

/**
 * Reads what a runtime answered over CRI of containers and sandboxes, each as `{kind, id, list, status, info}`. A
 * container whose sandbox is among the items has its pod from there.
 * @param runtime the runtime's name. @param path where the items are from, for errors.
 * @throws kube/METADATA_SHAPE
 */
export function recordsOf(items: readonly JsonNode[], runtime: string, path: string): ContainerRecord[] {
  const sandboxes = new Map<string, JsonNode>();
  for (const item of items) if (textIn(item, 'kind') === 'sandbox') sandboxes.set(textIn(item, 'id'), item);
  return items.map((item, index) => {
    const fullId = textIn(item, 'id');
    const kind = textIn(item, 'kind');
    if (fullId === '') throw errors.create('METADATA_SHAPE', { path, problem: `item ${index} has no "id"` });
    if (kind === 'sandbox') return sandboxRecord(item, fullId, runtime);
    if (kind === 'container') return containerRecord(item, fullId, runtime, sandboxes);
    throw errors.create('METADATA_SHAPE', { path, problem: `item ${index} is of kind "${kind}"` });
  });
}

function containerRecord(
  item: JsonNode,
  fullId: string,
  runtime: string,
  sandboxes: ReadonlyMap<string, JsonNode>,
): ContainerRecord {
  const status = memberOf(item, 'status');
  const config = nodeAt(item, ['info', 'config']);
  const sandboxId = textIn(item, 'list', 'pod_sandbox_id') || textIn(item, 'info', 'sandboxID');
  const sandbox = sandboxes.get(sandboxId);
  const labels = labelsOf(status);
  const pod = sandbox === undefined ? podFromLabels(labels, sandboxId) : podOf(sandbox, sandboxId);
  if (pod !== undefined) {
    labels.set('io.kubernetes.sandbox.id', pod.fullSandboxId);
    labels.set('io.kubernetes.pod.uid', pod.uid);
    labels.set('io.kubernetes.pod.name', pod.name);
    labels.set('io.kubernetes.pod.namespace', pod.namespace);
  }
  return {
    fullId,
    runtime,
    isPodSandbox: false,
    name: textIn(status, 'metadata', 'name'),
    image: imageOf(item),
    isPrivileged: isPrivileged(item),
    labels,
    mounts: itemsOf(nodeAt(status, ['mounts'])).map(mountOf),
    environment: itemsOf(nodeAt(config, ['envs'])).map(
      (entry) => `${textIn(entry, 'key')}=${textIn(entry, 'value')}`,
    ),
    // Older runtimes say it only in the specification that the container was started with.
    user:
      textIn(status, 'user', 'linux', 'uid') ||
      textIn(item, 'info', 'runtimeSpec', 'process', 'user', 'uid') ||
      '0',
    createdAt: nanoseconds(textIn(status, 'created_at')),
    ip: pod?.ip ?? '',
    ...hostNamespacesOf(sandbox),
    pod,
  };
}

function sandboxRecord(item: JsonNode, fullId: string, runtime: string): ContainerRecord {
  const status = memberOf(item, 'status');
  return {
    fullId,
    runtime,
    isPodSandbox: true,
    name: '',
    image: imageReference(textIn(item, 'info', 'image'), '', ''),
    isPrivileged: isPrivileged(item),
    labels: labelsOf(status),
    mounts: [],
    environment: [],
    user: '0',
    createdAt: nanoseconds(textIn(status, 'created_at')),
    ip: textIn(status, 'network', 'ip'),
    ...hostNamespacesOf(item),
    pod: podOf(item, fullId),
  };
}

function podOf(sandbox: JsonNode, fullSandboxId: string): PodRecord {
  const status = memberOf(sandbox, 'status');
  return {
    name: textIn(status, 'metadata', 'name'),
    namespace: textIn(status, 'metadata', 'namespace'),
    uid: textIn(status, 'metadata', 'uid'),
    fullSandboxId,
    ip: textIn(status, 'network', 'ip'),
    labels: labelsOf(status),
    networkJson: networkJsonOf(sandbox),
  };
}

/** Which namespaces the containers of a sandbox share with the host; unknown without the sandbox. */
function hostNamespacesOf(
  sandbox: JsonNode | undefined,
): Pick<ContainerRecord, 'isHostPid' | 'isHostNetwork' | 'isHostIpc'> {
  const options = nodeAt(sandbox, ['status', 'linux', 'namespaces', 'options']);
  const isOfNode = (namespace: string): boolean | undefined =>
    sandbox === undefined ? undefined : textIn(options, namespace) === 'NODE';
  return { isHostPid: isOfNode('pid'), isHostNetwork: isOfNode('network'), isHostIpc: isOfNode('ipc') };
}

/** A container whose sandbox the file doesn't have still carries its pod's name in the labels kubelet gave it. */
function podFromLabels(labels: ReadonlyMap<string, string>, fullSandboxId: string): PodRecord | undefined {
  const name = labels.get('io.kubernetes.pod.name');
  if (name === undefined) return undefined;
  return {
    name,
    namespace: labels.get('io.kubernetes.pod.namespace') ?? '',
    uid: labels.get('io.kubernetes.pod.uid') ?? '',
    fullSandboxId,
    ip: '',
    labels: new Map(),
    networkJson: '',
  };
}

/**
 * The image of a container: CRI's `image_ref` is `repository@sha256:...` or, for an image that was imported, the
 * bare digest of its configuration; its name stands in the status or in the runtime's annotations.
 */
function imageOf(item: JsonNode): ImageReference {
  const status = memberOf(item, 'status');
  const reference = textIn(status, 'image_ref');
  const named = textIn(status, 'image', 'image');
  const at = reference.indexOf('@sha256:');
  const configured = textIn(item, 'info', 'config', 'image', 'image');
  const id = [configured, textIn(status, 'image_id'), reference]
    .find((text) => text.startsWith('sha256:'))
    ?.slice('sha256:'.length);
  if (at > 0) {
    const repository = reference.slice(0, at);
    const { tag } = splitImageName(named);
    return {
      name: tag === '' ? repository : `${repository}:${tag}`,
      repository,
      tag,
      digest: reference.slice(at + 1),
      id: id ?? '',
    };
  }
  const annotations = nodeAt(item, ['info', 'runtimeSpec', 'annotations']);
  const isNameless = named === '' || named.startsWith('sha256');
  const annotated =
    textIn(annotations, 'io.kubernetes.cri.image-name') ||
    textIn(annotations, 'io.kubernetes.cri-o.Image') ||
    textIn(annotations, 'io.kubernetes.cri-o.ImageName');
  const name = isNameless && annotated !== '' ? annotated : named;
  return imageReference(name, reference.startsWith('sha256:') ? reference : '', id ?? '');
}

function imageReference(name: string, digest: string, id: string): ImageReference {
  return { name, ...splitImageName(name), digest, id };
}

/** Runtimes say it in different places, and leave it out when it is false. */
function isPrivileged(item: JsonNode): boolean {
  const places = [
    ['info', 'runtimeSpec', 'linux', 'security_context', 'privileged'],
    ['info', 'config', 'linux', 'security_context', 'privileged'],
    ['info', 'privileged'],
  ];
  const found = places.map((place) => nodeAt(item, place)).find((node) => node !== undefined);
  return isTrue(found);
}

function mountOf(mount: JsonNode): MountRecord {
  return {
    source: textIn(mount, 'host_path'),
    destination: textIn(mount, 'container_path'),
    mode: '',
    isWritable: !isTrue(memberOf(mount, 'readonly')),
    propagation: PROPAGATIONS.get(textIn(mount, 'propagation')) ?? 'unknown',
  };
}

function networkJsonOf(sandbox: JsonNode): string {
  const interfaces = nodeAt(sandbox, ['info', 'cniResult', 'Interfaces']);
  if (interfaces?.kind !== 'object') {
    return textIn(sandbox, 'info', 'runtimeSpec', 'annotations', 'io.kubernetes.cri-o.CNIResult').slice(
      0,
      MAXIMUM_NETWORK_JSON,
    );
  }
  const members = interfaces.members.filter(({ name }) => name !== 'lo' && !name.startsWith('veth'));
  return compactText({ kind: 'object', members }).slice(0, MAXIMUM_NETWORK_JSON);
}

function labelsOf(status: JsonNode | undefined): Map<string, string> {
  const labels = memberOf(status, 'labels');
  if (labels?.kind !== 'object') return new Map();
  return new Map(labels.members.map(({ name, value }) => [name, textOf(value)] as const));
}

function itemsOf(node: JsonNode | undefined): readonly JsonNode[] {
  return node?.kind === 'array' ? node.items : [];
}

function textIn(node: JsonNode | undefined, ...path: readonly string[]): string {
  const found = nodeAt(node, path);
  return found === undefined ? '' : textOf(found);
}

function nanoseconds(text: string): bigint {
  return /^[0-9]{1,19}$/.test(text) ? BigInt(text) : 0n;
}
