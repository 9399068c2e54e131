import type { Descriptor } from './descriptor.ts';

/** The descriptors of a process, by number. */
export interface DescriptorTable {
  get(fd: number): Descriptor | undefined;
  set(fd: number, descriptor: Descriptor): void;
  delete(fd: number): boolean;
  readonly size: number;
  entries(): IterableIterator<[number, Descriptor]>;
}
