import { copyDescriptor } from '../descriptor/create.ts';
import { DescriptorFlag } from '../descriptor/flags.ts';
import {
  createDescriptorTable,
  type DescriptorLimits,
  type DescriptorTable,
  nowhere,
} from '../descriptor/table.ts';
import { markChanged } from './changed.ts';
import { createProcess, isInPidNamespace, isLeader, lacksIdentity } from './create.ts';
import { ProcessFlag } from './flags.ts';
import { countDeath, createGroup, joinGroup, leaderOf, livingThread } from './group.ts';
import type { Process, ThreadGroup } from './process.ts';

/**
 * All threads, by id, with their groups and their places in the tree of processes. Only this file and `apply/`
 * change what it holds.
 */
export interface ProcessTable {
  /** The thread of that id; remembers it, since events of one thread tend to follow each other. */
  current(tid: number): Process | undefined;
  /** The thread of that id, looked at in passing. */
  find(tid: number): Process | undefined;
  /** The thread of that id; where there is none, an entry that says so is made. */
  findOrInvent(tid: number): Process;
  /** Takes a thread in, replacing an older one of that id; `connect` gives it its group and its parent. */
  add(process: Process, connect: boolean): void;
  /** Gives a thread that has none its group and its parent. Does nothing for threads that lack identity. */
  connect(process: Process): void;
  /**
   * The thread turns out to belong to another process: its id was used again, and what happened before was not seen.
   * A negative pid says nothing.
   */
  changePid(process: Process, pid: number): void;
  /** Takes a thread out: its children go to a reaper; a leader stays while threads of its group live. */
  remove(tid: number): void;
  markDead(process: Process): void;
  /** A thread that was dead runs again: another thread of its group executed a program in its place. */
  resurrect(process: Process): void;
  leader(process: Process): Process | undefined;
  /** The descriptors that the thread uses, after a change of its flags or its group. */
  refreshDescriptors(process: Process): void;
  /** The thread's own table of descriptors, for filling it before the thread is connected. */
  ownDescriptors(process: Process): DescriptorTable;
  /** Gives a new process, not yet in the table, its own copies of another's descriptors. */
  inheritDescriptors(child: Process, parent: Process): void;
  all(): IterableIterator<Process>;
  clear(): void;
  count(): number;
}

export interface ProcessLimits {
  readonly maximum: number;
  /** How many threads were forgotten to make room, the ones longest out of use first. */
  evicted: number;
}

/** Stands for no thread remembered: no id that an event can have is the least 32-bit integer. */
const NO_TID = -0x8000_0000;
/** How many threads are found without a look into the table: at most so many, and one in eight of a small table. */
const MOST_REMEMBERED = 512;

/** The share of a full table that is forgotten at once: choosing whom costs a look at every thread. */
const EVICTED_SHARE = 1 / 64;

