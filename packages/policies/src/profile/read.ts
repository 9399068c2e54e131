import { reasonOf } from '@seawall/base';
import { nearestName } from '@seawall/rules';
import { isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { z } from 'zod';
import { errors } from '../errors.ts';
import { type PodProfile, type Profile, podProfileSchema } from './profile.ts';
import { identifierOf } from './scope.ts';

interface Problem {
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

/** So many problems are told; a file of another kind would have one on every line. */
const MOST_TOLD = 20;

const schema = z.array(podProfileSchema, { error: 'write a list of pods: - podname: etcd' }).min(1, {
  error: 'the list is empty: write what a pod may do, beginning with - podname: etcd',
});

/**
 * Reads a profile: YAML, a list of pods and what each may do.
 * @param name what messages call the file.
 * @throws policies/PROFILE_INVALID with every problem, each with line and column.
 */
export function parseProfile(text: string, name: string): Profile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  const fail = (problems: readonly Problem[]): never => {
    const told = problems
      .toSorted((left, right) => left.line - right.line || left.column - right.column)
      .slice(0, MOST_TOLD)
      .map(({ line, column, text: problem }) => `${name}:${line}:${column}: ${problem}`);
    const untold = problems.length - told.length;
    if (untold > 0) told.push(`... and ${untold} more`);
    throw errors.create('PROFILE_INVALID', { problems: told.join('\n'), places: problems });
  };
  const problemAt = (offset: number, problem: string): Problem => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col, text: problem };
  };
  // What YAML only warns of (an unknown tag) leaves open what is meant. Behind the first fault others only follow from it.
  const [fault] = [...document.errors, ...document.warnings];
  if (fault !== undefined) fail([problemAt(fault.pos[0], yamlProblem(fault.code, fault.message))]);
  if (document.contents === null) fail([problemAt(0, 'the file is empty: begin with - podname: etcd')]);
  const root = document.contents as Node;
  let value: unknown;
  try {
    value = document.toJS();
  } catch (error) {
    // The one thing left that goes wrong here: aliases that multiply.
    fail([problemAt(0, reasonOf(error))]);
  }
  const result = schema.safeParse(value);
  if (!result.success) {
    fail(
      result.error.issues.flatMap((issue) => {
        if (issue.code !== 'unrecognized_keys') return problemAt(offsetOf(root, issue.path), issue.message);
        return issue.keys.map((key) => problemAt(keyOffset(root, issue.path, key), unknownKey(key)));
      }),
    );
  }
  const profile = result.data as Profile;
  const repetitions = findRepetitions(profile).map(({ path, text: problem }) =>
    problemAt(offsetOf(root, path), problem),
  );
  if (repetitions.length > 0) fail(repetitions);
  return profile.map(withoutUndefined);
}

function yamlProblem(code: string, message: string): string {
  if (code === 'MULTIPLE_DOCS')
    return 'a second document begins here: a profile is one list, without --- in it';
  return `this is no YAML: ${message}`;
}

function unknownKey(key: string): string {
  const known = Object.keys(podProfileSchema.shape);
  const nearest = nearestName(key, known);
  return `there is no ${key}: ${nearest === undefined ? `known are ${known.join(', ')}` : `is it ${nearest}?`}`;
}

interface Repetition {
  readonly path: readonly PropertyKey[];
  readonly text: string;
}

/** Pods that the generated lists could not tell apart, and values that are listed twice. */
function findRepetitions(profile: Profile): Repetition[] {
  const found: Repetition[] = [];
  const owners = new Map<string, string>();
  profile.forEach((pod, index) => {
    const identifier = identifierOf(pod);
    const owner = owners.get(identifier);
    if (owner === undefined) owners.set(identifier, pod.podname);
    else {
      const other = owner === pod.podname ? '' : ` (as ${owner})`;
      found.push({
        path: [index, 'podname'],
        text: `${pod.podname} is there already${other}: put both into one`,
      });
    }
    for (const [key, values] of Object.entries(pod)) {
      if (!Array.isArray(values)) continue;
      const seen = new Set<unknown>();
      values.forEach((value, position) => {
        if (seen.has(value)) found.push({ path: [index, key, position], text: `${value} is listed twice` });
        seen.add(value);
      });
    }
  });
  return found;
}

function withoutUndefined(pod: PodProfile): PodProfile {
  return Object.fromEntries(
    Object.entries(pod).filter(([, value]) => value !== undefined),
  ) as unknown as PodProfile;
}

/** Where the value at a path begins, or the innermost thing around it that there is. */
function offsetOf(root: Node, path: readonly PropertyKey[]): number {
  return nodeAt(root, path).range?.[0] ?? 0;
}

function keyOffset(root: Node, path: readonly PropertyKey[], key: string): number {
  const node = nodeAt(root, path);
  if (!isMap(node)) return node.range?.[0] ?? 0;
  const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
  return (isNode(pair?.key) ? pair.key.range : node.range)?.[0] ?? 0;
}

function nodeAt(root: Node, path: readonly PropertyKey[]): Node {
  let node = root;
  for (const step of path) {
    const next: unknown = isMap(node) || isSeq(node) ? node.get(step, true) : undefined;
    if (!isNode(next)) break;
    node = next;
  }
  return node;
}
