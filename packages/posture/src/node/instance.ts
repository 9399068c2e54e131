import type { ComponentName } from '../effective/facts.ts';
import type { Version } from '../effective/version.ts';
import type { ProcessSnapshot } from './processes.ts';
import type { Unit } from './systemd.ts';
import type { FileTree, Reading } from './tree.ts';

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

/** etcd has a version of its own; what the user says about the cluster holds for the other components. */
export function clusterVersion(node: Node, component: ComponentName): { readonly version?: Version } {
  return component === 'etcd' || node.version === undefined ? {} : { version: node.version };
}
