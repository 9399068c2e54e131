import { join, posix } from 'node:path';
import { z } from 'zod';
import { walk } from './checks/file-rules.ts';
import { computeEffectiveConfiguration } from './effective/compute.ts';
import { componentFacts } from './effective/facts.ts';
import { formatSettingValue } from './effective/settings.ts';
import { errors } from './errors.ts';
import type { Node } from './node/instance.ts';
import { discoverInstances } from './node/instances.ts';
import type { ProcessSnapshot } from './node/processes.ts';
import { type FileStatus, type FileTree, found, openTree, type Reading, unreadable } from './node/tree.ts';
import { makeFolder, refuseFilledFolder, writeFile } from './output-folder.ts';
import { schemaProblem } from './schema-problem.ts';

/** The name of the index inside a folder of collected files. */
const INDEX = 'seawall-collected.json';

/** What is taken whole, with everything below; contents only where they hold no secret. */
const FOLDERS = [
  '/etc/kubernetes',
  '/etc/cni/net.d',
  '/etc/etcd',
  '/etc/rancher',
  '/etc/systemd/system/kubelet.service.d',
  '/usr/lib/systemd/system/kubelet.service.d',
  '/lib/systemd/system/kubelet.service.d',
  '/var/lib/kube-proxy',
  '/var/lib/rancher/rke2/agent/pod-manifests',
  '/var/lib/rancher/k3s/agent/etc',
  '/var/snap/microk8s/current/args',
  '/home/kubernetes',
];

const FILES = [
  '/var/lib/kubelet/config.yaml',
  '/var/lib/kubelet/kubeadm-flags.env',
  '/etc/default/kubelet',
  '/etc/default/kubeletconfig.json',
  '/etc/default/etcd',
  '/etc/sysconfig/kubelet',
  ...['/etc/systemd/system', '/usr/lib/systemd/system', '/lib/systemd/system'].flatMap((folder) =>
    ['kubelet', 'etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy'].map(
      (name) => `${folder}/${name}.service`,
    ),
  ),
];

const statusSchema = z.object({
  kind: z.enum(['file', 'directory', 'other']),
  mode: z.number().int(),
  uid: z.number().int(),
  gid: z.number().int(),
  user: z.string().optional(),
  group: z.string().optional(),
});

const placeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('service'), unit: z.string() }),
  z.object({
    kind: z.literal('pod'),
    namespace: z.string(),
    name: z.string(),
    containers: z.array(z.string()),
    isStatic: z.boolean(),
  }),
  z.object({ kind: z.literal('unknown-pod'), uid: z.string() }),
  z.object({ kind: z.literal('container') }),
]);

const indexSchema = z.object({
  format: z.literal('seawall.dev/collected/v1'),
  time: z.iso.datetime(),
  files: z.record(z.string(), statusSchema.extend({ withheld: z.string().optional() })),
  processes: z.array(
    z.object({
      pid: z.number().int(),
      command: z.array(z.string()),
      environment: z.record(z.string(), z.string()).optional(),
      uid: z.number().int(),
      gid: z.number().int(),
      isContainerised: z.boolean(),
      place: placeSchema.optional(),
    }),
  ),
});

type Index = z.infer<typeof indexSchema>;

/** What `collect` did: how many files it copied, and of which it took mode and owner alone. */
export interface Collection {
  readonly copied: number;
  readonly withheld: readonly string[];
}

/**
 * Copies what checks need from a node into an empty folder. Private keys, kubeconfigs, tokens and passwords are never copied: only
 * their mode and owner are noted; keys in encryption configurations are blacked out.
 * Throws `posture/OUTPUT_NOT_EMPTY` and `posture/CANNOT_WRITE`.
 */
export function collectFiles(node: Node, target: string): Collection {
  refuseFilledFolder(target);
  makeFolder(target);
  const files: Index['files'] = {};
  const withheld: string[] = [];
  let copied = 0;
  const { own, named } = choosePaths(node);
  for (const path of new Set([...own, ...named])) {
    const status = node.tree.status(path);
    if (status.kind !== 'found') continue;
    files[path] = { ...status.value };
    if (status.value.kind !== 'file') continue;
    const text = node.tree.read(path);
    const reason = text.kind === 'found' ? secrecyOf(path, text.value, own.has(path)) : 'could not be read';
    if (text.kind !== 'found' || reason !== undefined) {
      files[path] = { ...status.value, withheld: reason ?? 'could not be read' };
      withheld.push(path);
      continue;
    }
    writeFile(join(target, path), blackOut(text.value), 0o600);
    copied += 1;
  }
  const index: Index = {
    format: 'seawall.dev/collected/v1',
    time: new Date(node.now).toISOString(),
    files,
    processes: node.processes.map(snapshotForIndex),
  };
  writeFile(join(target, INDEX), `${JSON.stringify(index, undefined, 1)}\n`, 0o600);
  return { copied, withheld };
}

/** The components' own places, and what command lines name besides: whoever may start a process can name anything there. */
function choosePaths(node: Node): { readonly own: ReadonlySet<string>; readonly named: ReadonlySet<string> } {
  const own = new Set<string>(FILES);
  const paths = new Set<string>();
  for (const folder of FOLDERS) {
    own.add(folder);
    for (const path of walk(node.tree, folder, () => true)) own.add(path);
  }
  // Whatever the settings in effect name: files, and etcd's data directory for its mode.
  for (const instance of discoverInstances(node).instances) {
    const configuration = computeEffectiveConfiguration(instance);
    for (const path of configuration.files) paths.add(instance.tree.locate(path));
    for (const state of configuration.settings.values()) {
      if (state.kind !== 'known' || typeof state.setting.value !== 'string') continue;
      const value = formatSettingValue(state.setting.value);
      if (posix.isAbsolute(value)) paths.add(instance.tree.locate(value));
    }
  }
  return { own, named: paths };
}

