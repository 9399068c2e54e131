import { readFileSync } from 'node:fs';
import { isSeawallError, reasonOf, sleep } from '@seawall/base';
import { type ApiObject, findApiServer, watchObjects } from '@seawall/kube';
import { customResourcePath, type ObjectKind, type PolicyFile } from '@seawall/policies';
import { stringify } from 'yaml';
import { z } from 'zod';
import type { AgentConfiguration } from '../configuration/configuration.ts';
import type { SetTexts } from '../rule-set/load-running-set.ts';
import { longestTexts } from '../rule-set/read-set-texts.ts';
import { writeKeptFile } from './kept-file.ts';
import type { AgentOptions } from './options.ts';
import { isSystemError } from './system-error.ts';

/** Policies and rule sets that a cluster's API server keeps, beside those in files. */
export interface ClusterPolicies {
  /** Settles when they are known, or could not be asked for, or after some seconds, or with the signal. */
  start(signal?: AbortSignal): Promise<void>;
  /** As they are now; until that is known, as they were when they were last taken over. */
  current(): readonly PolicyFile[];
  /** What an agent can start with, best first: those of now, those last taken over, none. */
  candidates(): readonly (readonly PolicyFile[])[];
  /** These run now: the next start falls back to what is of the cluster in them. */
  keep(texts: SetTexts): void;
  /** Calls whenever they differ from those that run, or ran before, and have come to rest. */
  follow(running: readonly PolicyFile[], onChange: () => void): void;
  close(): Promise<void>;
}

/** Channels are not among them: they name files and variables of the node, whose contents they send. */
const KINDS: readonly ObjectKind[] = ['RuntimePolicy', 'RuleSet'];
const PREFIX = 'kubernetes:';
/** Milliseconds that a start waits for the API server, and without a change until changes are taken over. */
const START_LIMIT = 3000;
const REST = 500;
/** Milliseconds after which changes are taken over that don't come to rest. */
const LONGEST_UNREST = 5000;

const NEVER = new AbortController().signal;

const keptFiles = z.array(z.strictObject({ path: z.string(), text: z.string() }));

/** @returns undefined where the configuration has policies in files alone. */
export function clusterPoliciesOf(
  { kubernetes, store, limits }: AgentConfiguration,
  { environment, log }: Pick<AgentOptions, 'environment' | 'log'>,
): ClusterPolicies | undefined {
  if (kubernetes?.policies !== true) return undefined;
  const { kubeconfig } = kubernetes;
  /** Where those last taken over are kept. */
  const path = `${store.path}.cluster-policies`;
  let kept = readKept();
  let onChange: (() => void) | undefined;
  let followed = '';
  let timer: NodeJS.Timeout | undefined;
  let unrestSince: number | undefined;

  function readKept(): readonly PolicyFile[] {
    try {
      return keptFiles.parse(JSON.parse(readFileSync(path, 'utf8')));
    } catch (error) {
      if (!isSystemError(error, 'ENOENT')) {
        log(
          'warning',
          `${path}, with the cluster’s policies last taken over, can not be read: ${reasonOf(error)}`,
        );
      }
      return [];
    }
  }

  function current(): readonly PolicyFile[] {
    const known = watches.map(({ kind, watch }) =>
      watch.objects()?.map(({ name, text }) => ({ path: `${PREFIX}${kind}/${name}`, text })),
    );
    return known.every((files) => files !== undefined) ? known.flat() : kept;
  }

  function keepFiles(files: readonly PolicyFile[]): void {
    const text = JSON.stringify(files);
    if (text === JSON.stringify(kept)) return;
    kept = files;
    try {
      writeKeptFile(path, text);
    } catch (error) {
      log(
        'error',
        `the cluster’s policies can not be kept for the next start in ${path}: ${reasonOf(error)}`,
      );
    }
  }

  function noteChange(): void {
    unrestSince ??= performance.now();
    const left = unrestSince + LONGEST_UNREST - performance.now();
    clearTimeout(timer);
    timer = setTimeout(tellChange, Math.max(0, Math.min(REST, left)));
  }

  function tellChange(): void {
    unrestSince = undefined;
    const now = JSON.stringify(current());
    if (now === followed) return;
    followed = now;
    onChange?.();
  }

  const watches = KINDS.map((kind) => ({
    kind,
    watch: watchObjects({
      path: customResourcePath(kind),
      address: () => findApiServer({ ...(kubeconfig !== undefined && { kubeconfig }), environment }),
      textOf: (object) => textOf(kind, object),
      longest: longestTexts(limits.memoryMebibytes),
      onChange: noteChange,
      onFailure(reason) {
        if (reason === undefined) log('info', `each ${kind} of the cluster is known again`);
        else
          log(
            'error',
            `nothing new of each ${kind} of the cluster, those known go on: ${textOfFailure(reason)}`,
          );
      },
    }),
  }));

  return {
    async start(signal = NEVER) {
      const limit = new AbortController();
      await Promise.race([
        Promise.all(watches.map(({ watch }) => watch.firstTry)),
        sleep(START_LIMIT, AbortSignal.any([limit.signal, signal])),
      ]);
      limit.abort();
    },
    current,
    candidates() {
      const all = [current(), kept, []];
      const texts = all.map((files) => JSON.stringify(files));
      return all.filter((_, index) => texts.indexOf(texts[index] as string) === index);
    },
    keep: ({ policyFiles }) => keepFiles(policyFiles.filter(isClusterFile)),
    follow(running, whenChanged) {
      followed = JSON.stringify(running);
      onChange = whenChanged;
      if (followed === JSON.stringify(current())) keepFiles(running);
      else tellChange();
    },
    async close() {
      clearTimeout(timer);
      onChange = undefined;
      await Promise.all(watches.map(({ watch }) => watch.close()));
      clearTimeout(timer);
    },
  };
}

/** Whether it is an object of a cluster rather than a file. */
export function isClusterFile({ path }: PolicyFile): boolean {
  return path.startsWith(PREFIX);
}

/** The object as a file would have it: what the API server adds to it changes without its meaning anything else. */
function textOf(kind: ObjectKind, { metadata: { name }, apiVersion, spec }: ApiObject): string {
  return stringify({ apiVersion, kind, metadata: { name }, spec });
}

function textOfFailure(reason: Error): string {
  const hint = isSeawallError(reason, 'kube/API_OBJECT_NOT_FOUND')
    ? '; kubectl apply what seawall policies schema --custom-resources prints'
    : '';
  return reason.message + hint;
}
