/** What acting on one of etcd's members would do to its cluster. */
export type QuorumVerdict =
  | { readonly kind: 'keeps'; readonly healthy: number; readonly members: number }
  | { readonly kind: 'breaks'; readonly healthy: number; readonly members: number }
  | { readonly kind: 'unknown'; readonly reason: string };

/** One look at an etcd cluster. */
export interface EtcdHealth {
  readonly members: readonly {
    readonly name: string;
    readonly isHealthy: boolean;
    readonly detail: string;
  }[];
  /** Monotonic milliseconds of the look. */
  readonly time: number;
}

/** Looks after an etcd cluster in the background, so that deciding never waits for it. */
export interface EtcdQuorum {
  /** As last known; what is older than its `maximumAge` is unknown. Answers at once. */
  verdict(): QuorumVerdict;
  /** Looks now. Never throws: what can't be found out makes the verdict `unknown`. */
  refresh(): Promise<QuorumVerdict>;
  close(): void;
}
