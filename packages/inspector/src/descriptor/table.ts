import type { Descriptor } from './descriptor.ts';

/** The descriptors of a process, by number. */
export interface DescriptorTable {
  get(fd: number): Descriptor | undefined;
  set(fd: number, descriptor: Descriptor): void;
  delete(fd: number): boolean;
  clear(): void;
  readonly size: number;
  /** Calls back for each, in the order of `entries`, without making anything; what is visited may be deleted meanwhile. */
  forEach(visit: (descriptor: Descriptor, fd: number) => void): void;
  /** In ascending order of the numbers below 1,024, then the others as they came. */
  entries(): IterableIterator<[number, Descriptor]>;
}

/** How many descriptors one process may have in the tables, and the count of those refused. */
export interface DescriptorLimits {
  readonly perProcess: number;
  refused: number;
}

/** Numbers below it live in an array: nearly all of them, at the cost of an index. */
const DENSE = 1024;

/** What a table holds. Its methods are shared by all tables: there are as many tables as processes. */
interface TableState {
  readonly limits: DescriptorLimits;
  readonly dense: (Descriptor | undefined)[];
  sparse: Map<number, Descriptor> | undefined;
  size: number;
}

/** An empty table. What would exceed the limit is not taken in, and counted. */
export function createDescriptorTable(limits: DescriptorLimits): DescriptorTable {
  const table: TableState & DescriptorTable = {
    limits,
    dense: [],
    sparse: undefined,
    size: 0,
    get: getDescriptor,
    set: setDescriptor,
    delete: deleteDescriptor,
    clear: clearDescriptors,
    forEach: visitDescriptors,
    entries: descriptorEntries,
  };
  return table;
}

/** The table of threads that have none: it keeps nothing. */
export const nowhere: DescriptorTable = createDescriptorTable({ perProcess: 0, refused: 0 });

function getDescriptor(this: TableState, fd: number): Descriptor | undefined {
  // Both are read each time: what is read for the first time after thousands of calls has V8 compile the caller anew.
  const { dense, sparse } = this;
  if (fd < dense.length) return fd >= 0 ? dense[fd] : undefined;
  return sparse === undefined ? undefined : sparse.get(fd);
}

function setDescriptor(this: TableState, fd: number, descriptor: Descriptor): void {
  // What the probe could not tell reads as -1.
  if (fd < 0) return;
  const { dense } = this;
  const isDense = fd < DENSE;
  const isKnown = isDense ? fd < dense.length && dense[fd] !== undefined : this.sparse?.has(fd) === true;
  if (!isKnown) {
    if (this.size >= this.limits.perProcess) {
      this.limits.refused += 1;
      return;
    }
    this.size += 1;
  }
  if (isDense) {
    while (dense.length <= fd) dense.push(undefined);
    dense[fd] = descriptor;
  } else {
    this.sparse ??= new Map();
    this.sparse.set(fd, descriptor);
  }
}

function deleteDescriptor(this: TableState, fd: number): boolean {
  const { dense } = this;
  if (fd >= 0 && fd < DENSE) {
    if (fd >= dense.length || dense[fd] === undefined) return false;
    dense[fd] = undefined;
  } else if (this.sparse === undefined || !this.sparse.delete(fd)) return false;
  this.size -= 1;
  return true;
}

function clearDescriptors(this: TableState): void {
  this.dense.length = 0;
  this.sparse = undefined;
  this.size = 0;
}

function visitDescriptors(this: TableState, visit: (descriptor: Descriptor, fd: number) => void): void {
  const { dense } = this;
  for (let fd = 0; fd < dense.length; fd++) {
    const descriptor = dense[fd];
    if (descriptor !== undefined) visit(descriptor, fd);
  }
  this.sparse?.forEach(visit);
}

function* descriptorEntries(this: TableState): IterableIterator<[number, Descriptor]> {
  const { dense } = this;
  for (let fd = 0; fd < dense.length; fd++) {
    const descriptor = dense[fd];
    if (descriptor !== undefined) yield [fd, descriptor];
  }
  if (this.sparse !== undefined) yield* this.sparse;
}
