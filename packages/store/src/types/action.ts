/** What may be done about a finding. */
export type ActionKind =
  | 'capture'
  | 'pause-container'
  | 'stop-container'
  | 'kill-container'
  | 'kill-process'
  | 'label-pod'
  | 'isolate-pod'
  | 'deny';

/** One line of the audit trail: what was done, or why it was not. */
export interface ActionRecord {
  /** Stable, made by whoever decided the action. */
  readonly key: string;
  /** The occurrence it answers, by its key; undefined where a person asked for it. */
  readonly occurrence: string | undefined;
  readonly kind: ActionKind;
  /** `policy NAME` or `user NAME`. */
  readonly actor: string;
  /** A container id, `namespace/pod`, or `pid N (name)`. */
  readonly target: string;
  /** When it was decided: nanoseconds since the epoch. */
  readonly time: bigint;
  readonly result: ActionResult;
  /** What happened or why it was refused, in a sentence. */
  readonly detail: string;
  /** From the offending event to the action, milliseconds; undefined where nothing was done. */
  readonly latencyMilliseconds: number | undefined;
  /** What undoing needs (JSON); undefined where there is nothing to undo. */
  readonly undo: unknown;
  /** When it was undone: nanoseconds since the epoch. */
  readonly undone: bigint | undefined;
}

/** `pending` lives until the runtime has answered; `dry-run` and `refused` did nothing, and `detail` says why. */
export type ActionResult = 'pending' | 'done' | 'failed' | 'refused' | 'dry-run';
