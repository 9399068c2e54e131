import type { Status } from '../checks/check.ts';
import type { ProbeAnswer } from './request.ts';

/** What one probe proved. */
export interface ProbeResult {
  /** Stable: `kubelet-anonymous`. */
  readonly probe: string;
  /** `HOST:PORT`. */
  readonly target: string;
  readonly status: Status;
  readonly reason: string;
  /** What was sent and what came back, in a few words. */
  readonly asked: string;
  readonly answer: string;
}

/** An answer in a few words: `401`, `nothing listens`, `TLS refused (certificate required)`. */
export function describeAnswer(answer: ProbeAnswer): string {
  switch (answer.kind) {
    case 'answered': {
      const server =
        answer.server === undefined
          ? ''
          : ` from ${answer.server.subject}, issued by ${answer.server.issuer}`;
      return `${answer.status}${server}`;
    }
    case 'closed':
      return 'nothing listens';
    case 'refused':
      return `TLS refused (${answer.reason})`;
    case 'failed':
      return answer.reason;
  }
}

/** Where a probe goes: kind and address. */
export interface ProbeTarget {
  readonly kind: ProbeKind;
  readonly host: string;
  readonly port: number;
}

export const PROBE_KINDS = ['kubelet', 'kubelet-read-only', 'etcd', 'etcd-peer', 'apiserver'] as const;

export type ProbeKind = (typeof PROBE_KINDS)[number];
