import {
  GENERIC_SYSCALLS,
  NATIVE_AARCH64,
  NATIVE_X86_64,
  SYSCALL_NAMES,
  SYSCALLS_OF_EVENTS,
} from './syscall-facts.ts';

export type Architecture = 'x86_64' | 'aarch64';

/** Names of system calls by scap's code (parameter type `syscallid`); the code 0 is `unknown`. */
export const syscallNames: readonly string[] = SYSCALL_NAMES.split(' ').map((name) =>
  name === '-' ? '' : name,
);

/** Scap's code of each system call by name. */
export const syscallCodes: ReadonlyMap<string, number> = new Map(
  syscallNames.map((name, code) => [name, code] as const).filter(([name]) => name !== ''),
);

const codesByNativeId: Readonly<Record<Architecture, ReadonlyMap<number, number>>> = {
  x86_64: parsePairs(NATIVE_X86_64),
  aarch64: parsePairs(NATIVE_AARCH64),
};

const nativeIdsByCode: Readonly<Record<Architecture, ReadonlyMap<number, number>>> = {
  x86_64: invert(codesByNativeId.x86_64),
  aarch64: invert(codesByNativeId.aarch64),
};

const codesByEventType = new Map<number, readonly number[]>(
  SYSCALLS_OF_EVENTS.split(' ').map((entry) => {
    const [type, codes] = entry.split(':') as [string, string];
    return [Number(type), codes.split(',').map(Number)];
  }),
);
const genericCodes = GENERIC_SYSCALLS.split(' ').map(Number);
codesByEventType.set(0, genericCodes);
codesByEventType.set(1, genericCodes);

/** Scap's code of the call with the kernel's number on that architecture, 0 where it has none. */
export function syscallCodeOfNativeId(nativeId: number, architecture: Architecture = 'x86_64'): number {
  return codesByNativeId[architecture].get(nativeId) ?? 0;
}

/** The kernel's number of the call on that architecture (the lowest, should there be several), -1 where it has none. */
export function nativeIdOfSyscallCode(code: number, architecture: Architecture = 'x86_64'): number {
  return nativeIdsByCode[architecture].get(code) ?? -1;
}

/** Codes of the system calls that are recorded as events of this type; empty for what is no system call. */
export function syscallCodesOfEventType(type: number): readonly number[] {
  return codesByEventType.get(type) ?? [];
}

function parsePairs(text: string): ReadonlyMap<number, number> {
  return new Map(text.split(' ').map((pair) => pair.split(':').map(Number) as [number, number]));
}

function invert(codes: ReadonlyMap<number, number>): ReadonlyMap<number, number> {
  const result = new Map<number, number>();
  for (const [nativeId, code] of codes) if (!result.has(code)) result.set(code, nativeId);
  return result;
}
