import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { type Clock, reasonOf } from '@seawall/base';
import type { PolicyFile } from '@seawall/policies';
import { z } from 'zod';
import type { AgentConfiguration } from '../configuration/configuration.ts';
import type { SetTexts } from '../rule-set/load-running-set.ts';
import { longestTexts } from '../rule-set/read-set-texts.ts';
import { isClusterFile } from './cluster-policies.ts';
import { createAllowance } from './folders.ts';
import { writeKeptFile } from './kept-file.ts';
import type { AgentOptions } from './options.ts';
import { isSystemError } from './system-error.ts';

/** Rules and policies of files as they were last taken over. */
export interface Kept {
  /** Milliseconds since the epoch: when just these were first taken over. */
  readonly since: number;
  /** @throws agent/TEXTS_TOO_LONG */
  textsWith(objects: readonly PolicyFile[]): SetTexts;
}

/** What an agent is started with where the files that it should be started with do not load. */
export interface KeptSet {
  /** @returns undefined where nothing was ever kept, or what was kept can't be read any more: the log says so then. */
  read(): Kept | undefined;
  /** These run now. What of a cluster is among them is kept elsewhere. */
  keep(texts: SetTexts): void;
  /** Tries again where it could not be written. */
  retry(): void;
}

/** JSON writes some characters with six; with the first line, what may be kept is not longer than that. */
const LONGEST_ESCAPE = 6;
const HEAD_BYTES = 1024;

const keptHead = z.strictObject({ format: z.literal(1), since: z.number(), sha256: z.string() });

const keptTexts = z.strictObject({
  ruleFiles: z.array(
    z.strictObject({
      name: z.string(),
      content: z.string(),
      meaning: z.enum(['today', '2017']).optional(),
    }),
  ),
  policyFiles: z.array(z.strictObject({ path: z.string(), text: z.string() })),
  matching: z.enum(['all', 'first']),
});

/**
 * Keeps them beside the store, in one file: a line on what follows, by which damage is noticed, and the texts.
 */
export function createKeptSet(
  { store, limits }: Pick<AgentConfiguration, 'store' | 'limits'>,
  { log, clock }: Pick<AgentOptions, 'log'> & { readonly clock: Clock },
): KeptSet {
  const path = `${store.path}.running-set`;
  const longest = longestTexts(limits.memoryMebibytes);
  /** What could not be written yet. */
  let owed: string | undefined;

  function load(): { readonly since: number; readonly body: string } {
    const facts = statSync(path);
    if (!facts.isFile()) throw new Error('it is no file');
    if (facts.size > longest * LONGEST_ESCAPE + HEAD_BYTES) throw new Error('it is too long');
    const text = readFileSync(path, 'utf8');
    const end = text.indexOf('\n');
    const { since, sha256 } = keptHead.parse(JSON.parse(text.slice(0, end)));
    const body = text.slice(end + 1);
    if (digestOf(body) !== sha256) throw new Error('it is damaged');
    return { since, body };
  }

  /** Whether just this is there already: then it stays, with its time. */
  function isThere(body: string): boolean {
    try {
      return load().body === body;
    } catch {
      return false;
    }
  }

  function write(body: string): void {
    const isFirstTry = owed === undefined;
    owed = body;
    try {
      const head = { format: 1, since: clock.now(), sha256: digestOf(body) };
      if (!isThere(body)) writeKeptFile(path, `${JSON.stringify(head)}\n${body}`);
      if (!isFirstTry) log('info', `rules and policies are kept for the next start in ${path}`);
      owed = undefined;
    } catch (error) {
      if (!isFirstTry) return;
      log('error', `rules and policies can not be kept for the next start in ${path}: ${reasonOf(error)}`);
    }
  }

  return {
    read() {
      try {
        const { since, body } = load();
        const { ruleFiles, policyFiles, matching } = keptTexts.parse(JSON.parse(body));
        return {
          since,
          textsWith(objects) {
            const allowance = createAllowance(longest);
            for (const { name, content } of ruleFiles) allowance.takeText(name, content);
            const all = [...policyFiles, ...objects];
            for (const file of all) allowance.takeText(file.path, file.text);
            return { ruleFiles, policyFiles: all, matching };
          },
        };
      } catch (error) {
        if (!isSystemError(error, 'ENOENT') && !isSystemError(error, 'ENOTDIR')) {
          log(
            'error',
            `${path}, with the rules and policies last taken over, can not be read: ${reasonOf(error)}`,
          );
        }
        return undefined;
      }
    },
    keep({ ruleFiles, policyFiles, matching }) {
      const texts = {
        ruleFiles,
        policyFiles: policyFiles.filter((file) => !isClusterFile(file)),
        matching,
      };
      write(JSON.stringify(texts));
    },
    retry() {
      if (owed !== undefined) write(owed);
    },
  };
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
