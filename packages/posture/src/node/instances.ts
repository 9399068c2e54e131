import { posix } from 'node:path';
import { COMPONENTS, type ComponentName } from '../effective/facts.ts';
import { parseVersion, type Version } from '../effective/version.ts';
import { doubtOf } from './attest.ts';
import { splitWords } from './command-line.ts';
import { type ManifestContainer, readManifest } from './manifest.ts';
import type { ProcessSnapshot } from './processes.ts';
import { readUnit, type Unit } from './systemd.ts';
import { createMountedTree, type FileTree, found, type Reading, unreadable } from './tree.ts';
import { readYaml, textsAt, valueAt } from './yaml.ts';

/** What on disk starts a component: the place where its flags are changed. */
export type Launcher =
  | { readonly kind: 'manifest'; readonly path: string; readonly container: string }
  | { readonly kind: 'unit'; readonly path: string; readonly unit: Unit }
  | { readonly kind: 'arguments-file'; readonly path: string }
  | { readonly kind: 'k3s'; readonly path: string; readonly key: string };

/** One component on this node: running, or only described by files. */
export interface Instance {
  readonly component: ComponentName;
  /** For people: `kubelet (process 812)`, `etcd (/etc/kubernetes/manifests/etcd.yaml)`. */
  readonly label: string;
  /** Its arguments, without the program. */
  readonly parameters: Reading<readonly string[]>;
  /** Where those arguments were read: `process 812` or a path. */
  readonly parametersFrom: string;
  readonly environment: Reading<Readonly<Record<string, string>>>;
  readonly launcher?: Launcher;
  /** What the distribution that embeds the component sets by itself (k3s). */
  readonly distribution?: { readonly name: string; readonly settings: Readonly<Record<string, string>> };
  /** A configuration file that was found although no command line names it. */
  readonly looseConfigPath?: string;
  readonly version?: Version;
  /** What the component sees as its files. */
  readonly tree: FileTree;
  readonly pid?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** What a kubelet said at /configz. */
  readonly configz?: unknown;
  /** Why nothing but its own name says that it is this component; undefined where something else does. */
  readonly unattested?: string;
  /** Things worth saying about how it was found, such as a manifest that differs from the running process. */
  readonly notes: readonly string[];
}

/** A node as it was looked at. */
export interface Node {
  readonly tree: FileTree;
  readonly processes: readonly ProcessSnapshot[];
  /** True when `processes` is all that runs: then what only files describe is said not to run. */
  readonly isLive?: boolean;
  /** Whole number of milliseconds since the epoch: certificates are judged at this moment. */
  readonly now: number;
  readonly version?: Version;
  /** The answer of the kubelet's /configz, where somebody fetched it. */
  readonly configz?: unknown;
}

/** The instances found, and for components not found, why that may be (a folder that can't be read). */
export interface Discovery {
  readonly instances: readonly Instance[];
  readonly gaps: readonly string[];
}

/** Programs to look for among the processes. */
export const PROGRAMS: ReadonlySet<string> = new Set([
  ...COMPONENTS,
  'hyperkube',
  'k3s',
  'k3s-server',
  'k3s-agent',
  'kubelite',
]);

const MANIFEST_FOLDERS = [
  '/etc/kubernetes/manifests',
  '/var/lib/rancher/rke2/agent/pod-manifests',
  '/etc/kubelet.d',
  '/etc/origin/node/pods',
];

const UNIT_NAMES: Readonly<Record<ComponentName, readonly string[]>> = {
  kubelet: ['kubelet.service'],
  'kube-apiserver': ['kube-apiserver.service'],
  'kube-controller-manager': ['kube-controller-manager.service'],
  'kube-scheduler': ['kube-scheduler.service'],
  etcd: ['etcd.service', 'etcd3.service', 'etcd-member.service'],
  'kube-proxy': ['kube-proxy.service'],
};

/** MicroK8s keeps each component's flags in a file, one a line. */
const ARGUMENT_FILES: Readonly<Record<ComponentName, string>> = {
  kubelet: '/var/snap/microk8s/current/args/kubelet',
  'kube-apiserver': '/var/snap/microk8s/current/args/kube-apiserver',
  'kube-controller-manager': '/var/snap/microk8s/current/args/kube-controller-manager',
  'kube-scheduler': '/var/snap/microk8s/current/args/kube-scheduler',
  etcd: '/var/snap/microk8s/current/args/etcd',
  'kube-proxy': '/var/snap/microk8s/current/args/kube-proxy',
};

