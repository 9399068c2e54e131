import { type Clock, systemClock } from '@seawall/base';

/** What the agent may take of its machine. */
export interface WatchdogLimits {
  readonly memoryBytes: number;
  /** Percent of one CPU. */
  readonly cpuPercent: number;
}

/** What the watchdog does about what it sees. */
export interface WatchdogOptions {
  readonly limits: WatchdogLimits;
  /** Milliseconds since anything was heard of the hot loop. */
  silence(): number;
  /** What nothing refers to any more is given back: there is more memory used than allowed. */
  release(): void;
  /** The hot loop rests so long between two batches from now on: milliseconds, 0 to go on at full speed. */
  rest(milliseconds: number): void;
  /** Something is said once, when it begins or ends. */
  onNotice(notice: string): void;
  /** It can't go on like this: the agent is to end, so that it is started anew. */
  onHopeless(reason: string): void;
  /** So that tests can say what is used: bytes, and microseconds of CPU time since the start. */
  readonly clock?: Clock;
  readonly usage?: () => { readonly memoryBytes: number; readonly cpuMicroseconds: number };
}

export interface Watchdog {
  /** Looks once; by itself it does so every second. */
  look(): void;
  close(): void;
}

const PERIOD = 1000;
/** CPU time is looked at over so many looks: short bursts are what the CPU is there for. */
const WINDOW = 10;
const LONGEST_REST = 256;
/** The hot loop says how it is every second: after this it hangs. */
const LONGEST_SILENCE = 30_000;
/** A look that comes later than this: the whole process stood still (SIGSTOP, a suspended machine), not the hot loop. */
const LATE = 5 * PERIOD;
/** Looks in a row above the memory's limit, before the agent is given up. */
const PATIENCE = 10;
/** So many looks before that, memory is released once more. */
const SECOND_RELEASE = 4;

/**
 * Keeps the agent within its limits: too much CPU time makes the hot loop rest between batches, so that what comes faster
 * than it may look is counted as dropped by the kernel; too much memory, or a hot loop that hangs, ends the agent.
 */
export function createWatchdog(options: WatchdogOptions): Watchdog {
  const { limits } = options;
  const { usage = ownUsage, clock = systemClock } = options;
  const samples: { readonly at: number; readonly cpu: number }[] = [];
  let rest = 0;
  let above = 0;
  let lookedAt = clock.monotonic();
  /** Since when this thread has been looking without a break: of the time before, silence tells nothing. */
  let awakeSince = lookedAt;

  function lookAtCpu(at: number, cpuMicroseconds: number): void {
    samples.push({ at, cpu: cpuMicroseconds });
    if (samples.length <= WINDOW) return;
    const oldest = samples.shift()!;
    const newest = samples.at(-1)!;
    const percent = (newest.cpu - oldest.cpu) / ((newest.at - oldest.at) * 10);
    const before = rest;
    if (percent > limits.cpuPercent) rest = Math.min(LONGEST_REST, Math.max(1, rest * 2));
    else if (percent < limits.cpuPercent * 0.8) rest = Math.floor(rest / 2);
    if (rest === before) return;
    options.rest(rest);
    if (before === 0) {
      const used = `${Math.round(percent)} % of a CPU is used, ${limits.cpuPercent} % is allowed`;
      options.onNotice(
        `${used}: events are looked at more slowly, and those that don't wait are counted as dropped`,
      );
    } else if (rest === 0) options.onNotice('the CPU time used is within its limit again: full speed');
  }

  function lookAtMemory(memoryBytes: number): void {
    above = memoryBytes > limits.memoryBytes ? above + 1 : 0;
    // V8 lets garbage lie until bounds of its own come near, which are far above ours.
    if (above === 1 || above === PATIENCE - SECOND_RELEASE) options.release();
    if (above < PATIENCE) return;
    const used = Math.round(memoryBytes / 1024 / 1024);
    const allowed = Math.round(limits.memoryBytes / 1024 / 1024);
    options.onHopeless(`${used} MiB of memory are used, ${allowed} MiB are allowed`);
  }

  function look(): void {
    const now = clock.monotonic();
    if (now - lookedAt > LATE) awakeSince = now;
    lookedAt = now;
    const { memoryBytes, cpuMicroseconds } = usage();
    lookAtCpu(now, cpuMicroseconds);
    lookAtMemory(memoryBytes);
    const silence = Math.min(options.silence(), now - awakeSince);
    if (silence > LONGEST_SILENCE) {
      options.onHopeless(`nothing was heard of the hot loop for ${Math.round(silence / 1000)} s`);
    }
  }

  const timer = setInterval(look, PERIOD);
  timer.unref();
  return { look, close: () => clearInterval(timer) };
}

function ownUsage(): { memoryBytes: number; cpuMicroseconds: number } {
  const { user, system } = process.cpuUsage();
  return { memoryBytes: process.memoryUsage.rss(), cpuMicroseconds: user + system };
}
