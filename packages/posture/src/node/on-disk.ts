import { posix } from 'node:path';
import { COMPONENTS, type ComponentName } from '../effective/facts.ts';
import { parseVersion } from '../effective/version.ts';
import { splitWords } from './command-line.ts';
import { findCommand } from './component-command.ts';
import { clusterVersion, type Instance, type Node } from './instance.ts';
import { type ManifestContainer, readManifest } from './manifest.ts';
import { readUnit } from './systemd.ts';
import { createMountedTree, found, unreadable } from './tree.ts';

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

/** What manifests, units and files of arguments would start; `gaps` takes what can't be read. */
export function findOnDisk(node: Node, gaps: string[]): Instance[] {
  return [
    ...fromManifests(node, gaps),
    ...COMPONENTS.flatMap((component) => [
      ...fromUnits(node, component, gaps),
      ...fromArgumentFile(node, component, gaps),
    ]),
  ];
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
  const version = parseVersion(container.image);
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
    ...(version === undefined ? clusterVersion(node, command.component) : { version }),
    tree: createMountedTree(node.tree, container.mounts),
    ...(container.user === undefined ? {} : { uid: container.user }),
    notes: [],
  };
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
    return [
      {
        component,
        label: `${component} (${name})`,
        parameters: unit.gaps.length > 0 ? unreadable(unit.gaps.join('; ')) : found(command.parameters),
        parametersFrom: unit.commandPath,
        environment: found(unit.environment),
        launcher: { kind: 'unit', path: unit.commandPath, unit },
        ...clusterVersion(node, component),
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
      ...clusterVersion(node, component),
      tree: node.tree,
      notes: [],
    },
  ];
}

/** A file on its own says what the component would read, but not with which flags it is started. */
export function fromLooseFile(node: Node, component: ComponentName): Instance[] {
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
      ...clusterVersion(node, component),
      tree: node.tree,
      notes: [],
    },
  ];
}
