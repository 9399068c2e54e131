/**
 * The exit codes of every command, documented in docs/watch.md: scripts rely on them.
 * A process ended by a signal shows 128 plus the signal's number, as everywhere (130 after Ctrl-C).
 */
export const exitCodes = {
  /** The command did its work, and the answer is good. */
  fine: 0,
  /** The command did its work, and the answer is bad: rules with errors, failed checks, an invalid certificate. */
  findings: 1,
  /** The command was called in a way it doesn't understand. */
  usage: 2,
  /** The command could not do its work: a file that isn't there or can't be read, a server that doesn't answer. */
  failure: 3,
  /** A fault of Seawall's own. */
  bug: 70,
  /** Whoever read the output went away: what a process ended by SIGPIPE shows. */
  brokenPipe: 141,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
