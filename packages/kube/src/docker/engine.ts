import { splitImageName } from '../containers/image-name.ts';
import type { ImageReference } from '../containers/record.ts';
import { errors } from '../errors.ts';
import { type HttpAnswer, openUnixHttp, type UnixHttp } from '../http/unix.ts';
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
import { type ImageInspection, type Inspection, imageOf, recordOf } from './inspection.ts';

/** What Docker's and Podman's interfaces differ in. */
interface Dialect {
  readonly kind: 'docker' | 'podman';
  /** In front of each path: Podman wants a version of its interface there, Docker takes its newest without. */
  readonly prefix: string;
  readonly eventTypes: Readonly<Record<string, RuntimeEvent['kind']>>;
  image(http: UnixHttp, inspection: Inspection): Promise<ImageReference>;
}

const DOCKER: Dialect = {
  kind: 'docker',
  prefix: '',
  eventTypes: { create: 'added', start: 'added', destroy: 'removed' },
  async image(http, { Config, Image = '' }) {
    const { status, body } = await http.ask('GET', `/images/${encodeURIComponent(Image)}/json`);
    // An image may be removed while its containers run.
    const image = status === 200 ? (JSON.parse(body) as ImageInspection) : {};
    return imageOf(Config?.Image ?? '', image);
  },
};

/** The oldest version that all Podmans since 4.0 answer to. */
const PODMAN_VERSION = '/v4.0.0/libpod';

const PODMAN: Dialect = {
  kind: 'podman',
  prefix: PODMAN_VERSION,
  eventTypes: { create: 'added', start: 'added', remove: 'removed' },
  async image(_http, inspection) {
    const { ImageName = '', ImageDigest = '' } = inspection as Inspection & {
      readonly ImageName?: string;
      readonly ImageDigest?: string;
    };
    return {
      name: ImageName,
      ...splitImageName(ImageName),
      digest: ImageDigest,
      id: (inspection.Image ?? '').replace(/^sha256:/, ''),
    };
  },
};

const STATES: Readonly<Record<string, ContainerState>> = {
  created: 'created',
  configured: 'created',
  initialized: 'created',
  running: 'running',
  restarting: 'running',
  paused: 'paused',
  exited: 'stopped',
  stopped: 'stopped',
  stopping: 'running',
  dead: 'stopped',
  removing: 'stopped',
};

/** Milliseconds beyond its grace that a stop may take. */
const STOP_LIMIT = 15_000;

/** Docker through the interface at its socket. */
export function openDocker(socket: string, options: RuntimeOptions = {}): ContainerRuntime {
  return openEngine(socket, DOCKER, options);
}

/** Podman through its own interface (libpod, version 4 or later) at its socket. */
export function openPodman(socket: string, options: RuntimeOptions = {}): ContainerRuntime {
  return openEngine(socket, PODMAN, options);
}

