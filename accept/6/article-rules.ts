import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { containerdMissing, dockerMissing } from '@seawall/kube/testing';
import { probeSupport } from '@seawall/probe';
import {
  type Alert,
  containerInfoOf,
  createCaptureWatch,
  defaultDropPolicy,
} from '../../packages/agent/src/index.ts';
import { readContainerMetadata } from '../../packages/kube/src/index.ts';
import { canonicalText, type RuleSet, renderLoadMessage } from '../../packages/rules/src/index.ts';
import { locateShared } from '../../test/shared.ts';
import type { AcceptanceResult } from '../row.ts';
import { ARTICLE_CASES, type ArticleCase } from './support/article-cases.ts';
import { EXPECTATIONS, type Expectation } from './support/article-expectations.ts';
import {
  catalogue,
  loadSnippet,
  mend,
  messagesOf,
  readSnippets,
  type Snippet,
} from './support/article-snippets.ts';
import { startCaseRuntime } from './support/case-container.ts';
import { tryLive } from './support/try-live.ts';

export const title =
  "the articles' rules, pasted as they are, with our macros: load (or are diagnosed as traps.md says) and fire in a live container, one test each";

/** A rule of an article, and what was found wrong with it so far. */
interface Tried {
  readonly snippet: Snippet;
  readonly faults: string[];
  isLoaded: boolean;
  readonly firedIn: string[];
}

export async function run(): Promise<AcceptanceResult> {
  const articles = locateShared('articles');
  if (articles === undefined) return { skipped: 'there are no shared articles (set SEAWALL_SHARED)' };
  const support = probeSupport();
  if (!support.isSupported) return { skipped: support.reason };
  const obstacles = { containerd: containerdMissing(), Docker: dockerMissing() };
  if (obstacles.containerd !== false && obstacles.Docker !== false) return { skipped: obstacles.containerd };

  const tried = readSnippets(articles).map(
    (snippet): Tried => ({ snippet, faults: [], isLoaded: false, firedIn: [] }),
  );
  for (const one of tried) await tryRecorded(one);
  const faults = [...missingRules(tried), ...allTogether(tried)];
  const runtimes = (['containerd', 'Docker'] as const).filter((name) => obstacles[name] === false);
  for (const name of runtimes) await tryAllLive(name, tried);

  for (const { snippet, isLoaded, firedIn, faults: own } of tried) {
    const loading = isLoaded
      ? isPrintedWrong(snippet)
        ? 'diagnosed, mended, loaded'
        : 'loaded'
      : 'not loaded';
    const firing = firedIn.length === 0 ? 'did not fire live' : `fired live in ${firedIn.join(' and ')}`;
    process.stderr.write(`  ${snippet.rule} (${snippet.article}): ${loading}; ${firing}\n`);
    for (const fault of own) process.stderr.write(`    ${fault}\n`);
  }
  for (const fault of faults) process.stderr.write(`  ${fault}\n`);
  const loaded = tried.filter(({ isLoaded }) => isLoaded).length;
  const fired = runtimes.map(
    (name) => `${tried.filter(({ firedIn }) => firedIn.includes(name)).length} fired live in ${name}`,
  );
  return {
    figure: [`${tried.length} rules printed`, `${loaded} loaded`, ...fired].join(', '),
    passed: faults.length === 0 && tried.every((one) => one.faults.length === 0),
  };
}

function expectationOf({ rule }: Snippet): Expectation | undefined {
  return EXPECTATIONS.find((expected) => expected.rule === rule);
}

/** Whether it is diagnosed as no YAML (row 3 of traps.md). */
function isPrintedWrong({ text }: Snippet): boolean {
  return loadSnippet(text).ruleSet === undefined;
}

/** What is loaded in the end: the text as printed, or as its diagnosis says to write it. */
function meantBy(snippet: Snippet): string {
  return isPrintedWrong(snippet) ? mend(snippet.text) : snippet.text;
}

function missingRules(tried: readonly Tried[]): readonly string[] {
  return EXPECTATIONS.filter(({ rule }) => !tried.some(({ snippet }) => snippet.rule === rule)).map(
    ({ rule }) => `no article holds ${rule}`,
  );
}

