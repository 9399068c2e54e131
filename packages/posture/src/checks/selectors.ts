import { posix } from 'node:path';
import { formatSettingValue } from '../effective/settings.ts';
import type { FileTree } from '../node/tree.ts';
import { instanceOf, type Subject, settingOf } from './check.ts';
import { cannotTell, files, nothingToLookAt, type Selection, type Selector, walk } from './file-rules.ts';

/** The static pod manifest that starts the component. */
export const manifestOf: Selector = (subject) => {
  const { launcher, component } = instanceOf(subject);
  return launcher?.kind === 'manifest'
    ? files(subject.node.tree, [launcher.path])
    : nothingToLookAt(`${component} is not started from a static pod manifest here`);
};

/** The file that a setting names; NOT APPLICABLE when it names none. */
export function fileNamedBy(name: string): Selector {
  return (subject) => {
    const state = settingOf(subject, name);
    if (state.kind === 'unknown') return cannotTell(state.missing);
    const { value } = state.setting;
    if (value === undefined || value === '') return nothingToLookAt(`--${name} names no file`);
    return files(instanceOf(subject).tree, [formatSettingValue(value)]);
  };
}

/** The first of several choices that doesn't say NOT APPLICABLE. */
export function firstOf(...selectors: readonly Selector[]): Selector {
  return (subject) => {
    let last: Selection = nothingToLookAt('no such file on this node');
    for (const select of selectors) {
      last = select(subject);
      if (last.kind === 'files' || last.decision.status === 'UNKNOWN') return last;
    }
    return last;
  };
}

/** Files at fixed places of the node; those that don't exist are left out. */
export function filesAt(...paths: readonly string[]): Selector {
  return (subject) => {
    const { tree } = subject.node;
    const present = paths.filter((path) => tree.status(path).kind !== 'missing');
    return present.length === 0
      ? nothingToLookAt(`none of ${paths.join(', ')} exists`)
      : files(tree, present);
  };
}

function below(tree: FileTree, folders: readonly string[], keep: (path: string) => boolean): Selection {
  const failures = folders.flatMap((folder) => {
    const listing = tree.list(folder);
    return listing.kind === 'unreadable' ? [`${folder} (${listing.reason})`] : [];
  });
  if (failures.length > 0) return cannotTell(`the folder ${failures.join(', ')}`);
  const paths = folders.flatMap((folder) => walk(tree, folder, keep));
  return paths.length === 0 ? nothingToLookAt(`nothing below ${folders.join(', ')}`) : files(tree, paths);
}

/** What CNI plugins keep: their configuration and their records of addresses. */
export const cniFiles: Selector = (subject) =>
  below(subject.node.tree, ['/etc/cni/net.d', '/var/lib/cni/networks'], (path) => {
    const status = subject.node.tree.status(path);
    return status.kind !== 'found' || status.value.kind === 'file';
  });

/** etcd's data directory, as the node sees it. */
export const etcdDataDirectory: Selector = (subject) => {
  const state = settingOf(subject, 'data-dir');
  if (state.kind === 'unknown') return cannotTell(state.missing);
  const path = formatSettingValue(state.setting.value);
  // A relative path lies below a working directory that no file tells.
  if (!posix.isAbsolute(path)) return cannotTell(`an absolute --data-dir (it is ${path})`);
  const { tree } = instanceOf(subject);
  return tree.status(path).kind === 'missing'
    ? cannotTell(`the data directory ${tree.locate(path)}`)
    : files(tree, [path]);
};

const PKI_FOLDERS = [
  '/etc/kubernetes/pki',
  '/var/lib/rancher/rke2/server/tls',
  '/var/lib/rancher/k3s/server/tls',
];

function pkiFolder(subject: Subject): string | undefined {
  return PKI_FOLDERS.find((folder) => subject.node.tree.status(folder).kind !== 'missing');
}

/** The cluster's PKI folder with everything in it, or only names that end in `extension`. */
export function pkiFiles(extension?: RegExp): Selector {
  return (subject) => {
    const folder = pkiFolder(subject);
    if (folder === undefined) return nothingToLookAt(`none of ${PKI_FOLDERS.join(', ')} exists`);
    const { tree } = subject.node;
    const selection = below(tree, [folder], (path) => extension === undefined || extension.test(path));
    return selection.kind === 'files' && extension === undefined
      ? files(tree, [folder, ...selection.paths])
      : selection;
  };
}

/** The unit files that start the kubelet. */
export const unitFiles: Selector = (subject) => {
  const { launcher, parameters } = instanceOf(subject);
  if (launcher === undefined && parameters.kind === 'unreadable') return cannotTell(parameters.reason);
  return launcher?.kind === 'unit'
    ? files(subject.node.tree, launcher.unit.paths)
    : nothingToLookAt('the kubelet is not started by a systemd unit of its own here');
};

/** The kubelet's configuration file and its drop-ins. */
export const configurationFiles: Selector = (subject) => {
  const { configuration } = subject;
  if (configuration.files.length > 0) return files(configuration.instance.tree, configuration.files);
  const state = settingOf(subject, 'config');
  if (state.kind === 'unknown') return cannotTell(state.missing);
  return nothingToLookAt('no configuration file is used');
};
