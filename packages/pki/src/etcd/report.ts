/** What a check found. `skip` says that it could not be asked, and why. */
export type Outcome = 'pass' | 'warn' | 'fail' | 'skip';

/** One question and its answer. */
export interface Check {
  /** What it is about: a certificate's id, a bundle's path, `etcd-a client port`. */
  readonly subject: string;
  readonly question: string;
  readonly outcome: Outcome;
  /** What was found, and for anything but a pass what to do. */
  readonly message: string;
}

export interface Report {
  readonly checks: readonly Check[];
  /** False when a check failed. */
  readonly isGood: boolean;
}

export function makeReport(checks: readonly Check[]): Report {
  return { checks, isGood: checks.every(({ outcome }) => outcome !== 'fail') };
}
