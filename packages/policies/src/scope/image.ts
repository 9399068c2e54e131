import type { WorkloadContainer } from '@seawall/store';
import { createPattern, hasWildcard } from './pattern.ts';

/** Tells whether a container runs an image that a pattern stands for; undefined while that isn't known. */
export type ImageTest = (container: Pick<WorkloadContainer, 'image' | 'digest'>) => boolean | undefined;

/**
 * Makes the test of an image pattern: a repository (`quay.io/coreos/etcd`, `gcr.io/*`), one with its tag (`etcd:3.5*`), one
 * with its digest (`etcd@sha256:...`), or a digest alone. Docker's short names are taken for what they stand for: `etcd` is
 * `docker.io/library/etcd`.
 */
export function createImageTest(pattern: string): ImageTest {
  if (pattern.startsWith('sha256:')) {
    const test = createPattern(pattern);
    return ({ digest }) => (digest === undefined ? undefined : test(digest));
  }
  const { repository, tag, digest } = splitImage(pattern);
  const repositoryTests = namesOf(repository).map(createPattern);
  const tagTest = tag === undefined ? undefined : createPattern(tag);
  const digestTest = digest === undefined ? undefined : createPattern(digest);
  return (container) => {
    if (container.image === undefined) return undefined;
    const image = splitImage(container.image);
    const names = namesOf(image.repository);
    if (!repositoryTests.some((test) => names.some(test))) return false;
    if (tagTest !== undefined && !tagTest(image.tag ?? 'latest')) return false;
    if (digestTest === undefined) return true;
    const actual = container.digest ?? image.digest;
    return actual === undefined ? undefined : digestTest(actual);
  };
}

/** The parts of an image's name: what stands behind the last slash may have a tag; a port before it is none. */
export function splitImage(image: string): {
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
} {
  const [name, digest] = image.split('@', 2) as [string, string?];
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1);
  return colon === -1
    ? { repository: name, tag: undefined, digest }
    : { repository: name.slice(0, colon), tag: name.slice(colon + 1), digest };
}

/** A repository as written, and in full where Docker's rules make it longer. */
function namesOf(repository: string): readonly string[] {
  const [first, ...rest] = repository.split('/') as [string, ...string[]];
  if (hasWildcard(first)) return [repository];
  if (rest.length === 0) return [repository, `docker.io/library/${repository}`];
  const isRegistry = /[.:]/.test(first) || first === 'localhost';
  if (!isRegistry) return [repository, `docker.io/${repository}`];
  return [repository];
}