function openEngine(
  socket: string,
  dialect: Dialect,
  { limit = ANSWER_LIMIT }: RuntimeOptions,
): ContainerRuntime {
  const { kind, prefix } = dialect;
  const http = openUnixHttp(socket, { limit });

  async function get<Answer>(path: string): Promise<Answer> {
    const answer = await http.ask('GET', `${prefix}${path}`);
    if (answer.status !== 200) throw failure(answer, path);
    try {
      return JSON.parse(answer.body) as Answer;
    } catch (error) {
      throw errors.create('RUNTIME_ANSWER_STRANGE', { socket, call: path, reason: 'it is no JSON' }, error);
    }
  }

  function failure({ status, body }: HttpAnswer, path: string): Error {
    const details = { socket, call: path, reason: `${status} ${reasonIn(body)}` };
    return errors.create(status === 404 ? 'CONTAINER_NOT_FOUND' : 'RUNTIME_REFUSED', details);
  }

  async function list(): Promise<readonly ContainerSummary[]> {
    const found =
      await get<readonly { Id: string; State?: string; Names?: readonly string[]; IsInfra?: boolean }[]>(
        '/containers/json?all=true',
      );
    return found.map(({ Id: id, State = '', Names = [], IsInfra }) => ({
      id,
      state: STATES[State.toLowerCase()] ?? 'unknown',
      isPodSandbox: IsInfra === true || Names.some((name) => name.includes('k8s_POD')),
    }));
  }

  /** Names are found as well as ids: whoever named a container like the beginning of another's id is not meant. */
  async function inspection(id: string): Promise<Inspection> {
    const path = `/containers/${encodeURIComponent(id)}/json`;
    const found = await get<Inspection>(path);
    if (typeof found.Id === 'string' && found.Id.startsWith(id)) return found;
    const listed = oneContainer(await list(), id, socket);
    if (listed !== undefined) return get<Inspection>(`/containers/${listed.id}/json`);
    throw errors.create('CONTAINER_NOT_FOUND', { socket, call: path, reason: `no id begins with ${id}` });
  }

  async function alive(id: string): Promise<{ readonly id: string; readonly state: ContainerState }> {
    const { Id, State } = await inspection(id);
    const state = STATES[State?.Status ?? ''] ?? 'unknown';
    if (state !== 'stopped' && state !== 'created') return { id: Id, state };
    throw errors.create('CONTAINER_NOT_RUNNING', { id: Id, reason: `it is ${state}` });
  }

  async function post(id: string, action: string, actionLimit?: number): Promise<void> {
    const path = `${prefix}/containers/${id}/${action}`;
    const answer = await http.ask('POST', path, actionLimit);
    if (answer.status < 300) return;
    // It ended between the look at it and this.
    if (answer.status === 304 || (answer.status === 409 && /not running|not paused/.test(answer.body))) {
      throw errors.create('CONTAINER_NOT_RUNNING', { id, reason: reasonIn(answer.body) || 'it has ended' });
    }
    throw failure(answer, path);
  }

  return {
    kind,
    socket,
    actions: ALL_ACTIONS,
    async version() {
      // Podman has it under this name for Docker's sake; its own path wants the version that is asked for.
      const { status, body } = await http.ask('GET', '/version');
      if (status !== 200) throw failure({ status, body }, '/version');
      return { name: kind, version: String((JSON.parse(body) as { Version?: string }).Version ?? '') };
    },
    list,
    find: async (id) => oneContainer(await list(), id, socket),
    async inspect(id) {
      const found = await inspection(id);
      return recordOf(found, kind, await dialect.image(http, found));
    },
    async pause(id) {
      const found = await alive(id);
      if (found.state === 'paused') {
        throw errors.create('CONTAINER_ALREADY_SO', { id: found.id, state: 'paused' });
      }
      await post(found.id, 'pause');
    },
    async unpause(id) {
      const found = await alive(id);
      if (found.state !== 'paused') {
        throw errors.create('CONTAINER_ALREADY_SO', { id: found.id, state: 'running' });
      }
      await post(found.id, 'unpause');
    },
    async stop(id, graceSeconds) {
      const found = await alive(id);
      if (found.state === 'paused' || graceSeconds <= 0) await post(found.id, 'kill?signal=SIGKILL');
      else
        await post(found.id, `stop?${timeoutName(kind)}=${graceSeconds}`, graceSeconds * 1000 + STOP_LIMIT);
    },
    async kill(id, signal) {
      const found = await alive(id);
      await post(found.id, `kill?signal=${signal}`);
    },
    async *events(signal): AsyncGenerator<RuntimeEvent> {
      const filters = { type: ['container'], event: Object.keys(dialect.eventTypes) };
      const path = `${prefix}/events?stream=true&filters=${encodeURIComponent(JSON.stringify(filters))}`;
      for await (const line of http.lines(path, signal)) {
        const event = JSON.parse(line) as { Action?: string; Actor?: { ID?: string } };
        const eventKind = dialect.eventTypes[event.Action ?? ''];
        if (eventKind !== undefined && event.Actor?.ID !== undefined)
          yield { kind: eventKind, id: event.Actor.ID };
      }
    },
    close: http.close,
  };
}

function timeoutName(kind: Dialect['kind']): string {
  return kind === 'docker' ? 't' : 'timeout';
}

/** The message in an answer that says what went wrong. */
function reasonIn(body: string): string {
  try {
    const { message, cause } = JSON.parse(body) as { message?: unknown; cause?: unknown };
    return String(message ?? cause ?? body);
  } catch {
    // Proxies and old versions answer in plain text.
    return body.trim();
  }
}