/** What files of components begin their lines with: certificates, objects of Kubernetes, etcd's configuration. */
const OF_COMPONENTS =
  /^(?:-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----|[\s{]*"?(?:apiVersion|kind|data-dir|initial-cluster|(?:listen|advertise)-(?:client|peer)-urls)"?\s*:)/m;

function secrecyOf(path: string, text: string, isOwn: boolean): string | undefined {
  if (!isOwn && !OF_COMPONENTS.test(text))
    return 'is named by a command line, and does not look like a component’s';
  if (/^\s*"?kind"?\s*:\s*"?Secret\b/m.test(text)) return 'holds a secret';
  if (/PRIVATE KEY-----/.test(text)) return 'holds a private key';
  if (/^\s*(?:client-key-data|token|password|id-token)\s*:/m.test(text)) return 'holds credentials';
  if (/\.(?:key|csv|token)$/.test(path)) return 'may hold credentials';
  return undefined;
}

function blackOut(text: string): string {
  return text.replace(/^(\s*(?:-\s*)?secret:\s*)\S+.*$/gm, '$1withheld');
}

function snapshotForIndex(process: ProcessSnapshot): Index['processes'][number] {
  const prefixes = Object.values(componentFacts).flatMap(({ environmentPrefix }) => environmentPrefix ?? []);
  const isWanted = (name: string) =>
    prefixes.some((prefix) => name.startsWith(`${prefix}_`)) && !/PASSWORD|TOKEN/.test(name);
  const environment =
    process.environment.kind === 'found'
      ? {
          environment: Object.fromEntries(
            Object.entries(process.environment.value).filter(([name]) => isWanted(name)),
          ),
        }
      : {};
  const { pid, command, uid, gid, isContainerised, place } = process;
  return {
    ...{ pid, command: [...command], uid, gid, isContainerised, ...environment },
    ...(place !== undefined && {
      place: place.kind === 'pod' ? { ...place, containers: [...place.containers] } : place,
    }),
  };
}

/** A node as a folder describes it. */
export interface OpenedRoot {
  readonly tree: FileTree;
  readonly processes: readonly ProcessSnapshot[];
  /** When the files were collected; undefined for a plain folder. */
  readonly collectedAt: number | undefined;
}

/**
 * Opens a folder of files: one that `collect` made (with modes, owners and processes as they were on the node), or any copy of a
 * node's files. Throws `posture/NO_SUCH_FOLDER`.
 */
export function openCollected(folder: string): OpenedRoot {
  const tree = openTree(folder);
  const reading = tree.read(`/${INDEX}`);
  if (reading.kind !== 'found') return { tree, processes: [], collectedAt: undefined };
  const parsed = indexSchema.safeParse(parseJson(reading.value));
  if (!parsed.success) {
    const reason = `${INDEX} in it is damaged: ${schemaProblem(parsed.error)}`;
    throw errors.create('NO_SUCH_FOLDER', { path: folder, reason }, parsed.error);
  }
  const { files, processes, time } = parsed.data;
  const collected = withIndex(tree, files);
  return {
    tree: collected,
    collectedAt: Date.parse(time),
    processes: processes.map(({ environment, ...process }) => ({
      ...process,
      environment: environment === undefined ? unreadable('was not collected') : found(environment),
      tree: collected,
    })),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The schema says what is wrong with undefined.
    return undefined;
  }
}

function withIndex(tree: FileTree, files: Index['files']): FileTree {
  return {
    read(path) {
      const withheld = files[path]?.withheld;
      return withheld === undefined ? tree.read(path) : unreadable(`was not collected: ${withheld}`);
    },
    status(path): Reading<FileStatus> {
      const entry = files[path];
      if (entry === undefined) return tree.status(path);
      const { withheld: _, user, group, ...status } = entry;
      return found({
        ...status,
        ...(user === undefined ? {} : { user }),
        ...(group === undefined ? {} : { group }),
      });
    },
    list(path) {
      const names = Object.keys(files)
        .filter((name) => posix.dirname(name) === path)
        .map((name) => posix.basename(name));
      const reading = tree.list(path);
      if (names.length === 0) return reading;
      return found([...new Set([...names, ...(reading.kind === 'found' ? reading.value : [])])].sort());
    },
    locate: (path) => path,
  };
}

/** The user and group names of a tree's `/etc/passwd` and `/etc/group`, put into its statuses. */
export function withNames(tree: FileTree): FileTree {
  const users = readNames(tree.read('/etc/passwd'));
  const groups = readNames(tree.read('/etc/group'));
  return {
    ...tree,
    status(path) {
      const reading = tree.status(path);
      if (reading.kind !== 'found') return reading;
      const user = reading.value.user ?? users.get(reading.value.uid);
      const group = reading.value.group ?? groups.get(reading.value.gid);
      return found({
        ...reading.value,
        ...(user === undefined ? {} : { user }),
        ...(group === undefined ? {} : { group }),
      });
    },
  };
}

function readNames(reading: Reading<string>): Map<number, string> {
  if (reading.kind !== 'found') return new Map();
  return new Map(
    reading.value.split('\n').flatMap((line): [number, string][] => {
      const [name, , number] = line.split(':');
      return name === undefined || !/^\d+$/.test(number ?? '') ? [] : [[Number(number), name]];
    }),
  );
}
