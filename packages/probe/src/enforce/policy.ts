/** What a listed file may be. */
export type FileUse = 'program' | 'interpreter' | 'script' | 'library';

/**
 * A file that may be run. A bare path means every use.
 *
 * `path` is the file's real path in the container's own tree, with no symbolic link in it. In an overlay it means the
 * image's own file: one that was written in the container is refused. Elsewhere (a plain folder, a volume) it means the
 * file as it is when the guard is set, which takes a container that runs already.
 * `file` is a path on this machine: it means the very file (device and inode) as it is now, wherever it is run from.
 */
export type AllowedFile =
  | string
  | { readonly path: string; readonly as?: readonly FileUse[] }
  | { readonly file: string; readonly as?: readonly FileUse[] };

export interface ProgramPolicy {
  readonly allowed: readonly AllowedFile[];
  /**
   * `listed`: code is mapped only from listed files and from the image's libraries (names with `.so`); a loader
   * (ld.so) may be listed only then. Default `any`.
   */
  readonly mappings?: 'any' | 'listed';
  /**
   * `deny`: where the container runs already, its runtime asks before a program is opened and the call fails with
   * EPERM; what gets past (another mount, a script's change) is still ended. Default `kill`.
   */
  readonly refusal?: 'kill' | 'deny';
}

export interface ConnectionRule {
  readonly verdict: 'allow' | 'deny';
  /** An address or a network (`10.0.0.0/8`, `fd00::/8`); without one, every address. */
  readonly network?: string;
  /** A port, or the first and the last; without it, every port. */
  readonly ports?: number | readonly [number, number];
  readonly protocol?: 'tcp' | 'udp';
}

export interface ConnectionPolicy {
  /** For what no rule is about. */
  readonly otherwise: 'allow' | 'deny';
  /** The first that fits decides. */
  readonly rules: readonly ConnectionRule[];
}

export interface OpenPolicy {
  /** Paths in the container's own tree; with `/` at the end, everything in that folder. */
  readonly forbidden: readonly string[];
}

/** What the processes of a cgroup, and of those below it, may do. What is not there is not restricted. */
export interface GuardPolicy {
  readonly programs?: ProgramPolicy;
  /** System calls by name: calling one ends the process. */
  readonly forbiddenCalls?: readonly string[];
  readonly connections?: ConnectionPolicy;
  readonly opens?: OpenPolicy;
  /** Violations are told and nothing is stopped. */
  readonly isReportOnly?: boolean;
  /** For services without a container: processes in the namespaces of the machine itself count too. */
  readonly coversMachine?: boolean;
}

/** What a guard is set on. */
export type GuardTarget =
  /**
   * A cgroup that is there, by its path below the root of cgroup v2. With `isContainer` it is one container's, whose files
   * begin where its oldest process's mount namespace does; else each cgroup with processes in it is taken for one of its own.
   */
  | { readonly cgroup: string; readonly isContainer?: boolean }
  /**
   * Cgroups that are made from now on, anywhere below `below` (which is there already; without it, anywhere), by name,
   * with at most one `*`. They are guarded before a process can be in them, the container's first program included.
   */
  | { readonly expected: string; readonly below?: string };
