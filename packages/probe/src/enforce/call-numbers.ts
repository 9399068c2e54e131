import { nativeIdOfSyscallCode, syscallCodes } from '@seawall/events';
import { tracepointOf } from '../calls.ts';

const ARCHITECTURE = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
/** As many as a policy has bits for. */
const NUMBERS = 512;

/** This machine's number of a system call; undefined where it has none. */
export function numberOfCall(name: string): number | undefined {
  const code = syscallCodes.get(name);
  if (code === undefined) return undefined;
  const number = nativeIdOfSyscallCode(code, ARCHITECTURE);
  return number >= 0 && number < NUMBERS ? number : undefined;
}

/** The name of a system call by this machine's number. */
export function callOfNumber(number: number): string | undefined {
  names ??= new Map([...syscallCodes.keys()].map((name) => [numberOfCall(name) ?? -1, name]));
  return names.get(number);
}
let names: Map<number, string> | undefined;

/** The kernel's name of the tracepoint at a call's entry. */
export function entryTracepointOf(call: string): string {
  return tracepointOf(call).replace('sys_exit_', 'sys_enter_');
}
