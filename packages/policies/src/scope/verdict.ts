import type { Workload } from '@seawall/store';
import { createImageTest } from './image.ts';
import { createPattern, createPatterns } from './pattern.ts';
import { type Scope, type ScopeConditions, type ScopePart, scopeParts } from './scope.ts';

/** Whether a policy's scope holds a workload; `unknown` while metadata that it asks for is on its way. */
export type ScopeVerdict = 'inside' | 'outside' | 'unknown';

/** What a scope says of a workload, part by part. */
export interface PartVerdict {
  readonly part: ScopePart | 'host';
  readonly isExclusion: boolean;
  /** What the policy asks for, and what the workload has, as text. */
  readonly wanted: string;
  readonly found: string;
  /** Whether the part matches; undefined while it isn't known. An exclusion that matches puts the workload outside. */
  readonly isMatch: boolean | undefined;
}

/** A scope made ready to be asked often. */
export interface ScopeTest {
  /** @param isComplete false while metadata of the container or its pod is on its way: what is missing may still come. */
  verdict(workload: Workload, isComplete: boolean): ScopeVerdict;
  /** The same with reasons: every part that the scope asks about. */
  explain(workload: Workload, isComplete: boolean): readonly PartVerdict[];
}

interface PartTest {
  readonly part: ScopePart;
  readonly isExclusion: boolean;
  readonly wanted: string;
  test(workload: Workload, isComplete: boolean): boolean | undefined;
}

export function createScopeTest(scope: Scope): ScopeTest {
  const tests = [...partTests(scope, false), ...partTests(scope.not, true)];
  const onHost = tests.filter(({ part }) => part === 'clusters' || part === 'nodes');
  const hostVerdict = (workload: Workload): boolean =>
    scope.host === 'only' ? isHost(workload) : scope.host === 'too' || !isHost(workload);
  // On the host only the cluster and the node can be asked about: host: true takes its processes whatever else is asked.
  const testsFor = (workload: Workload): readonly PartTest[] => (isHost(workload) ? onHost : tests);
  return {
    verdict(workload, isComplete) {
      if (!hostVerdict(workload)) return 'outside';
      let verdict: ScopeVerdict = 'inside';
      for (const { test, isExclusion } of testsFor(workload)) {
        const isMatch = test(workload, isComplete);
        if (isMatch === undefined) verdict = 'unknown';
        else if (isMatch === isExclusion) return 'outside';
      }
      return verdict;
    },
    explain(workload, isComplete) {
      const host: PartVerdict = {
        part: 'host',
        isExclusion: false,
        wanted: { too: 'containers and the host', only: 'the host alone', never: 'containers' }[scope.host],
        found: isHost(workload) ? 'the host' : 'a container',
        isMatch: hostVerdict(workload),
      };
      const parts = testsFor(workload).map(({ part, isExclusion, wanted, test }) => ({
        part,
        isExclusion,
        wanted,
        found: foundOf(part, workload),
        isMatch: test(workload, isComplete),
      }));
      return [host, ...parts];
    },
  };
}

/** Audit events concern pods and namespaces without telling containers. */
function isHost({ container, pod, namespace }: Workload): boolean {
  return container === undefined && pod === undefined && namespace === undefined;
}

function partTests(conditions: ScopeConditions, isExclusion: boolean): PartTest[] {
  return scopeParts.flatMap((part) => {
    const wanted = conditions[part];
    if (wanted === undefined) return [];
    return { part, isExclusion, wanted: wantedText(wanted), test: createTest(part, conditions) };
  });
}

function createTest(part: ScopePart, conditions: ScopeConditions): PartTest['test'] {
  switch (part) {
    case 'clusters':
      // A node's cluster and name are configured: what isn't there won't come.
      return named(conditions.clusters!, ({ cluster }) => cluster, true);
    case 'nodes':
      return named(conditions.nodes!, ({ node }) => node, true);
    case 'namespaces':
      return named(conditions.namespaces!, ({ namespace }) => namespace);
    case 'pods':
      return named(conditions.pods!, ({ pod }) => pod);
    case 'containers':
      return named(conditions.containers!, ({ container }) => container?.name);
    case 'podLabels':
      return labelled(conditions.podLabels!, ({ podLabels }) => podLabels);
    case 'containerLabels':
      return labelled(conditions.containerLabels!, ({ container }) => container?.labels ?? {});
    case 'images': {
      const tests = conditions.images!.map(createImageTest);
      return ({ container }, isComplete) => {
        if (container === undefined) return false;
        const verdicts = tests.map((test) => test(container));
        if (verdicts.includes(true)) return true;
        return verdicts.includes(undefined) && !isComplete ? undefined : false;
      };
    }
  }
}

function named(
  patterns: readonly string[],
  nameOf: (workload: Workload) => string | undefined,
  isAlwaysKnown = false,
): PartTest['test'] {
  const test = createPatterns(patterns);
  return (workload, isComplete) => {
    const name = nameOf(workload);
    if (name !== undefined) return test(name);
    return isComplete || isAlwaysKnown ? false : undefined;
  };
}

function labelled(
  wanted: Readonly<Record<string, string>>,
  labelsOf: (workload: Workload) => Readonly<Record<string, string>>,
): PartTest['test'] {
  const tests = Object.entries(wanted).map(([name, value]) => ({ name, test: createPattern(value) }));
  return (workload, isComplete) => {
    const labels = labelsOf(workload);
    let isMatch: boolean | undefined = true;
    for (const { name, test } of tests) {
      if (Object.hasOwn(labels, name)) {
        if (!test(labels[name]!)) return false;
      } else if (isComplete) {
        return false;
      } else {
        isMatch = undefined;
      }
    }
    return isMatch;
  };
}

function wantedText(wanted: readonly string[] | Readonly<Record<string, string>>): string {
  if (Array.isArray(wanted)) return wanted.join(', ');
  return labelText(wanted as Readonly<Record<string, string>>);
}

function foundOf(part: ScopePart, workload: Workload): string {
  const { container } = workload;
  switch (part) {
    case 'clusters':
      return workload.cluster ?? 'none';
    case 'nodes':
      return workload.node;
    case 'namespaces':
      return workload.namespace ?? 'none';
    case 'pods':
      return workload.pod ?? 'none';
    case 'podLabels':
      return labelText(workload.podLabels);
    case 'containers':
      return container?.name ?? 'none';
    case 'containerLabels':
      return labelText(container?.labels ?? {});
    case 'images':
      return [container?.image, container?.digest].filter((text) => text !== undefined).join(' ') || 'none';
  }
}

function labelText(labels: Readonly<Record<string, string>>): string {
  return (
    Object.entries(labels)
      .map(([name, value]) => `${name}=${value}`)
      .join(', ') || 'none'
  );
}
