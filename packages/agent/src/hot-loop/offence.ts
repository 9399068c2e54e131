import type { EventContext, Process } from '@seawall/inspector';
import type { OffenceFacts, ProcessTarget } from '@seawall/policies';
import { textFromBytes } from '@seawall/rules';
import type { Workload } from '@seawall/store';
import { type CgroupMounts, containerCgroupsOf } from './container-cgroups.ts';

/** The kernel's thread that all other kernel threads descend from. */
const KTHREADD = 2;
/** How far up the first process of a container is looked for. */
const LONGEST_SEARCH = 64;

/** Where container runtimes mount file systems in memory without being asked. */
const IN_MEMORY = /^\/(?:dev|proc|run)\//;

const NOWHERE = { unified: undefined, freezer: undefined };

/** What deciding about actions needs to know of a match, read from the tables while they are about its event. */
export function offenceOf(
  context: EventContext,
  workload: Workload,
  occurrence: string,
  time: bigint,
  mounts: CgroupMounts,
): OffenceFacts {
  const { process, tables } = context;
  const leader = process && (tables.leader(process) ?? process);
  const isInContainer = leader !== undefined && leader.containerId !== '';
  const chain = isInContainer ? chainInContainer(leader, context) : [];
  // Whoever may make namespaces of processes of their own inside has further first ones there.
  const first = chain.findLast(({ vpid }) => vpid === 1);
  return {
    occurrence,
    time,
    workload,
    process: leader && processTarget(leader, time),
    containerInitPid: first?.pid,
    cgroups: isInContainer ? containerCgroupsOf(leader.cgroups, leader.containerId, mounts) : NOWHERE,
    initExecutable: first && imageExecutable(first),
  };
}

function imageExecutable(process: Process): string | undefined {
  return isPlanted(process) ? undefined : textFromBytes(process.exepath);
}

/**
 * Whether a container's program is not of its image: it was written later, or is in memory or on a volume. It may be called anything then: what it is called says nothing of the container.
 */
function isPlanted({ exepath, isExeUpperLayer, isExeFromMemfd, container, containerId }: Process): boolean {
  if (containerId === '') return false;
  if (isExeUpperLayer || isExeFromMemfd || IN_MEMORY.test(exepath)) return true;
  return (container?.mounts ?? []).some(
    ({ destination }) => exepath === destination || exepath.startsWith(`${destination}/`),
  );
}

/** The process and those of its ancestors that are in the same container, itself first. */
function chainInContainer(process: Process, { tables }: EventContext): readonly Process[] {
  const chain: Process[] = [];
  let next: Process | undefined = process;
  while (next !== undefined && next.containerId === process.containerId && chain.length < LONGEST_SEARCH) {
    chain.push(next);
    const parent = tables.parent(next);
    next = parent === next ? undefined : parent;
  }
  return chain;
}

function processTarget(process: Process, seenAt: bigint): ProcessTarget {
  return {
    pid: process.pid,
    seenAt,
    name: textFromBytes(process.comm),
    executable: textFromBytes(process.exepath),
    isPlanted: isPlanted(process),
    isKernelThread: process.pid === KTHREADD || process.parentTid === KTHREADD,
  };
}
