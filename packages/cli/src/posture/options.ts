import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import {
  BENCHMARKS,
  type Benchmark,
  COMPONENTS,
  type ComponentName,
  defaultSite,
  isConfigz,
  type Node,
  openCollected,
  openTree,
  PROGRAMS,
  parseSite,
  parseVersion,
  postureErrors,
  readProcesses,
  type Site,
  withNames,
} from '@seawall/posture';
import { type Command, InvalidArgumentError, Option } from 'commander';

/** What is looked at: this node, or a folder of a node's files. */
export interface NodeOptions {
  readonly configRoot?: string;
  readonly kubeVersion?: string;
  readonly configz?: string;
}

/** Adds the options that say what to look at. */
export function addNodeOptions(command: Command): Command {
  return command
    .option('--config-root <dir>', "look at a folder of a node's files instead of this node (see collect)")
    .option('--kube-version <version>', 'the version of Kubernetes, where no image tells it', checkVersion)
    .option('--configz <file>', "a kubelet's answer at /configz: what it says is in effect");
}

function checkVersion(text: string): string {
  if (parseVersion(text) === undefined) throw new InvalidArgumentError('Write it like 1.30.');
  return text;
}

/** Looks at this node or opens the folder. Throws `posture/NO_SUCH_FOLDER` and `posture/FILE_UNREADABLE`. */
export function openNode(options: NodeOptions): { node: Node; name: string } {
  const version = options.kubeVersion === undefined ? undefined : parseVersion(options.kubeVersion);
  const shared = {
    ...(version === undefined ? {} : { version }),
    ...(options.configz === undefined ? {} : { configz: readConfigz(options.configz) }),
  };
  if (options.configRoot !== undefined) {
    const { tree, processes, collectedAt } = openCollected(options.configRoot);
    const node = { tree: withNames(tree), processes, now: collectedAt ?? Date.now(), ...shared };
    return { node, name: options.configRoot };
  }
  const tree = withNames(openTree('/'));
  const processes = readProcesses(PROGRAMS, tree);
  return { node: { tree, processes, isLive: true, now: Date.now(), ...shared }, name: hostname() };
}

/** Reads a file that the user named. Throws `posture/FILE_UNREADABLE`. */
export function readUserFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw postureErrors.create('FILE_UNREADABLE', { path, reason: (error as Error).message }, error);
  }
}

function readConfigz(path: string): unknown {
  const text = readUserFile(path);
  let configz: unknown;
  try {
    configz = JSON.parse(text);
  } catch (error) {
    throw postureErrors.create('FILE_UNREADABLE', { path, reason: (error as Error).message }, error);
  }
  if (isConfigz(configz)) return configz;
  const reason = "it holds no kubeletconfig: give a kubelet's whole answer at /configz";
  throw postureErrors.create('FILE_UNREADABLE', { path, reason });
}

export function benchmarkOption(): Option {
  return new Option('--benchmark <version>', 'the CIS benchmark to number checks by')
    .choices(BENCHMARKS)
    .default('1.12' satisfies Benchmark);
}

/** Reads the site file, or takes what holds without one. */
export function openSite(path: string | undefined): Site {
  return path === undefined ? defaultSite : parseSite(readUserFile(path), path);
}

const SHORT_NAMES: Readonly<Record<string, ComponentName>> = {
  apiserver: 'kube-apiserver',
  'controller-manager': 'kube-controller-manager',
  scheduler: 'kube-scheduler',
  proxy: 'kube-proxy',
};

/** Component names as people write them. Throws `posture/NO_SUCH_COMPONENT`. */
export function parseComponents(names: readonly string[]): readonly ComponentName[] {
  return names.map((name) => {
    const component = SHORT_NAMES[name] ?? COMPONENTS.find((candidate) => candidate === name);
    if (component !== undefined) return component;
    const known = [...COMPONENTS, ...Object.keys(SHORT_NAMES)].join(', ');
    throw postureErrors.create('NO_SUCH_COMPONENT', { name, known });
  });
}

/**
 * What was asked for by name must be there: an empty answer would pass for a good one.
 * Throws `posture/COMPONENT_NOT_FOUND`.
 */
export function requireComponents(
  chosen: readonly ComponentName[],
  instances: readonly { readonly component: ComponentName }[],
  { configRoot }: NodeOptions,
): void {
  const missing = chosen.filter((name) => !instances.some(({ component }) => component === name));
  if (missing.length === 0) return;
  const place = configRoot === undefined ? 'on this node' : `in ${configRoot}`;
  throw postureErrors.create('COMPONENT_NOT_FOUND', { names: [...new Set(missing)].join(', '), place });
}

/** Collects the values of an option that may be given several times, or once with commas. */
export function collectList(text: string, before: readonly string[] = []): readonly string[] {
  const items = text.split(',').filter((item) => item !== '');
  if (items.length === 0) throw new InvalidArgumentError('Name at least one, or leave the option out.');
  return [...before, ...items];
}
