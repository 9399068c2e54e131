import { join } from 'node:path';
import { buildOnce, buildProbe, fingerprint, NATIVE, objectArguments, runTool } from '../build.ts';

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
  const sources = [join(NATIVE, 'enforce'), join(NATIVE, 'permission')];
  const name = `enforce-${sources.reduce((made, folder) => fingerprint(folder, made), '')}`;
  const folder = buildOnce(name, ['enforce.bpf.o', 'permission'], (scratch) => {
    const object = join(scratch, 'enforce.bpf.o');
    runTool('clang', objectArguments(join(sources[0], 'enforce.bpf.c'), object, scratch));
    const program = join(scratch, 'permission');
    const flags = ['-D_GNU_SOURCE', '-O2', '-Wall', '-pthread'];
    runTool('cc', [...flags, '-o', program, join(sources[1], 'permission.c')]);
  });
  return {
    object: join(folder, 'enforce.bpf.o'),
    addon: buildProbe().addon,
    permission: join(folder, 'permission'),
  };
}
