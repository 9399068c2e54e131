import type { ContainerRuntime, Pods } from '@seawall/kube';
import type { ActionResult } from '@seawall/store';

/** How an action, or a part of it, ended. */
export interface ActionOutcome {
  readonly result: Exclude<ActionResult, 'pending'>;
  /** In a sentence. */
  readonly detail: string;
  /** What undoing needs; undefined where there is nothing to undo. */
  readonly undo: UndoData | undefined;
}

/** Signals that reach exactly the process that was meant (`@seawall/probe` has them: `openProcessActions`). */
export interface ProcessSignals {
  /**
   * Sends a signal to the process that had the pid at `seenAt` (nanoseconds since the epoch).
   * @returns `sent`; `gone` where it has ended (also when somebody else has its pid by now).
   * @throws where the kernel refuses, with the errno's name as `code`.
   */
  signal(pid: number, signal: number, seenAt: bigint): 'sent' | 'gone';
}

/** What a container runtime can do to a container; ids are whole. */
export type ContainerActions = Pick<
  ContainerRuntime,
  'kind' | 'actions' | 'pause' | 'unpause' | 'stop' | 'kill'
>;

/** What Kubernetes' API server can do about a pod. Each rejects with the server's reason. */
export type PodActions = Pick<Pods, 'get' | 'label' | 'isolate' | 'release'>;

/** What undoing an action needs; kept as JSON in the audit trail. */
export type UndoData =
  | {
      readonly kind: 'unpause';
      readonly containerId: string;
      /** Absolute; undefined where the cgroup is not known. */
      readonly unified: string | undefined;
      readonly freezer: string | undefined;
      /** When it goes on by itself: nanoseconds since the epoch, as decimal text. */
      readonly until: string;
    }
  | {
      readonly kind: 'set-labels';
      readonly namespace: string;
      readonly pod: string;
      /** As they were before; null where there was none. */
      readonly labels: Readonly<Record<string, string | null>>;
    }
  | { readonly kind: 'release'; readonly namespace: string; readonly pod: string };
