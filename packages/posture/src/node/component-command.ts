import { posix } from 'node:path';
import { COMPONENTS, type ComponentName } from '../effective/facts.ts';
import { splitWords } from './command-line.ts';

/** Which component a command starts, and how many of its words come before the component's arguments. */
export function componentOf(
  command: readonly string[],
): { component: ComponentName; skip: number } | undefined {
  for (let index = 0; index < Math.min(command.length, 2); index += 1) {
    const name = posix.basename(command[index]!);
    const component = COMPONENTS.find((candidate) => candidate === name);
    if (component !== undefined) return { component, skip: index + 1 };
    if (name !== 'hyperkube') return undefined;
  }
  return undefined;
}

/** The same for a command that a file names: that of a manifest may hide in a shell: `/bin/sh -c "exec kube-apiserver --flag ..."`. */
export function findCommand(
  command: readonly string[],
): { component: ComponentName; parameters: string[] } | undefined {
  const direct = componentOf(command);
  if (direct !== undefined) return { component: direct.component, parameters: command.slice(direct.skip) };
  for (const text of command) {
    const words = splitWords(text);
    for (let index = 0; index < words.length; index += 1) {
      const inner = componentOf(words.slice(index));
      if (inner !== undefined && words.length > 1) {
        return { component: inner.component, parameters: words.slice(index + inner.skip) };
      }
    }
  }
  return undefined;
}
