import { findApiServer, openPods, type Pods } from '@seawall/kube';
import type { PodActions } from '@seawall/policies';

/** Where the API server is told of. */
export interface ClusterPodsOptions {
  readonly kubeconfig: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Labels and isolates pods through the API server that a kubeconfig names, or that the agent's own pod has. Who asks is
 * found anew for each request: certificates and tokens are renewed in their files, and an API server may come later.
 * @returns undefined where nothing names one.
 */
export function clusterPods({ kubeconfig, environment }: ClusterPodsOptions): PodActions | undefined {
  if (kubeconfig === undefined && environment.KUBERNETES_SERVICE_HOST === undefined) return undefined;

  async function ask<Answer>(request: (pods: Pods) => Promise<Answer>): Promise<Answer> {
    const pods = openPods(findApiServer({ ...(kubeconfig !== undefined && { kubeconfig }), environment }));
    try {
      return await request(pods);
    } finally {
      pods.close();
    }
  }

  return {
    get: (namespace, name) => ask((pods) => pods.get(namespace, name)),
    label: (namespace, name, labels) => ask((pods) => pods.label(namespace, name, labels)),
    isolate: (namespace, name) => ask((pods) => pods.isolate(namespace, name)),
    release: (namespace, name) => ask((pods) => pods.release(namespace, name)),
  };
}
