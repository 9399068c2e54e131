import { isSeawallError } from '@seawall/base';
import type { Inhabited } from './container.ts';
import type { EnforcementKernel, ListedFile } from './kernel.ts';
import { type Description, EVERY_USE } from './layout.ts';
import type { AllowedFile, FileUse } from './policy.ts';

/** A list of files as the kernel takes it, and what whoever wrote the list should know. */
export interface Listing {
  readonly files: readonly ListedFile[];
  /** The loaders that listed programs ask for, by path in the container's tree. */
  readonly loaders: readonly string[];
  readonly notes: readonly string[];
}

/**
 * Finds what each entry means: in every container that runs in the cgroup, by path and, where that alone would not
 * say that the file is unchanged, by identity as it is now.
 * @throws probe/NO_FILE where a file of this machine is not there.
 */
export function listFiles(
  kernel: EnforcementKernel,
  allowed: readonly AllowedFile[],
  containers: readonly Inhabited[],
): Listing {
  const notes = new Set<string>();
  const loaders = new Set<string>();
  const paths = new Map<string, ListedFile>();
  const identities = new Map<string, ListedFile>();

  function addPath(path: string, as: readonly FileUse[]): void {
    paths.set(path, { path, as: [...new Set([...(paths.get(path)?.as ?? []), ...as])] });
  }
  function addIdentity(description: Description, as: readonly FileUse[]): void {
    const key = `${description.device} ${description.inode}`;
    const uses = new Set([...(identities.get(key)?.as ?? []), ...as]);
    identities.set(key, { description, as: [...uses] });
  }
  /** The file as it is for a container; undefined, with a note, where it has none. */
  function describe(rootPath: string, path: string): ReturnType<EnforcementKernel['describe']> | undefined {
    try {
      return kernel.describe(rootPath, path);
    } catch (error) {
      if (!isSeawallError(error, 'probe/NO_FILE')) throw error;
      notes.add(`${path} is not there`);
      return undefined;
    }
  }
  function addWithLoader(
    rootPath: string,
    found: ReturnType<EnforcementKernel['describe']>,
    as: readonly FileUse[],
  ) {
    addIdentity(found.description, as);
    const loader = found.loader === undefined ? undefined : describe(rootPath, found.loader);
    if (loader !== undefined) addIdentity(loader.description, ['library']);
  }
  function addFromContainer(rootPath: string, path: string, as: readonly FileUse[]): void {
    const found = describe(rootPath, path);
    if (found === undefined) return;
    const { description, loader } = found;
    if (loader !== undefined) loaders.add(loader);
    const isOfImage = description.isInRoot && description.isOverlay;
    if (isOfImage && description.isUpper) {
      notes.add(`${path} was changed in the container: it is refused`);
    } else if (isOfImage) {
      if (description.path !== path)
        notes.add(`${path} leads to ${description.path}, which is allowed with it`);
      addPath(description.path, as);
    } else {
      addWithLoader(rootPath, found, as);
    }
  }

  for (const entry of allowed) {
    const as = (typeof entry === 'string' ? undefined : entry.as) ?? EVERY_USE;
    if (typeof entry !== 'string' && 'file' in entry) {
      addWithLoader('/', kernel.describe('/', entry.file), as);
      continue;
    }
    const path = typeof entry === 'string' ? entry : entry.path;
    addPath(path, as);
    for (const { pid } of containers) addFromContainer(`/proc/${pid}/root`, path, as);
  }
  const files = [...paths.values(), ...identities.values()];
  return { files, loaders: [...loaders], notes: [...notes] };
}
