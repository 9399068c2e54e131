import { join } from 'node:path';
import { buildOnce, buildProbe, fingerprint, NATIVE, objectArguments, type Recipe } from '../build.ts';

/** What enforcement is made of. */
export interface BuiltEnforcement {
  /** The eBPF object. */
  readonly object: string;
  /** The addon for Node.js that loads it. */
  readonly addon: string;
  /** The program that answers the kernel's questions about opens (native/permission). */
  readonly permission: string;
}

/**
 * Gives the files, compiled from their sources unless that has been done for these very sources before.
 * @throws probe/NOT_SUPPORTED when the compilers are missing; probe/BUILD_FAILED.
 */
export function buildEnforcement(): BuiltEnforcement {
  const folder = buildOnce(enforcementRecipe());
  return {
    object: join(folder, 'enforce.bpf.o'),
    addon: buildProbe().addon,
    permission: join(folder, 'permission'),
  };
}

/** How it is compiled. */
export function enforcementRecipe(): Recipe {
  const sources = [join(NATIVE, 'enforce'), join(NATIVE, 'permission')] as const;
  return {
    name: `enforce-${[NATIVE, ...sources].reduce((made, folder) => fingerprint(folder, made), '')}`,
    files: ['enforce.bpf.o', 'permission'],
    tools(scratch) {
      const object = join(scratch, 'enforce.bpf.o');
      const flags = ['-D_GNU_SOURCE', '-O2', '-Wall', '-pthread'];
      const program = ['-o', join(scratch, 'permission'), join(sources[1], 'permission.c')];
      return [
        { command: 'clang', parameters: objectArguments(join(sources[0], 'enforce.bpf.c'), object, scratch) },
        { command: 'cc', parameters: [...flags, ...program] },
      ];
    },
  };
}
