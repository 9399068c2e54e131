import { isSeawallError } from '@seawall/base';
import { recordsOf } from '../containers/metadata.ts';
import { errors } from '../errors.ts';
import { openChannel } from '../grpc/channel.ts';
import { loadServices, type Method } from '../grpc/services.ts';
import type { JsonNode } from '../json/node.ts';
import { parseJson } from '../json/parse.ts';
import { oneContainer } from '../runtime/one-container.ts';
import {
  ANSWER_LIMIT,
  type ContainerRuntime,
  type ContainerState,
  type ContainerSummary,
  type RuntimeEvent,
  type RuntimeOptions,
  type RuntimeVersion,
} from '../runtime/runtime.ts';

const SERVICE = 'runtime.v1.RuntimeService';
/** Of both, the newer first: old runtimes (and kubelets) know only the other. */
const VERSIONS = ['runtime.v1', 'runtime.v1alpha2'] as const;

/** Milliseconds beyond its grace that a stop may take. */
const STOP_LIMIT = 15_000;

const STATES: Readonly<Record<string, ContainerState>> = {
  CONTAINER_CREATED: 'created',
  CONTAINER_RUNNING: 'running',
  CONTAINER_EXITED: 'stopped',
  SANDBOX_READY: 'running',
  SANDBOX_NOTREADY: 'stopped',
};

interface ListedContainer {
  readonly id: string;
  readonly pod_sandbox_id: string;
  readonly state: string;
}

interface ListedSandbox {
  readonly id: string;
  readonly state: string;
}

interface StatusAnswer {
  readonly status: object | null;
  readonly info: Readonly<Record<string, string>>;
}

interface Listed extends ContainerSummary {
  /** Of a container; '' of a sandbox. */
  readonly sandboxId: string;
}