/** Where installers put a configuration file; used only when nothing that starts the component was found. */
const LOOSE_FILES: Readonly<Partial<Record<ComponentName, readonly string[]>>> = {
  kubelet: [
    '/var/lib/kubelet/config.yaml',
    '/etc/kubernetes/kubelet/kubelet-config.json',
    '/etc/kubernetes/kubelet/config.json',
    '/etc/kubernetes/kubelet/config',
    '/etc/kubernetes/kubelet.yaml',
    '/home/kubernetes/kubelet-config.yaml',
    '/etc/default/kubeletconfig.json',
  ],
  'kube-proxy': ['/var/lib/kube-proxy/config.conf', '/var/lib/kube-proxy/kubeconfig.conf'],
  etcd: ['/etc/etcd/etcd.conf.yml', '/etc/etcd/etcd.yaml', '/var/lib/rancher/rke2/server/db/etcd/config'],
};

const K3S_FILE = '/etc/rancher/k3s/config.yaml';

/** Finds every instance of the known components on a node: what runs first, else what files would start. */
export function discoverInstances(node: Node): Discovery {
  const gaps: string[] = [];
  const onDisk = fromManifests(node, gaps);
  for (const component of COMPONENTS) {
    onDisk.push(...fromUnits(node, component, gaps), ...fromArgumentFile(node, component, gaps));
  }
  const running = node.processes.flatMap((process) =>
    fromProcess(node, process).map((instance) => withDoubt(instance, process, onDisk)),
  );
  const isEmbedded = running.some(
    ({ distribution, unattested }) => distribution !== undefined && unattested === undefined,
  );
  if (!isEmbedded) onDisk.push(...fromK3s(node, gaps));
  const instances: Instance[] = [];
  for (const component of COMPONENTS) {
    const described = onDisk.filter((instance) => instance.component === component);
    const claimed = running.filter((instance) => instance.component === component);
    const live = claimed.filter(({ unattested }) => unattested === undefined);
    if (live.length > 0) instances.push(...live.map((instance) => joinWithDisk(instance, described)));
    else if (described.length > 0)
      instances.push(...described.map((instance) => noteStopped(node, instance)));
    else instances.push(...fromLooseFile(node, component));
    // Behind the others: they neither stand for what files describe nor lend themselves to its fixes.
    instances.push(...claimed.filter(({ unattested }) => unattested !== undefined));
  }
  return {
    gaps,
    instances: instances.map((instance) =>
      instance.component === 'kubelet' && instance.unattested === undefined && node.configz !== undefined
        ? { ...instance, configz: node.configz }
        : instance,
    ),
  };
}

function withDoubt(instance: Instance, process: ProcessSnapshot, onDisk: readonly Instance[]): Instance {
  const { component } = instance;
  const described = onDisk.filter((each) => each.component === component);
  const unattested = doubtOf(process, component, described);
  if (unattested === undefined) return instance;
  return {
    ...instance,
    label: `${component} (process ${process.pid}, unattested)`,
    unattested,
    notes: [...instance.notes, `unattested, it only calls itself ${component}: ${unattested}`],
  };
}

function noteStopped(node: Node, instance: Instance): Instance {
  return node.isLive === true
    ? { ...instance, notes: [...instance.notes, 'not running now: this is how it would start'] }
    : instance;
}

function componentOf(command: readonly string[]): { component: ComponentName; skip: number } | undefined {
  for (let index = 0; index < Math.min(command.length, 2); index += 1) {
    const name = posix.basename(command[index]!);
    const component = COMPONENTS.find((candidate) => candidate === name);
    if (component !== undefined) return { component, skip: index + 1 };
    if (name !== 'hyperkube') return undefined;
  }
  return undefined;
}

/** The command of a manifest may hide in a shell: `/bin/sh -c "exec kube-apiserver --flag ..."`. */
function findCommand(
  command: readonly string[],
): { component: ComponentName; parameters: string[] } | undefined {
  const direct = componentOf(command);
  if (direct !== undefined) return { component: direct.component, parameters: command.slice(direct.skip) };
  for (const text of command) {
    const words = splitWords(text);
    for (let index = 0; index < words.length; index += 1) {
      const inner = componentOf(words.slice(index));
      if (inner !== undefined && words.length > 1) {
        return { component: inner.component, parameters: words.slice(index + inner.skip) };
      }
    }
  }
  return undefined;
}

