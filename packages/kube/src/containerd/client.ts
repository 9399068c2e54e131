import { constants } from 'node:os';
import { isSeawallError } from '@seawall/base';
import { errors } from '../errors.ts';
import { openChannel } from '../grpc/channel.ts';
import { grpc } from '../grpc/library.ts';
import { loadServices, type Method } from '../grpc/services.ts';
import { oneContainer } from '../runtime/one-container.ts';
import {
  ALL_ACTIONS,
  ANSWER_LIMIT,
  type ContainerRuntime,
  type ContainerState,
  type ContainerSummary,
  type RuntimeEvent,
  type RuntimeOptions,
} from '../runtime/runtime.ts';
import { type OciSpecification, recordOf, type StoredContainer } from './specification.ts';

/** Packages of the services that `containerd.proto` has, as they are on the wire. */
const PACKAGES: Readonly<Record<string, string>> = {
  Namespaces: 'containerd.services.namespaces.v1',
  Containers: 'containerd.services.containers.v1',
  Images: 'containerd.services.images.v1',
  Tasks: 'containerd.services.tasks.v1',
  Events: 'containerd.services.events.v1',
  Version: 'containerd.services.version.v1',
};

const STATES: Readonly<Record<string, ContainerState>> = {
  CREATED: 'created',
  RUNNING: 'running',
  STOPPED: 'stopped',
  PAUSED: 'paused',
  PAUSING: 'paused',
};

const STOP_SIGNAL_LABEL = 'io.containerd.image.config.stop-signal';
const DEFAULT_STOP_SIGNAL = 'SIGTERM';
/** Milliseconds between two looks at a task that was told to end. */
const LOOK_INTERVAL = 50;

/** Ids are mostly asked for by their first twelve characters. */
const SHORT_ID_LENGTH = 12;
/** Containers of which it is remembered where events placed them. */
const MAXIMUM_TOLD = 1024;

const TOPICS: Readonly<Record<string, RuntimeEvent['kind']>> = {
  '/containers/create': 'added',
  '/tasks/start': 'added',
  '/containers/delete': 'removed',
};

interface Envelope {
  readonly namespace: string;
  readonly topic: string;
  readonly event: { readonly value: Uint8Array } | null;
}

interface Task {
  readonly id: string;
  readonly container_id: string;
  readonly status: string;
}

/** A container and the namespace that it was found in. */
interface Placed {
  readonly id: string;
  readonly namespace: string;
  readonly stored: StoredContainer;
}

interface Listed extends ContainerSummary, Placed {}

/**
 * containerd through its own interface: containers of every namespace, whoever made them.
 * Kubernetes' are better asked for through CRI, which knows their pods; Docker's through Docker.
 */
