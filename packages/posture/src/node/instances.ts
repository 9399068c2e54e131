import { posix } from 'node:path';
import { COMPONENTS } from '../effective/facts.ts';
import { doubtOf } from './attest.ts';
import { componentOf } from './component-command.ts';
import { clusterVersion, type Instance, type Node } from './instance.ts';
import { embeddedInK3s, fromK3s } from './k3s.ts';
import { findOnDisk, fromLooseFile } from './on-disk.ts';
import type { ProcessSnapshot } from './processes.ts';
import { found, type Reading } from './tree.ts';

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

/** Finds every instance of the known components on a node: what runs first, else what files would start. */
export function discoverInstances(node: Node): Discovery {
  const gaps: string[] = [];
  const onDisk = findOnDisk(node, gaps);
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
      ...clusterVersion(node, component),
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