function fromManifests(node: Node, gaps: string[]): Instance[] {
  const instances: Instance[] = [];
  for (const folder of MANIFEST_FOLDERS) {
    const listing = node.tree.list(folder);
    if (listing.kind === 'unreadable') gaps.push(`${folder}: ${listing.reason}`);
    if (listing.kind !== 'found') continue;
    for (const name of listing.value) {
      // The kubelet itself leaves out names that begin with a dot.
      if (name.startsWith('.') || !/\.(?:ya?ml|json|manifest)$/.test(name)) continue;
      const path = posix.join(folder, name);
      const text = node.tree.read(path);
      const containers = text.kind === 'found' ? readManifest(text.value) : text;
      if (containers.kind !== 'found') {
        const reason = containers.kind === 'missing' ? 'is a dangling link' : containers.reason;
        const component = COMPONENTS.find((candidate) => posix.parse(name).name === candidate);
        if (component === undefined) gaps.push(`${path}: ${reason}`);
        else instances.push(unreadableInstance(node, component, path, reason));
        continue;
      }
      for (const container of containers.value) {
        const command = findCommand(container.command);
        if (command !== undefined) instances.push(fromContainer(node, path, container, command));
      }
    }
  }
  return instances;
}

function unreadableInstance(node: Node, component: ComponentName, path: string, reason: string): Instance {
  return {
    component,
    label: `${component} (${path})`,
    parameters: unreadable(`${path}: ${reason}`),
    parametersFrom: path,
    environment: unreadable(`${path}: ${reason}`),
    launcher: { kind: 'manifest', path, container: component },
    tree: node.tree,
    notes: [],
  };
}

function fromContainer(
  node: Node,
  path: string,
  container: ManifestContainer,
  command: { component: ComponentName; parameters: string[] },
): Instance {
  const version = versionOf(node, command.component, container.image);
  return {
    component: command.component,
    label: `${command.component} (${path})`,
    parameters: found(
      command.parameters.map((text) =>
        text.replace(/\$\(([A-Za-z_]\w*)\)/g, (whole, name: string) => container.environment[name] ?? whole),
      ),
    ),
    parametersFrom: path,
    environment: found(container.environment),
    launcher: { kind: 'manifest', path, container: container.name },
    ...(version === undefined ? {} : { version }),
    tree: createMountedTree(node.tree, container.mounts),
    ...(container.user === undefined ? {} : { uid: container.user }),
    notes: [],
  };
}

/** etcd has a version of its own; what the user says about the cluster holds for the other components. */
function versionOf(node: Node, component: ComponentName, image: string): Version | undefined {
  return parseVersion(image) ?? (component === 'etcd' ? undefined : node.version);
}

function fromUnits(node: Node, component: ComponentName, gaps: string[]): Instance[] {
  return UNIT_NAMES[component].flatMap((name): Instance[] => {
    const reading = readUnit(node.tree, name);
    if (reading.kind === 'unreadable') gaps.push(reading.reason);
    if (reading.kind !== 'found') return [];
    const unit = reading.value;
    const command = findCommand(unit.command);
    if (command?.component !== component) {
      gaps.push(`${unit.commandPath}: its ExecStart does not start ${component} directly`);
      return [];
    }
    const version = component === 'etcd' ? undefined : node.version;
    return [
      {
        component,
        label: `${component} (${name})`,
        parameters: unit.gaps.length > 0 ? unreadable(unit.gaps.join('; ')) : found(command.parameters),
        parametersFrom: unit.commandPath,
        environment: found(unit.environment),
        launcher: { kind: 'unit', path: unit.commandPath, unit },
        ...(version === undefined ? {} : { version }),
        tree: node.tree,
        notes: [],
      },
    ];
  });
}

