import { z } from 'zod';
import type { Place } from '../policy/policy.ts';
import { imagePatternProblem } from './image-pattern.ts';
import type { Scope, ScopeConditions } from './scope.ts';

const pattern = (example: string) =>
  z.string({ error: `write texts, such as ${example}` }).min(1, { error: 'an empty text matches nothing' });

const list = (example: string, element: z.ZodType<string, string> = pattern(example)) =>
  z
    .array(element, { error: `write a list, such as [${example}]` })
    .min(1, { error: 'an empty list would match nothing: leave the key out to match everything' });

const imageExample = 'registry.k8s.io/etcd';

const image = pattern(imageExample).superRefine((text, context) => {
  const problem = text === '' ? undefined : imagePatternProblem(text);
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
});

const labels = (example: string) =>
  z
    .record(
      z.string(),
      z.string({ error: `a label’s value is a text: put it in quotes, or "*" for any value` }),
      { error: `write labels as ${example}` },
    )
    .refine((record) => Object.keys(record).length > 0, {
      error: 'no label is written: leave the key out to match everything',
    });

/** `not` knows the same parts. */
const parts = {
  clusters: list('production-*')
    .describe('Names of clusters. In all patterns * stands for any text, ? for one character.')
    .optional(),
  nodes: list('control-plane-*').describe('Names of nodes.').optional(),
  namespaces: list('kube-system').describe('Kubernetes namespaces.').optional(),
  pods: list('etcd-*').describe('Names of pods.').optional(),
  podLabels: labels('{ component: etcd }')
    .describe('Labels of the pod with patterns of their values; all must match.')
    .optional(),
  containers: list('etcd').describe('Names of containers.').optional(),
  containerLabels: labels('{ component: etcd }')
    .describe('Labels of the container with patterns of their values; all must match.')
    .optional(),
  images: list(imageExample, image)
    .describe('Repositories, repository:tag, repository@digest, or digests (sha256:...).')
    .optional(),
};

const conditions = z.strictObject(parts, {
  error: 'write the parts as keys, such as namespaces: [kube-system]',
});

/** `spec.scope` as it is written. */
export const scopeSchema = z
  .strictObject(
    {
      ...parts,
      not: conditions.describe('What is excluded: a workload that any of these parts matches.').optional(),
      host: z
        .union([z.boolean(), z.literal('only')], {
          error: 'write true (processes outside of containers as well), false, or only',
        })
        .describe(
          'Whether processes outside of containers are meant: true, false or only. Default: true where nothing is asked of pods, containers and images, else false.',
        )
        .optional(),
    },
    { error: 'write the parts as keys, such as namespaces: [kube-system]' },
  )
  .refine((scope) => scope.host !== 'only' || !asksOfContainers(scope), {
    path: ['host'],
    error: 'host: only leaves no container for the other parts: remove them, or write host: true',
  });

/** @param scope what `scopeSchema` has accepted. */
export function createScope(scope: z.output<typeof scopeSchema>, place: Place): Scope {
  const { not = {}, host, ...given } = scope;
  const byDefault = asksOfContainers(given) ? 'never' : 'too';
  const hosts = host === undefined ? byDefault : host === 'only' ? 'only' : host ? 'too' : 'never';
  return { ...(given as ScopeConditions), not: not as ScopeConditions, host: hosts, place };
}

function asksOfContainers({
  namespaces,
  pods,
  podLabels,
  containers,
  containerLabels,
  images,
}: z.output<typeof conditions>) {
  return [namespaces, pods, podLabels, containers, containerLabels, images].some(
    (part) => part !== undefined,
  );
}
