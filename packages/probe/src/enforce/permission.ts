import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { errors } from '../errors.ts';
import type { Violation } from './violation.ts';

/** Whose table it is. */
export interface TableName {
  readonly guard: number;
  /** The guarded cgroup's id. */
  readonly cgroupId: bigint;
  /** Which of the guard's containers it is about: the process that its root was found by. */
  readonly container: number;
}

/** What the answering program is told of a container. */
export interface PermissionTable extends TableName {
  /** As /proc/PID/cgroup has it. */
  readonly cgroup: string;
  /** A folder: the container's root. */
  readonly root: string;
  /** Programs that may be opened to be run; undefined: all. */
  readonly programs: readonly string[] | undefined;
  readonly forbidden: readonly string[];
  readonly isReportOnly: boolean;
}

/** The program that answers the kernel's questions about opens, in a process of its own (native/permission). */
export interface Permission {
  /** From then on the guard's opens are decided by the table, at once and without a moment between. */
  set(table: PermissionTable): Promise<void>;
  drop(table: TableName): Promise<void>;
  /** Denials since the last time, in order. */
  take(visit: (violation: Violation) => void): number;
  /** Denials that nobody was told of. */
  readonly lost: number;
  /** Whether it answers; where not, nothing is denied. */
  readonly isRunning: boolean;
  readonly pid: number;
  close(): Promise<void>;
}

/** Denials that are kept until they are taken. */
const KEPT = 16_384;

/**
 * Starts the program.
 * @param namespacePid a process whose cgroup namespace the paths of cgroups are meant in.
 * @param onEnd called when it ends without having been closed: nothing is denied from then on.
 */
export function startPermission(program: string, namespacePid: number, onEnd: () => void): Permission {
  // Of its own session: what stops the agent's terminal or group doesn't stop it.
  const child = spawn(program, [String(process.pid), String(namespacePid)], {
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  });
  const input = child.stdin as Writable;
  const waiting = new Map<string, { resolve: () => void; reject: (error: Error) => void }[]>();
  const denials: Violation[] = [];
  let isRunning = true;
  let isClosing = false;
  let lostThere = 0;
  let lostHere = 0;

  readMessages(child.stdout as Readable, ([kind, first, ...rest]) => {
    if (kind === 'denied' || kind === 'reported') {
      if (denials.length < KEPT) denials.push(violationOf(kind, first, rest));
      else lostHere += 1;
    } else if (kind === 'lost') {
      lostThere = Number(first);
    } else {
      const waiter = waiting.get(first)?.shift();
      if (kind === 'failed') waiter?.reject(errors.create('PERMISSION_FAILED', { reason: rest[0] }));
      else waiter?.resolve();
    }
  });
  const ended = untilEnd(child).then(() => {
    isRunning = false;
    const error = errors.create('PERMISSION_FAILED', { reason: 'the answering program has ended' });
    for (const waiter of [...waiting.values()].flat()) waiter.reject(error);
    waiting.clear();
    if (!isClosing) onEnd();
  });
  // What can't be written is told by the end of the program, which follows.
  input.on('error', () => undefined);
  child.unref();
  (child.stdout as unknown as { unref(): void }).unref();
  (input as unknown as { unref(): void }).unref();

  async function send(texts: readonly string[]): Promise<void> {
    if (!isRunning) throw errors.create('PERMISSION_FAILED', { reason: 'the answering program has ended' });
    const body = Buffer.from(texts.map((text) => `${text}\0`).join(''));
    const head = Buffer.alloc(4);
    head.writeUInt32LE(body.length);
    // Waiting for the reply keeps the process alive; the rest of the time this program doesn't.
    const keepAlive = setInterval(() => undefined, 1000);
    try {
      await new Promise<void>((resolve, reject) => {
        const queue = waiting.get(texts[1]) ?? [];
        queue.push({ resolve, reject });
        waiting.set(texts[1], queue);
        input.write(Buffer.concat([head, body]));
      });
    } finally {
      clearInterval(keepAlive);
    }
  }

  return {
    set: ({ cgroup, root, programs, forbidden, isReportOnly, ...name }) => {
      const flags = `${programs === undefined ? '' : 'p'}${isReportOnly ? 'r' : ''}`;
      const listed = [
        ...(programs ?? []).flatMap((path) => ['program', path]),
        ...forbidden.flatMap((path) => ['open', path]),
      ];
      return send(['set', textOf(name), cgroup, root, flags, ...listed]);
    },
    drop: (name) => send(['drop', textOf(name)]),
    take(visit) {
      const taken = denials.splice(0);
      for (const denial of taken) visit(denial);
      return taken.length;
    },
    get lost() {
      return lostThere + lostHere;
    },
    get isRunning() {
      return isRunning;
    },
    pid: child.pid ?? -1,
    async close() {
      isClosing = true;
      input.end();
      child.ref();
      await ended;
    },
  };
}

function untilEnd(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  });
}

/** Cuts the stream into messages of texts. */
function readMessages(stream: Readable, take: (texts: string[]) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  stream.on('data', (bytes: Buffer) => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    while (rest.length >= 4 && rest.length >= 4 + rest.readUInt32LE(0)) {
      const end = 4 + rest.readUInt32LE(0);
      take(rest.toString('latin1', 4, end - 1).split('\0'));
      rest = rest.subarray(end);
    }
  });
}

/** A name in messages. */
function textOf({ guard, cgroupId, container }: TableName): string {
  return `${guard} ${cgroupId} ${container}`;
}

function violationOf(outcome: 'denied' | 'reported', name: string, fields: readonly string[]): Violation {
  const [guard, cgroup] = name.split(' ');
  const [what, pid, comm, path, device, inode, time] = fields;
  return {
    guard: Number(guard),
    reason: what === 'open' ? 'open' : 'not-listed',
    outcome,
    timestamp: BigInt(time),
    pid: Number(pid),
    thread: Number(pid),
    comm,
    cgroup: BigInt(cgroup),
    file: { path, device: Number(device), inode: BigInt(inode) },
  };
}