function fromArgumentFile(node: Node, component: ComponentName, gaps: string[]): Instance[] {
  const path = ARGUMENT_FILES[component];
  const reading = node.tree.read(path);
  if (reading.kind === 'missing') return [];
  if (reading.kind === 'unreadable') gaps.push(`${path}: ${reading.reason}`);
  const parameters =
    reading.kind === 'found'
      ? found(
          reading.value
            .split('\n')
            .filter((line) => !/^\s*(?:#|$)/.test(line))
            .flatMap(splitWords)
            .map((word) => word.replace(/\$\{SNAP_DATA\}/g, '/var/snap/microk8s/current')),
        )
      : unreadable(`${path}: ${reading.reason}`);
  return [
    {
      component,
      label: `${component} (${path})`,
      parameters,
      parametersFrom: path,
      environment: found({}),
      launcher: { kind: 'arguments-file', path },
      ...(component !== 'etcd' && node.version !== undefined ? { version: node.version } : {}),
      tree: node.tree,
      notes: [],
    },
  ];
}

/** A file on its own says what the component would read, but not with which flags it is started. */
function fromLooseFile(node: Node, component: ComponentName): Instance[] {
  const path = LOOSE_FILES[component]?.find((candidate) => node.tree.status(candidate).kind !== 'missing');
  if (path === undefined) return [];
  return [
    {
      component,
      label: `${component} (${path})`,
      parameters: unreadable(
        `the command line of ${component}: neither a process nor a unit or manifest that starts it was found`,
      ),
      parametersFrom: 'nowhere',
      environment: unreadable(`the environment of ${component}`),
      looseConfigPath: path,
      ...(component !== 'etcd' && node.version !== undefined ? { version: node.version } : {}),
      tree: node.tree,
      notes: [],
    },
  ];
}

function fromProcess(node: Node, process: ProcessSnapshot): Instance[] {
  const program = posix.basename(process.command[0] ?? '');
  if (/^k3s/.test(program)) {
    const role =
      process.command.find((word) => word === 'server' || word === 'agent') ?? program.split('-')[1];
    return role === undefined ? [] : embeddedInK3s(node, role, process);
  }
  const command = componentOf(process.command);
  if (command === undefined) return [];
  const { component } = command;
  return [
    {
      component,
      label: `${component} (process ${process.pid})`,
      parameters: found(process.command.slice(command.skip)),
      parametersFrom: `process ${process.pid}`,
      environment: process.environment,
      ...(component !== 'etcd' && node.version !== undefined ? { version: node.version } : {}),
      tree: process.tree,
      pid: process.pid,
      uid: process.uid,
      gid: process.gid,
      notes: [],
    },
  ];
}

/** Gives a running instance the place where its flags are kept, and says when that place no longer says the same. */
function joinWithDisk(instance: Instance, described: readonly Instance[]): Instance {
  const match =
    described.find(({ parameters }) => isSameList(parameters, instance.parameters)) ??
    (described.length === 1 ? described[0] : undefined);
  if (match?.launcher === undefined) return instance;
  const notes = isSameList(match.parameters, instance.parameters)
    ? []
    : [`${match.parametersFrom} no longer matches the running process: it takes effect at the next restart`];
  return {
    ...instance,
    launcher: match.launcher,
    // The container's own root is read; paths are shown as the node knows them, through the manifest's mounts.
    tree: { ...instance.tree, locate: match.tree.locate },
    ...(instance.version === undefined && match.version !== undefined ? { version: match.version } : {}),
    notes: [...instance.notes, ...notes],
  };
}

function isSameList(left: Reading<readonly string[]>, right: Reading<readonly string[]>): boolean {
  return (
    left.kind === 'found' &&
    right.kind === 'found' &&
    left.value.length === right.value.length &&
    left.value.every((text, index) => text === right.value[index])
  );
}

/*
 * k3s runs the components inside one process. What it sets by itself: pkg/daemons/control/server.go and
 * pkg/daemons/agent/agent_linux.go of k3s-io/k3s (1.28 to 1.33).
 */
const K3S_SETTINGS: Readonly<Partial<Record<ComponentName, Readonly<Record<string, string>>>>> = {
  'kube-apiserver': {
    'anonymous-auth': 'false',
    'authorization-mode': 'Node,RBAC',
    'enable-admission-plugins': 'NodeRestriction',
    'client-ca-file': '/var/lib/rancher/k3s/server/tls/client-ca.crt',
    'kubelet-certificate-authority': '/var/lib/rancher/k3s/server/tls/server-ca.crt',
    'kubelet-client-certificate': '/var/lib/rancher/k3s/server/tls/client-kube-apiserver.crt',
    'kubelet-client-key': '/var/lib/rancher/k3s/server/tls/client-kube-apiserver.key',
    'tls-cert-file': '/var/lib/rancher/k3s/server/tls/serving-kube-apiserver.crt',
    'tls-private-key-file': '/var/lib/rancher/k3s/server/tls/serving-kube-apiserver.key',
    'service-account-key-file': '/var/lib/rancher/k3s/server/tls/service.key',
    profiling: 'false',
    'enable-bootstrap-token-auth': 'true',
  },
  'kube-controller-manager': {
    'bind-address': '127.0.0.1',
    profiling: 'false',
    'use-service-account-credentials': 'true',
    'root-ca-file': '/var/lib/rancher/k3s/server/tls/server-ca.crt',
    'service-account-private-key-file': '/var/lib/rancher/k3s/server/tls/service.current.key',
    kubeconfig: '/var/lib/rancher/k3s/server/cred/controller.kubeconfig',
  },
  'kube-scheduler': {
    'bind-address': '127.0.0.1',
    profiling: 'false',
    kubeconfig: '/var/lib/rancher/k3s/server/cred/scheduler.kubeconfig',
  },
  kubelet: {
    address: '0.0.0.0',
    'anonymous-auth': 'false',
    'authentication-token-webhook': 'true',
    'authorization-mode': 'Webhook',
    'client-ca-file': '/var/lib/rancher/k3s/agent/client-ca.crt',
    'read-only-port': '0',
    'tls-cert-file': '/var/lib/rancher/k3s/agent/serving-kubelet.crt',
    'tls-private-key-file': '/var/lib/rancher/k3s/agent/serving-kubelet.key',
    kubeconfig: '/var/lib/rancher/k3s/agent/kubelet.kubeconfig',
  },
  'kube-proxy': { 'metrics-bind-address': '127.0.0.1:10249' },
};

function fromK3s(node: Node, gaps: string[]): Instance[] {
  const reading = node.tree.read(K3S_FILE);
  if (reading.kind === 'unreadable') gaps.push(`${K3S_FILE}: ${reading.reason}`);
  if (reading.kind === 'missing') return [];
  const isServer = node.tree.status('/var/lib/rancher/k3s/server').kind !== 'missing';
  return embeddedInK3s(node, isServer ? 'server' : 'agent', undefined);
}

function embeddedInK3s(node: Node, role: string, process: ProcessSnapshot | undefined): Instance[] {
  const text = node.tree.read(K3S_FILE);
  const file = text.kind === 'found' ? readYaml(text.value) : text;
  const components = Object.keys(K3S_SETTINGS) as ComponentName[];
  const embedded = role === 'server' ? components : (['kubelet', 'kube-proxy'] as const);
  return embedded.map((component): Instance => {
    const key = `${component}-arg`;
    const parameters: Reading<string[]> =
      file.kind === 'unreadable'
        ? unreadable(`${K3S_FILE}: ${file.reason}`)
        : found([
            ...(file.kind === 'found' ? readK3sArguments(file.value.value, key) : []),
            ...readK3sFlags(process?.command ?? [], key),
          ]);
    return {
      component,
      label: `${component} (in k3s ${process === undefined ? role : `process ${process.pid}`})`,
      parameters,
      parametersFrom: K3S_FILE,
      environment: found({}),
      launcher: { kind: 'k3s', path: K3S_FILE, key },
      distribution: { name: 'k3s', settings: K3S_SETTINGS[component]! },
      ...(node.version === undefined ? {} : { version: node.version }),
      tree: process?.tree ?? node.tree,
      ...(process === undefined ? {} : { pid: process.pid, uid: process.uid, gid: process.gid }),
      notes: [],
    };
  });
}

function readK3sArguments(value: unknown, key: string): string[] {
  const given = valueAt(value, [key]);
  const texts = typeof given === 'string' ? [given] : textsAt(value, [key]);
  return texts.map((text) => (text.startsWith('-') ? text : `--${text}`));
}

function readK3sFlags(command: readonly string[], key: string): string[] {
  return command.flatMap((word, index) => {
    if (word === `--${key}`) return [`--${command[index + 1] ?? ''}`];
    return word.startsWith(`--${key}=`) ? [`--${word.slice(key.length + 3)}`] : [];
  });
}