/** A runtime asked through CRI (containerd, CRI-O): what kubelet made, with the pods. It can stop, and nothing else. */
export function openCri(socket: string, options: RuntimeOptions = {}): ContainerRuntime {
  const { limit = ANSWER_LIMIT } = options;
  const channel = openChannel(socket, { limit });
  const methods = loadServices('cri.proto').get(SERVICE) as ReadonlyMap<string, Method>;
  let version: Promise<RuntimeVersion & { readonly api: string }> | undefined;

  function methodOf(name: string, api: string): Method {
    const method = methods.get(name) as Method;
    return { ...method, path: method.path.replace('runtime.v1', api) };
  }

  /** Finds out, once, which of the two versions the runtime speaks. */
  function negotiate(): Promise<RuntimeVersion & { readonly api: string }> {
    version ??= askVersion().catch((error: unknown) => {
      version = undefined;
      throw error;
    });
    return version;
  }

  async function askVersion(): Promise<RuntimeVersion & { readonly api: string }> {
    for (const api of VERSIONS) {
      try {
        const answer = await channel.call<{ runtime_name: string; runtime_version: string }>(
          methodOf('Version', api),
          {},
        );
        return { name: answer.runtime_name, version: answer.runtime_version, api };
      } catch (error) {
        if (!isSeawallError(error, 'kube/RUNTIME_UNSUPPORTED') || api === VERSIONS.at(-1)) throw error;
      }
    }
    throw errors.create('RUNTIME_UNSUPPORTED', { socket, call: 'Version', reason: 'no version of CRI' });
  }

  async function call<Answer>(name: string, request: object, callLimit?: number): Promise<Answer> {
    const { api } = await negotiate();
    const callOptions = callLimit === undefined ? {} : { limit: callLimit };
    return channel.call<Answer>(methodOf(name, api), request, callOptions);
  }

  /** @param id the beginning of an id; undefined lists all. */
  async function listed(id?: string): Promise<Listed[]> {
    const request = id === undefined ? {} : { filter: { id } };
    const [{ containers }, { items }] = await Promise.all([
      call<{ containers: readonly ListedContainer[] }>('ListContainers', request),
      call<{ items: readonly ListedSandbox[] }>('ListPodSandbox', request),
    ]);
    return [
      ...items.map((item) => ({
        id: item.id,
        state: STATES[item.state] ?? 'unknown',
        isPodSandbox: true,
        sandboxId: '',
      })),
      ...containers.map((item) => ({
        id: item.id,
        state: STATES[item.state] ?? 'unknown',
        isPodSandbox: false,
        sandboxId: item.pod_sandbox_id,
      })),
    ];
  }

  async function find(id: string): Promise<Listed | undefined> {
    return oneContainer(await listed(id), id, socket);
  }

  async function need(id: string, callName: string): Promise<Listed> {
    const found = await find(id);
    if (found !== undefined) return found;
    throw errors.create('CONTAINER_NOT_FOUND', { socket, call: callName, reason: `no id begins with ${id}` });
  }

  /** What is known of a sandbox or container, in the form that files of metadata have. */
  async function itemOf(kind: 'sandbox' | 'container', id: string, sandboxId: string): Promise<JsonNode> {
    const name = kind === 'sandbox' ? 'PodSandboxStatus' : 'ContainerStatus';
    const key = kind === 'sandbox' ? 'pod_sandbox_id' : 'container_id';
    const { status, info } = await call<StatusAnswer>(name, { [key]: id, verbose: true });
    const list = JSON.stringify({ pod_sandbox_id: sandboxId });
    // The runtime's own words are JSON text already.
    const text = `{"kind":"${kind}","id":${JSON.stringify(id)},"list":${list},"status":${JSON.stringify(status)},"info":${info.info || '{}'}}`;
    const result = parseJson(Buffer.from(text).toString('latin1'));
    if (result.ok) return result.node;
    throw errors.create('RUNTIME_ANSWER_STRANGE', { socket, call: name, reason: result.reason });
  }

  const unsupported = (callName: string, reason: string) => async (): Promise<never> => {
    throw errors.create('RUNTIME_UNSUPPORTED', { socket, call: callName, reason });
  };
  const noPause = 'CRI can not pause; containerd, Docker and Podman can, and so can the cgroup freezer';

  async function stop(id: string, graceSeconds: number): Promise<void> {
    const found = await need(id, 'StopContainer');
    if (found.state !== 'running') {
      throw errors.create('CONTAINER_NOT_RUNNING', { id: found.id, reason: `it is ${found.state}` });
    }
    const callLimit = graceSeconds * 1000 + STOP_LIMIT;
    if (found.isPodSandbox) await call('StopPodSandbox', { pod_sandbox_id: found.id }, callLimit);
    else await call('StopContainer', { container_id: found.id, timeout: graceSeconds }, callLimit);
  }

  return {
    kind: 'cri',
    socket,
    actions: new Set(['stop', 'kill']),
    version: negotiate,
    list: () => listed(),
    find,
    async inspect(id) {
      const { name } = await negotiate();
      const found = await need(id, 'ContainerStatus');
      if (found.isPodSandbox) return recordsOf([await itemOf('sandbox', found.id, '')], name, socket)[0]!;
      const [container, sandbox] = await Promise.all([
        itemOf('container', found.id, found.sandboxId),
        // A pod that is being taken down loses its sandbox first: the container still has labels that name it.
        itemOf('sandbox', found.sandboxId, '').catch(() => undefined),
      ]);
      return recordsOf(sandbox === undefined ? [container] : [container, sandbox], name, socket)[0]!;
    },
    pause: unsupported('pause', noPause),
    unpause: unsupported('unpause', noPause),
    stop,
    async kill(id, signal) {
      if (signal === 'SIGKILL') return stop(id, 0);
      const reason = `CRI can not send ${signal}: it stops containers, at once or with some grace`;
      throw errors.create('RUNTIME_UNSUPPORTED', { socket, call: 'kill', reason });
    },
    async *events(signal): AsyncGenerator<RuntimeEvent> {
      const { api } = await negotiate();
      const method = methodOf('GetContainerEvents', api);
      const events = channel.stream<{ container_id: string; container_event_type: string }>(
        method,
        {},
        signal,
      );
      for await (const { container_id: id, container_event_type: type } of events) {
        if (type === 'CONTAINER_DELETED_EVENT') yield { kind: 'removed', id };
        else if (type !== 'CONTAINER_STOPPED_EVENT') yield { kind: 'added', id };
      }
    },
    close: channel.close,
  };
}
