import { basename } from 'node:path';
import { splitImage } from '../scope/image.ts';
import type { ActionTarget, OffenceFacts } from './decision.ts';

/** Where an etcd of the system's own lies: paths that only root can put a program under. */
const systemEtcd = /^\/(?:usr|opt)\/.*\/etcd$|^\/(?:usr\/)?s?bin\/etcd$/;

/** Where the cluster's own etcd runs as pods. Elsewhere anybody who may make pods could pass them off as etcd. */
export const defaultEtcdNamespaces: readonly string[] = ['kube-system', 'openshift-etcd'];

/**
 * Whether an action would take a member of etcd away from its cluster: any on its container or its network, and the killing
 * of etcd's process itself. Judged by what an intruder can't change: the namespace, and the container's image, labels, name
 * and first program.
 */
export function hitsEtcdMember(
  target: ActionTarget,
  facts: OffenceFacts,
  namespaces: readonly string[],
): boolean {
  const { namespace } = facts.workload;
  if (target.kind === 'node') return false;
  if (namespace !== undefined && !namespaces.includes(namespace)) return false;
  if (target.kind !== 'process') return isEtcdContainer(facts);
  const { pid, executable, isPlanted } = target.process;
  if (facts.workload.container === undefined) return systemEtcd.test(executable);
  if (!isEtcdContainer(facts)) return false;
  if (pid === facts.containerInitPid) return true;
  if (isPlanted === true) return false;
  const { initExecutable } = facts;
  // Where a wrapper came first, or where it isn't known what did, the program's name has to do.
  const isWrapped = initExecutable === undefined || basename(initExecutable) !== 'etcd';
  return isWrapped ? basename(executable) === 'etcd' : executable === initExecutable;
}

function isEtcdContainer({ workload, initExecutable }: OffenceFacts): boolean {
  const { container, podLabels } = workload;
  if (podLabels.component === 'etcd' || container?.labels.component === 'etcd') return true;
  if (container === undefined) return false;
  if (container.name === 'etcd' || container.name?.startsWith('k8s_etcd_') === true) return true;
  if (initExecutable !== undefined && basename(initExecutable) === 'etcd') return true;
  const repository = splitImage(container.image ?? '').repository;
  return /(?:^|\/)etcd(?:-(?:amd64|arm64))?$/.test(repository);
}
