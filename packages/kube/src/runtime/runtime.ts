import type { ContainerRecord } from '../containers/record.ts';

/** The interfaces through which containers can be asked for: one daemon may offer several at one socket. */
export type RuntimeKind = 'cri' | 'containerd' | 'docker' | 'podman';

export type ContainerState = 'created' | 'running' | 'paused' | 'stopped' | 'unknown';

/** What a runtime's list says of a container or pod sandbox. */
export interface ContainerSummary {
  /** The whole id. */
  readonly id: string;
  readonly state: ContainerState;
  readonly isPodSandbox: boolean;
}

export interface RuntimeVersion {
  /** What the runtime calls itself: containerd, cri-o, docker, podman. */
  readonly name: string;
  readonly version: string;
}

/**
 * A container began to exist (before its first process runs) or to run, which may tell more of it; or it exists no more.
 */
export interface RuntimeEvent {
  readonly kind: 'added' | 'removed';
  /** The whole id. */
  readonly id: string;
}

/** What can be done with a container through a runtime. CRI knows only `stop`; killing outright is a stop at once. */
export type RuntimeAction = 'pause' | 'unpause' | 'stop' | 'kill';

/**
 * A container runtime at its socket. Wherever an id is asked for, its beginning will do as long as it is unambiguous.
 * Every function throws kube/RUNTIME_UNREACHABLE, kube/RUNTIME_TIMEOUT, kube/RUNTIME_REFUSED and
 * kube/RUNTIME_ANSWER_STRANGE; those about one container kube/CONTAINER_NOT_FOUND and kube/CONTAINER_AMBIGUOUS.
 */
export interface ContainerRuntime {
  readonly kind: RuntimeKind;
  readonly socket: string;
  readonly actions: ReadonlySet<RuntimeAction>;
  /** Asks who is there: the first sign of life. */
  version(): Promise<RuntimeVersion>;
  list(): Promise<readonly ContainerSummary[]>;
  /** @returns undefined where there is no such container. */
  find(id: string): Promise<ContainerSummary | undefined>;
  inspect(id: string): Promise<ContainerRecord>;
  /** @throws kube/CONTAINER_ALREADY_SO, kube/CONTAINER_NOT_RUNNING, kube/RUNTIME_UNSUPPORTED */
  pause(id: string): Promise<void>;
  /** @throws kube/CONTAINER_ALREADY_SO, kube/CONTAINER_NOT_RUNNING, kube/RUNTIME_UNSUPPORTED */
  unpause(id: string): Promise<void>;
  /**
   * Asks the container to end, and kills it when it has not ended by then; a paused one is killed at once.
   * @param graceSeconds 0 kills at once. @throws kube/CONTAINER_NOT_RUNNING
   */
  stop(id: string, graceSeconds: number): Promise<void>;
  /**
   * Sends a signal; SIGKILL goes to every process of the container, paused or not.
   * @throws kube/CONTAINER_NOT_RUNNING, kube/RUNTIME_UNSUPPORTED
   */
  kill(id: string, signal: NodeJS.Signals): Promise<void>;
  /**
   * Containers as they come and go, until the signal. Events before the first call of `next` are lost.
   * @throws kube/RUNTIME_UNSUPPORTED where the runtime tells no events.
   */
  events(signal: AbortSignal): AsyncIterable<RuntimeEvent>;
  close(): void;
}

export interface RuntimeOptions {
  /** Milliseconds that one question may take (2,000 unless told); stopping takes its grace besides. */
  readonly limit?: number;
}

/** Milliseconds that a runtime may take to answer: a busy one takes some hundreds. */
export const ANSWER_LIMIT = 2000;

export const ALL_ACTIONS: ReadonlySet<RuntimeAction> = new Set(['pause', 'unpause', 'stop', 'kill']);