/** @param limits of processes and of descriptors: their counts go up as the table has to forget. */
export function createProcessTable(limits: ProcessLimits, descriptorLimits: DescriptorLimits): ProcessTable {
  const threads = new Map<number, Process>();
  const groups = new Map<number, ThreadGroup>();
  const places = Math.min(MOST_REMEMBERED, 2 ** Math.floor(Math.log2(Math.max(8, limits.maximum / 8))));
  const placeMask = places - 1;
  const rememberedTids = new Int32Array(places).fill(NO_TID);
  const remembered = new Array<Process | undefined>(places).fill(undefined);
  let uses = 0;

  function current(tid: number): Process | undefined {
    // As a small integer, which nearly every id is, it makes a far faster key than as the double it was read as.
    const key = tid | 0;
    if (key !== tid) return threads.get(tid);
    const place = key & placeMask;
    if (rememberedTids[place] === key) return remembered[place];
    const process = threads.get(key);
    if (process !== undefined) {
      noteUse(remembered[place]);
      rememberedTids[place] = key;
      remembered[place] = process;
    }
    return process;
  }

  /** A thread counts as used as long as it is remembered. */
  function noteUse(process: Process | undefined): void {
    if (process !== undefined) process.bookkeeping.lastUsed = ++uses;
  }

  function forget(tid: number): void {
    const place = tid & placeMask;
    if (rememberedTids[place] !== tid) return;
    rememberedTids[place] = NO_TID;
    remembered[place] = undefined;
  }

  function find(tid: number): Process | undefined {
    return threads.get(tid);
  }

  function findOrInvent(tid: number): Process {
    const known = threads.get(tid);
    if (known !== undefined) return known;
    const invented = createProcess(tid);
    invented.comm = '<NA>';
    invented.exe = '<NA>';
    add(invented, true);
    return invented;
  }

  function refreshDescriptors(process: Process): void {
    const isShared = (process.flags & ProcessFlag.cloneFiles) !== 0;
    const owner = isShared ? leaderOf(process) : process;
    if (owner === undefined) {
      process.descriptors = nowhere;
      return;
    }
    process.descriptors = ownDescriptors(owner);
  }

  function ownDescriptors({ bookkeeping }: Process): DescriptorTable {
    bookkeeping.ownDescriptors ??= createDescriptorTable(descriptorLimits);
    return bookkeeping.ownDescriptors;
  }

  function inheritDescriptors(child: Process, parent: Process): void {
    const table = createDescriptorTable(descriptorLimits);
    parent.descriptors.forEach((descriptor, fd) => {
      const inherited = copyDescriptor(descriptor);
      inherited.flags |= DescriptorFlag.isCloned;
      table.set(fd, inherited);
    });
    child.bookkeeping.ownDescriptors = table;
  }

  function adopt(parent: Process, child: Process): void {
    parent.bookkeeping.children ??= new Set();
    parent.bookkeeping.children.add(child);
    child.parentTid = parent.tid;
    markChanged(child);
  }

  function connect(process: Process): void {
    const { bookkeeping } = process;
    refreshDescriptors(process);
    if (lacksIdentity(process) || bookkeeping.group !== undefined) return;
    let group = groups.get(process.pid);
    if (group === undefined) {
      group = createGroup(process);
      groups.set(process.pid, group);
    } else joinGroup(group, process);
    bookkeeping.group = group;
    if (isLeader(process)) for (const thread of group.threads) refreshDescriptors(thread);
    else refreshDescriptors(process);
    markChanged(process);
    if (process.pid === 1) return;
    const parent = threads.get(process.parentTid);
    if (parent === undefined || lacksIdentity(parent)) process.parentTid = 0;
    else adopt(parent, process);
  }

  function changePid(process: Process, pid: number): void {
    if (process.pid === pid || pid < 0) return;
    const { group } = process.bookkeeping;
    process.pid = pid;
    if (group === undefined) return;
    group.threads.splice(group.threads.indexOf(process), 1);
    if (!process.isDead) group.aliveCount -= 1;
    if (group.aliveCount <= 0 && groups.get(group.pid) === group) groups.delete(group.pid);
    process.bookkeeping.group = undefined;
    threads.get(process.parentTid)?.bookkeeping.children?.delete(process);
    connect(process);
  }

  function add(process: Process, shouldConnect: boolean): void {
    const { tid } = process;
    const replaced = threads.get(tid);
    if (replaced !== undefined) {
      remove(tid);
      drop(replaced);
    } else if (threads.size >= limits.maximum) evict();
    process.bookkeeping.isInTable = true;
    process.bookkeeping.lastUsed = ++uses;
    if (shouldConnect) connect(process);
    forget(tid);
    refreshDescriptors(process);
    threads.set(tid, process);
  }

  function evict(): void {
    remembered.forEach(noteUse);
    const count = Math.max(1, Math.floor(limits.maximum * EVICTED_SHARE));
    const byAge = [...threads.values()].sort((a, b) => a.bookkeeping.lastUsed - b.bookkeeping.lastUsed);
    for (const process of byAge.slice(0, count)) {
      remove(process.tid);
      // A leader outlives its threads in `remove`; here the room counts more.
      if (threads.get(process.tid) === process) drop(process);
      limits.evicted += 1;
    }
  }

  function drop(process: Process): void {
    if (threads.get(process.tid) === process) {
      threads.delete(process.tid);
      forget(process.tid);
    }
    const { bookkeeping } = process;
    if (!bookkeeping.isInTable) return;
    bookkeeping.isInTable = false;
    bookkeeping.enterEvent = undefined;
    threads.get(process.parentTid)?.bookkeeping.children?.delete(process);
  }

  function markDead(process: Process): void {
    const { group } = process.bookkeeping;
    if (process.isDead) return;
    if (group !== undefined) countDeath(group);
    process.flags |= ProcessFlag.closed;
    process.isDead = true;
    markChanged(process);
  }

  function resurrect(process: Process): void {
    if (!process.isDead) return;
    process.flags &= ~ProcessFlag.closed;
    process.isDead = false;
    const { group } = process.bookkeeping;
    if (group !== undefined) group.aliveCount += 1;
    markChanged(process);
  }

  /** Another thread of the group, else the nearest ancestor that is a reaper, else nobody. */
  function findReaper(process: Process): Process | undefined {
    const { group } = process.bookkeeping;
    if (group !== undefined && group.aliveCount > 0) {
      const sibling = livingThread(group, process);
      if (sibling !== undefined) return sibling;
    }
    const seen = new Set([process.tid]);
    let ancestor = threads.get(process.parentTid);
    while (ancestor !== undefined && !seen.has(ancestor.tid)) {
      seen.add(ancestor.tid);
      if (isInPidNamespace(ancestor) !== isInPidNamespace(process)) return undefined;
      const ancestors = ancestor.bookkeeping.group;
      if (ancestors?.isReaper && ancestors.aliveCount > 0) {
        const thread = livingThread(ancestors, undefined);
        if (thread !== undefined) return thread;
      }
      ancestor = threads.get(ancestor.parentTid);
    }
    return undefined;
  }

  function reparentChildren(process: Process, children: Set<Process>): void {
    // The kernel names the reaper of a thread that exits; where it could not, or the table lacks it, we look for one.
    // A full table makes no room for a reaper that it lacks: this may be the very making of room, which would never end.
    const findReaperNamed = threads.size < limits.maximum ? findOrInvent : find;
    let reaper = process.reaperTid > 0 ? findReaperNamed(process.reaperTid) : undefined;
    if (reaper === undefined || lacksIdentity(reaper) || reaper === process) reaper = findReaper(process);
    if (reaper !== undefined) {
      process.reaperTid = reaper.tid;
      const { group } = reaper.bookkeeping;
      if (reaper.pid !== process.pid && group !== undefined) group.isReaper = true;
    }
    const orphans = [...children];
    children.clear();
    for (const child of orphans) {
      if (reaper !== undefined && reaper !== child) adopt(reaper, child);
      else {
        child.parentTid = 0;
        markChanged(child);
      }
    }
  }

  function remove(tid: number): void {
    const process = threads.get(tid);
    if (process === undefined) return;
    const { group } = process.bookkeeping;
    if (lacksIdentity(process) || group === undefined) {
      drop(process);
      return;
    }
    markDead(process);
    const { children } = process.bookkeeping;
    if (children !== undefined && children.size > 0) reparentChildren(process, children);
    if (group.aliveCount <= 0) {
      if (groups.get(group.pid) === group) groups.delete(group.pid);
      const leader = threads.get(group.pid);
      if (leader?.bookkeeping.group === group) drop(leader);
      drop(process);
    } else if (!isLeader(process)) drop(process);
  }

  return {
    current,
    find,
    findOrInvent,
    add,
    connect,
    changePid,
    remove,
    markDead,
    resurrect,
    leader: leaderOf,
    refreshDescriptors,
    ownDescriptors,
    inheritDescriptors,
    all: () => threads.values(),
    clear() {
      threads.clear();
      groups.clear();
      rememberedTids.fill(NO_TID);
      remembered.fill(undefined);
    },
    count: () => threads.size,
  };
}
