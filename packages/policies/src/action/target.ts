import type { ActionTarget, ContainerCgroups, OffenceFacts } from './decision.ts';
import type { PolicyActionType } from './wanted.ts';

/** A target as the audit trail shows it: a container id, `namespace/pod`, `pid N (name)`, or `node NAME`. */
export function targetText(target: ActionTarget): string {
  switch (target.kind) {
    case 'process':
      return `pid ${target.process.pid} (${target.process.name})`;
    case 'container':
      return target.id;
    case 'pod':
      return `${target.namespace}/${target.pod}`;
    case 'node':
      return `node ${target.node}`;
  }
}

/** What an action of a policy would be done to; a sentence where there is no such thing. */
export function targetOf(type: PolicyActionType, facts: OffenceFacts): ActionTarget | string {
  const { workload } = facts;
  switch (type) {
    case 'pause':
    case 'stop':
    case 'kill':
      return workload.container === undefined
        ? `it happened on the host: there is no container to ${type}`
        : containerTarget(workload.container.id, facts.cgroups);
    case 'kill-process':
      return facts.process === undefined
        ? 'no process is known that did it'
        : { kind: 'process', process: facts.process };
    case 'label':
    case 'isolate': {
      const { namespace, pod } = workload;
      if (namespace === undefined || pod === undefined)
        return `it did not happen in a pod: there is nothing to ${type}`;
      return { kind: 'pod', namespace, pod };
    }
    default:
      return workload.container === undefined
        ? { kind: 'node', node: workload.node }
        : containerTarget(workload.container.id, facts.cgroups);
  }
}

function containerTarget(id: string, cgroups: ContainerCgroups): ActionTarget {
  return { kind: 'container', id, cgroups };
}
