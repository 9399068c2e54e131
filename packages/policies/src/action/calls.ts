import { nativeIdOfSyscallCode, syscallCodes } from '@seawall/events';
import { nearestName } from '@seawall/rules';

/** What Seawall runs on: a policy is written for nodes of any of them. */
const ARCHITECTURES = ['x86_64', 'aarch64'] as const;

/** Whether a system call of that name exists on any node; whether this one has it, and can forbid it, is asked later. */
export function isCall(name: string): boolean {
  const code = syscallCodes.get(name);
  return code !== undefined && ARCHITECTURES.some((each) => nativeIdOfSyscallCode(code, each) >= 0);
}

/** `there is no system call ptrase: is it ptrace?` */
export function unknownCall(name: string): string {
  const nearest = nearestName(name, [...syscallCodes.keys()].filter(isCall));
  return `there is no system call ${name}${nearest === undefined ? '' : `: is it ${nearest}?`}`;
}