export function openContainerd(socket: string, options: RuntimeOptions = {}): ContainerRuntime {
  const { limit = ANSWER_LIMIT } = options;
  const channel = openChannel(socket, { limit });
  const services = loadServices('containerd.proto');

  function methodOf(service: string, name: string): Method {
    const method = services.get(`containerd.${service}`)?.get(name) as Method;
    return { ...method, path: `/${PACKAGES[service]}.${service}/${name}` };
  }

  function call<Answer>(service: string, name: string, request: object, namespace?: string): Promise<Answer> {
    const method = methodOf(service, name);
    if (namespace === undefined) return channel.call(method, request);
    const metadata = new (grpc().Metadata)();
    metadata.set('containerd-namespace', namespace);
    return channel.call(method, request, { metadata });
  }

  /** Where containers are that events told of, by the first twelve characters of their ids: the newest last. */
  const toldPlaces = new Map<string, { readonly id: string; readonly namespace: string }>();

  function notePlace(id: string, namespace: string): void {
    toldPlaces.set(id.slice(0, SHORT_ID_LENGTH), { id, namespace });
    if (toldPlaces.size > MAXIMUM_TOLD) toldPlaces.delete(toldPlaces.keys().next().value as string);
  }

  /** The container that an event told of, with one question instead of three: some live no longer than those take. */
  async function placedAsTold(id: string): Promise<Placed | undefined> {
    const told = toldPlaces.get(id.slice(0, SHORT_ID_LENGTH));
    if (told?.id.startsWith(id) !== true) return undefined;
    try {
      const { container } = await call<{ container: StoredContainer | null }>(
        'Containers',
        'Get',
        { id: told.id },
        told.namespace,
      );
      return container === null ? undefined : { id: told.id, namespace: told.namespace, stored: container };
    } catch (error) {
      if (isSeawallError(error, 'kube/CONTAINER_NOT_FOUND')) return undefined;
      throw error;
    }
  }

  async function placedOne(id: string): Promise<Placed | undefined> {
    return (await placedAsTold(id)) ?? oneContainer(await placed(id), id, socket);
  }

  /** @param id the beginning of an id; undefined gives all. */
  async function placed(id?: string): Promise<Placed[]> {
    const { namespaces } = await call<{ namespaces: readonly { readonly name: string }[] }>(
      'Namespaces',
      'List',
      {},
    );
    // In such a filter dots are the only characters of ids that mean something else.
    const request = id === undefined ? {} : { filters: [`id~="^${id.replaceAll('.', '[.]')}"`] };
    const lists = await Promise.all(
      namespaces.map(async ({ name: namespace }) => {
        const { containers } = await call<{ containers: readonly StoredContainer[] }>(
          'Containers',
          'List',
          request,
          namespace,
        );
        return containers.map((stored) => ({ id: stored.id, namespace, stored }));
      }),
    );
    return lists.flat();
  }

  /** Containers with the states of their tasks, which containerd asks each of their shims for. */
  async function withStates(containers: readonly Placed[]): Promise<Listed[]> {
    const lists = await Promise.all(
      [...new Set(containers.map(({ namespace }) => namespace))].map(async (namespace) => {
        const { tasks } = await call<{ tasks: readonly Task[] }>('Tasks', 'List', {}, namespace);
        return tasks.map((task) => [`${namespace}/${task.id}`, STATES[task.status] ?? 'unknown'] as const);
      }),
    );
    const states = new Map(lists.flat());
    return containers.map((container) =>
      listedAs(container, states.get(`${container.namespace}/${container.id}`) ?? 'stopped'),
    );
  }

  async function find(id: string): Promise<Listed | undefined> {
    const found = await placedOne(id);
    return found && listedAs(found, await stateOf(found));
  }

  /** Of one container alone: what another's shim is about must not stand in the way. */
  async function stateOf({ id, namespace }: Placed): Promise<ContainerState> {
    const task = await call<{ process: Task }>('Tasks', 'Get', { container_id: id }, namespace).catch(
      (error: unknown) => {
        if (isSeawallError(error, 'kube/CONTAINER_NOT_FOUND')) return undefined;
        throw error;
      },
    );
    // A container without a task has not been started yet, or has been cleared away after its end.
    return task === undefined ? 'stopped' : (STATES[task.process.status] ?? 'unknown');
  }

  function notFound(id: string): Error {
    const reason = `no id begins with ${id}`;
    return errors.create('CONTAINER_NOT_FOUND', { socket, call: 'Containers/List', reason });
  }

  async function needAlive(id: string): Promise<Listed> {
    const found = await find(id);
    if (found === undefined) throw notFound(id);
    if (found.state !== 'stopped') return found;
    throw errors.create('CONTAINER_NOT_RUNNING', {
      id: found.id,
      reason: 'it has no task, or that has ended',
    });
  }

  /** Calls something about a task; that there is none means that the container ended meanwhile. */
  async function callTask(name: string, { id, namespace }: Listed, further: object = {}): Promise<void> {
    try {
      await call('Tasks', name, { container_id: id, ...further }, namespace);
    } catch (error) {
      if (!isSeawallError(error, 'kube/CONTAINER_NOT_FOUND')) throw error;
      throw errors.create('CONTAINER_NOT_RUNNING', { id, reason: 'its task has ended' }, error);
    }
  }

  async function sendSignal(found: Listed, signal: NodeJS.Signals): Promise<void> {
    const isKill = signal === 'SIGKILL';
    await callTask('Kill', found, { signal: constants.signals[signal], all: isKill });
    if (!isKill || found.state !== 'paused') return;
    // Frozen processes die of it only when they are thawed. Where the kernel did not wait for that, there is none left.
    await callTask('Resume', found).catch((error: unknown) => {
      const isGone = isSeawallError(error, 'kube/CONTAINER_NOT_RUNNING');
      if (!isGone && !isSeawallError(error, 'kube/RUNTIME_REFUSED')) throw error;
    });
  }

  async function hasEnded(container: Placed, milliseconds: number): Promise<boolean> {
    const end = performance.now() + milliseconds;
    while (performance.now() < end) {
      if ((await stateOf(container)) === 'stopped') return true;
      await new Promise((resolve) => setTimeout(resolve, LOOK_INTERVAL));
    }
    return false;
  }

  async function digestOf(image: string, namespace: string): Promise<string> {
    if (image === '') return '';
    const answer = await call<{ image: { target: { digest: string } | null } | null }>(
      'Images',
      'Get',
      { name: image },
      namespace,
    ).catch((error: unknown) => {
      // An image may be removed while its containers run.
      if (isSeawallError(error, 'kube/CONTAINER_NOT_FOUND')) return undefined;
      throw error;
    });
    return answer?.image?.target?.digest ?? '';
  }

  function specificationOf({ id, spec }: StoredContainer): OciSpecification {
    if (spec === null || spec.value.length === 0) return {};
    try {
      return JSON.parse(Buffer.from(spec.value).toString('utf8')) as OciSpecification;
    } catch (error) {
      const reason = `the specification of ${id} is no JSON`;
      throw errors.create('RUNTIME_ANSWER_STRANGE', { socket, call: 'Containers/List', reason }, error);
    }
  }

  return {
    kind: 'containerd',
    socket,
    actions: ALL_ACTIONS,
    async version() {
      const { version } = await call<{ version: string }>('Version', 'Version', {});
      return { name: 'containerd', version };
    },
    list: async () => withStates(await placed()),
    find,
    async inspect(id) {
      const found = await placedOne(id);
      if (found === undefined) throw notFound(id);
      const { stored, namespace } = found;
      return recordOf(stored, specificationOf(stored), await digestOf(stored.image, namespace));
    },
    async pause(id) {
      const found = await needAlive(id);
      if (found.state === 'paused') {
        throw errors.create('CONTAINER_ALREADY_SO', { id: found.id, state: 'paused' });
      }
      await callTask('Pause', found);
    },
    async unpause(id) {
      const found = await needAlive(id);
      if (found.state !== 'paused') {
        throw errors.create('CONTAINER_ALREADY_SO', { id: found.id, state: 'running' });
      }
      await callTask('Resume', found);
    },
    async stop(id, graceSeconds) {
      const found = await needAlive(id);
      if (graceSeconds > 0 && found.state !== 'paused') {
        const wanted = found.stored.labels[STOP_SIGNAL_LABEL] ?? DEFAULT_STOP_SIGNAL;
        const signal = (wanted in constants.signals ? wanted : DEFAULT_STOP_SIGNAL) as NodeJS.Signals;
        await sendSignal(found, signal);
        if (await hasEnded(found, graceSeconds * 1000)) return;
      }
      await sendSignal(found, 'SIGKILL');
    },
    kill: async (id, signal) => sendSignal(await needAlive(id), signal),
    async *events(signal): AsyncGenerator<RuntimeEvent> {
      const filters = Object.keys(TOPICS).map((topic) => `topic=="${topic}"`);
      const events = channel.stream<Envelope>(methodOf('Events', 'Subscribe'), { filters }, signal);
      for await (const { topic, event, namespace } of events) {
        const kind = TOPICS[topic];
        const id = event === null ? undefined : firstText(event.value);
        if (kind === undefined || id === undefined) continue;
        if (kind === 'added') notePlace(id, namespace);
        yield { kind, id };
      }
    },
    close: channel.close,
  };
}

function listedAs(container: Placed, state: ContainerState): Listed {
  const isPodSandbox = container.stored.labels['io.cri-containerd.kind'] === 'sandbox';
  return { ...container, state, isPodSandbox };
}

/** The first field of a message where that is text, as the id of a container is in all events about one. */
function firstText(message: Uint8Array): string | undefined {
  // Field 1, of the wire type of texts; then its length, which in ids never takes more than one byte.
  if (message[0] !== 0x0a || message[1] === undefined || message[1] > 0x7f) return undefined;
  return Buffer.from(message.subarray(2, 2 + message[1])).toString('utf8');
}
