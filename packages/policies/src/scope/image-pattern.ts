import { splitImage } from './image.ts';
import { hasWildcard } from './pattern.ts';

/** How many digits stand behind the name of an algorithm. */
const DIGITS: Readonly<Record<string, number>> = { sha256: 64, sha512: 128 };

/** Why no image can be what a pattern stands for (see `createImageTest`); undefined where one can. */
export function imagePatternProblem(pattern: string): string | undefined {
  if (pattern.startsWith('sha256:')) return digestProblem(pattern);
  const at = pattern.indexOf('@');
  if (at !== pattern.lastIndexOf('@')) return `${pattern} has more than one @: a digest stands behind it`;
  const { repository, tag, digest } = splitImage(pattern);
  return (
    repositoryProblem(repository) ??
    (tag === undefined ? undefined : tagProblem(tag)) ??
    (digest === undefined ? undefined : digestProblem(digest))
  );
}

function repositoryProblem(repository: string): string | undefined {
  if (repository === '')
    return 'write the repository in front of the tag or digest: quay.io/coreos/etcd, or *';
  const [, wrong] = /([^A-Za-z0-9._:/[\]*?-])/.exec(repository) ?? [];
  if (wrong !== undefined) return `no repository has ${JSON.stringify(wrong)} in it: ${repository}`;
  const steps = repository.split('/');
  if (steps.includes(''))
    return `a part of ${repository} is empty: write / between parts only, and * for any text`;
  // The name of a registry may have capitals, and a wildcard may stand for one.
  const path = steps.length === 1 ? steps : steps.slice(1);
  const capital = hasWildcard(steps[0]!) ? undefined : path.find((step) => /[A-Z]/.test(step));
  return capital === undefined
    ? undefined
    : `repositories are written in small letters: ${capital.toLowerCase()}, not ${capital}`;
}

function tagProblem(tag: string): string | undefined {
  if (tag === '') return 'a tag is missing behind the colon';
  return /^[A-Za-z0-9_*?][A-Za-z0-9_.*?-]*$/.test(tag)
    ? undefined
    : `a tag has letters, digits, - _ and . only, not ${JSON.stringify(tag)}`;
}

function digestProblem(digest: string): string | undefined {
  const [, algorithm, digits] = /^([^:*?]*):(.*)$/.exec(digest) ?? [];
  const wanted = DIGITS[algorithm ?? ''];
  if (algorithm === undefined || digits === undefined || wanted === undefined) {
    return hasWildcard(digest) && /^[a-z0-9:*?]+$/.test(digest)
      ? undefined
      : `write a digest as sha256: with 64 digits behind it, not ${digest}`;
  }
  const { length } = digits.replaceAll('*', '');
  const fits = digits.includes('*') ? length <= wanted : length === wanted;
  return /^[0-9a-f*?]+$/.test(digits) && fits
    ? undefined
    : `behind ${algorithm}: stand ${wanted} digits, 0-9 and a-f`;
}