/** Loads it, looks at what is said of it, and replays the recorded attack through it. */
async function tryRecorded(one: Tried): Promise<void> {
  const { snippet, faults } = one;
  const expected = expectationOf(snippet);
  if (expected === undefined) {
    faults.push('nobody knows what to expect of it');
    return;
  }
  const told = messagesOf(loadSnippet(snippet.text)).join('\n');
  for (const [trap, message] of expected.diagnoses) {
    if (!message.test(told))
      faults.push(`row ${trap} of traps.md: nothing said like ${message}; but: ${told}`);
  }
  faults.push(...otherDiagnoses(snippet));
  const { ruleSet, files } = loadSnippet(meantBy(snippet), { meaning: '2017' });
  if (ruleSet === undefined) {
    faults.push(`does not load: ${files.flatMap((file) => file.messages.map(renderLoadMessage))[0]}`);
    return;
  }
  one.isLoaded = true;
  const alerts = await replay(ruleSet);
  const missing = expected.fires.filter((part) => !alerts.some(({ message }) => part.test(message)));
  faults.push(...missing.map((part) => `does not fire on the recording: ${part}`));
  const loud = alerts.find(({ message }) => expected.isQuietAbout?.test(message));
  if (loud !== undefined) faults.push(`should be quiet on the recording: ${loud.message}`);
}

/** What traps.md says and no message tells, or only beside other macros or with another meaning. */
function otherDiagnoses({ rule, text }: Snippet): readonly string[] {
  const { ruleSet } = loadSnippet(text, { meaning: '2017' });
  const of2017 = ruleSet?.rules[0];
  switch (rule) {
    case 'Etcd allowed processes':
      return /not proc\.name in etcd\)?$/.test(canonicalText(of2017!.condition))
        ? []
        : ['row 6 of traps.md: the list without parentheses is not the list'];
    case 'Unallowed container running in kube-system namespace':
      return of2017!.output.includes('namespace (%container.name (id=%container.id))')
        ? []
        : ['row 4 of traps.md: %container.info shows no container'];
    case 'Write to non write allowed dir (etcd)':
      return /evt\.arg\.name startswith \/var\/lib\/etcd/.test(canonicalText(of2017!.condition)) &&
        !messagesOf(loadSnippet(text, { meaning: '2017' })).some((told) => told.includes('[argument-index]'))
        ? []
        : ['row 1 of traps.md: with the meaning of 2017 argument 1 is not the path'];
    case 'Pod connecting to kubelet':
      return neverTrueToday(mend(text))
        ? []
        : ["row 2 of traps.md: nobody says that today's outbound macro keeps it from ever firing"];
    default:
      return [];
  }
}

function neverTrueToday(text: string): boolean {
  const stock = locateShared('conformance', 'stock-rules', 'falco_rules.yaml');
  if (stock === undefined) return true;
  const told = messagesOf(loadSnippet(text, {}, readFileSync(stock, 'utf8')));
  return told.some(
    (message) => message.includes('[never-true]') && message.includes('(from macro outbound)'),
  );
}

async function replay({ rules }: RuleSet): Promise<readonly Alert[]> {
  const alerts: Alert[] = [];
  const recording = locateShared('captures/control-plane/a/attack-a') as string;
  const metadata = `${recording}.containers.json.gz`;
  await createCaptureWatch({
    rules,
    isFirstOnly: false,
    isIsoTime: false,
    hostname: 'node',
    catalogue,
    containers: readContainerMetadata(gunzipSync(readFileSync(metadata)), metadata).map(containerInfoOf),
    drops: defaultDropPolicy,
    input: `${recording}.scap.gz`,
    inputName: recording,
    onAlert: (alert) => alerts.push(alert),
  }).run();
  return alerts;
}

/** All snippets of the first article are one file as well. */
function allTogether(tried: readonly Tried[]): readonly string[] {
  const [first] = tried;
  const ofFirst = tried.filter(({ snippet }) => snippet.article === first?.snippet.article);
  const { ruleSet } = loadSnippet(ofFirst.map(({ snippet }) => meantBy(snippet)).join('\n'), {
    meaning: '2017',
  });
  return ruleSet?.rules.length === ofFirst.length
    ? []
    : ['the rules of the first article do not load as one file'];
}

/** Rules without a scope fall behind where much happens in other containers: then it is tried once more. */
const ATTEMPTS = 2;

async function tryAllLive(name: 'containerd' | 'Docker', tried: readonly Tried[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'seawall-accept-'));
  try {
    const runtime = await startCaseRuntime(name, folder);
    try {
      const attempt = async (one: ArticleCase, snippet: Snippet): Promise<readonly string[]> => {
        let wrong: readonly string[] = [];
        for (let count = 0; count < ATTEMPTS; count += 1) {
          wrong = await tryLive(runtime, one, meantBy(snippet), folder);
          if (wrong.length === 0) return wrong;
          process.stderr.write(`  ${one.rule} in ${name}: ${wrong.join('; ')}\n`);
        }
        return wrong;
      };
      for (const { snippet, faults, firedIn } of tried) {
        const one = ARTICLE_CASES.find(({ rule }) => rule === snippet.rule);
        const wrong = one === undefined ? ['there is no live test of it'] : await attempt(one, snippet);
        if (wrong.length === 0) firedIn.push(name);
        faults.push(...wrong.map((fault) => `live in ${name}: ${fault}`));
      }
    } finally {
      await runtime.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
