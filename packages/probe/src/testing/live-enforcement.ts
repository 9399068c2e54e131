import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, type TestContext } from 'node:test';
import { type Enforcement, type Guard, openEnforcement } from '../enforce/enforcement.ts';
import type { GuardPolicy } from '../enforce/policy.ts';
import { canEnforce } from '../enforce/support.ts';
import type { Violation } from '../enforce/violation.ts';
import { guardedTreeMissing } from './guarded-tree.ts';
import {
  type Attempts,
  type ContainerBench,
  type ContainerKind,
  createCgroup,
  createContainerBench,
  parseAttempts,
} from './overlay-container.ts';
import { createScratch } from './run-program.ts';

const support = canEnforce();

/** For the tests that need a kernel which enforces, and what containers are made of. */
export const skip: string | false = support.obstacles.programs ?? guardedTreeMissing();
/** For those that need answers to permission events as well. */
export const opensSkip: string | false = skip === false ? (support.obstacles.opens ?? false) : skip;

/** The cgroup below which all others of this process's tests are, as guards name it. */
export const OWN = `seawall-test-${process.pid}`;

type Cgroup = ReturnType<typeof createCgroup>;

/** What the tests of one file share; made before the first of them, where they aren't skipped. */
export interface LiveEnforcement {
  readonly enforcement: Enforcement;
  readonly bench: ContainerBench;
  /** Makes a cgroup below this process's own. */
  ownCgroup(name: string): Cgroup;
  /** The violations told since this was last asked. */
  takeViolations(): Violation[];
  /** Runs `use` with a guard on a cgroup of its own. */
  withGuard(policy: GuardPolicy, use: (cgroup: string, guard: Guard) => Promise<void> | void): Promise<void>;
  /**
   * Starts attempts that wait for a line, sets the guard once they are in the cgroup, and lets them go on.
   * @param onGuarded called with the cgroup's folder before they do; what it gives is called at the end.
   */
  attemptWhileRunning(
    policy: GuardPolicy,
    words: readonly string[],
    kind?: ContainerKind,
    onGuarded?: (cgroup: string) => () => void,
  ): Promise<Attempts>;
}

/** To be called once in a file of tests. */
export function useLiveEnforcement(): LiveEnforcement {
  let enforcement: Enforcement;
  let bench: ContainerBench;
  let scratch: ReturnType<typeof createScratch>;
  let own: Cgroup;

  before(() => {
    if (skip !== false) return;
    scratch = createScratch();
    bench = createContainerBench(scratch.folder);
    own = createCgroup(support.cgroupRoot ?? '', OWN);
    enforcement = openEnforcement();
  });

  after(async () => {
    if (skip !== false) return;
    await enforcement.close();
    own.remove();
    scratch.remove();
  });

  function takeViolations(): Violation[] {
    const taken: Violation[] = [];
    enforcement.poll((violation) => taken.push(violation));
    return taken;
  }

  return {
    get enforcement() {
      return enforcement;
    },
    get bench() {
      return bench;
    },
    ownCgroup: (name) => createCgroup(own.folder, name),
    takeViolations,
    async withGuard(policy, use) {
      const cgroup = createCgroup(own.folder, 'guarded');
      try {
        const guard = await enforcement.guard({ cgroup: join(OWN, 'guarded') }, policy);
        takeViolations();
        try {
          await use(cgroup.folder, guard);
        } finally {
          await guard.release();
        }
      } finally {
        cgroup.remove();
      }
    },
    async attemptWhileRunning(policy, words, kind = {}, onGuarded = () => () => undefined) {
      const cgroup = createCgroup(own.folder, 'running');
      let undo = (): void => undefined;
      try {
        const [program, ...rest] = bench.command(cgroup.folder, ['later', ...words], kind);
        const child = spawn(program, rest, { stdio: ['pipe', 'pipe', 'inherit'] });
        let output = '';
        child.stdout.on('data', (bytes: Buffer) => {
          output += bytes.toString();
        });
        const ended = once(child, 'close');
        try {
          await bench.untilInhabited(cgroup.folder, kind);
          const guard = await enforcement.guard({ cgroup: join(OWN, 'running'), isContainer: true }, policy);
          takeViolations();
          undo = onGuarded(cgroup.folder);
          child.stdin.write('\n');
          await ended;
          await guard.release();
          return parseAttempts(output, '');
        } finally {
          child.kill('SIGKILL');
        }
      } finally {
        undo();
        cgroup.remove();
      }
    },
  };
}

/** Something on this machine to connect to, which ends each connection at once, until the test ends. @returns its port. */
export async function openPort(context: TestContext): Promise<number> {
  const server = createServer((socket) => socket.destroy()).listen(0, '::');
  context.after(() => server.close());
  await once(server, 'listening');
  return (server.address() as { port: number }).port;
}
