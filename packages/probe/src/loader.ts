import { createRequire } from 'node:module';

/** A probe as the addon knows it; opaque. */
export interface LoadedProbe {
  readonly kind: unique symbol;
}

/** The addon over libbpf (native/loader.c). Its functions throw errors with the errno's name as `code`. */
export interface Loader {
  /** Opens the object with so many entries in its maps. Nothing is in the kernel yet. */
  open(object: string, entriesByMap: Readonly<Record<string, number>>): LoadedProbe;
  programs(probe: LoadedProbe): readonly string[];
  setAutoload(probe: LoadedProbe, program: string, isWanted: boolean): void;
  load(probe: LoadedProbe): void;
  /** Gives the number of the link, for `detach`. */
  attach(probe: LoadedProbe, program: string): number;
  attachTracepoint(probe: LoadedProbe, program: string, category: string, name: string): number;
  /** For the cgroup of that path and all below it. */
  attachCgroup(probe: LoadedProbe, program: string, cgroup: string): number;
  detach(probe: LoadedProbe, link: number): void;
  /** Detaches in a thread of its own. */
  detachLater(probe: LoadedProbe, links: Uint32Array): void;
  /** @param beyond bytes of the ring's start that are to lie behind its end once more, whole pages; all by default. */
  mapRing(
    probe: LoadedProbe,
    map: string,
    beyond?: number,
  ): { readonly consumer: ArrayBuffer; readonly producer: ArrayBuffer; readonly pageSize: number };
  /** The values of an array that may be mapped, each at a multiple of 8 bytes. */
  mapArray(probe: LoadedProbe, map: string): ArrayBuffer;
  update(probe: LoadedProbe, map: string, key: Uint8Array, value: Uint8Array): void;
  lookup(probe: LoadedProbe, map: string, key: Uint8Array, value: Uint8Array): boolean;
  /** Gives whether there was such an entry. */
  remove(probe: LoadedProbe, map: string, key: Uint8Array): boolean;
  /** Runs a program (raw_tp) once, in the name of this thread; gives what it returns. */
  run(probe: LoadedProbe, program: string, context: Uint8Array): number;
  /**
   * A descriptor (O_PATH) of what `path` is to somebody whose root is the folder `root`; of `/proc/PID/root` that is the root of
   * the process's mount namespace. Fails with EXDEV where the process made that namespace itself, in a user namespace of its own.
   */
  openInRoot(root: string, path: string): number;
  possibleCpus(): number;
  bootTime(): bigint;
  close(probe: LoadedProbe): void;
  /** As `close`, but a process that does nothing else waits for the kernel to take programs off. */
  closeLater(probe: LoadedProbe): void;
}

export function loadLoader(addon: string): Loader {
  return createRequire(import.meta.url)(addon) as Loader;
}
