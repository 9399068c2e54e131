import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  type Alert,
  containerInfoOf,
  createCaptureWatch,
  defaultDropPolicy,
  suggestedOutput,
} from '../../packages/agent/src/index.ts';
import { createSyscallCatalogue } from '../../packages/inspector/src/index.ts';
import { readContainerMetadata } from '../../packages/kube/src/index.ts';
import { loadRules, renderLoadMessage } from '../../packages/rules/src/index.ts';
import { locateShared } from '../../test/shared.ts';
import type { AcceptanceResult } from '../row.ts';

export const title =
  "the articles' rules, pasted as they are, with our macros: they load, or are diagnosed as traps.md says, and fire (replayed)";

const ROOT = join(import.meta.dirname, '../..');

interface Expected {
  /** A text that the snippet holds and no other does. */
  readonly holds: string;
  /** What loading says where the snippet is no YAML; `mended` then makes it what was meant. */
  readonly diagnosis?: RegExp;
  readonly mended?: (snippet: string) => string;
  /** Alerts that there must be, by parts of their text. */
  readonly fires: readonly RegExp[];
  readonly isQuietAbout?: RegExp;
}

/** What each snippet is to raise on the recorded attack. Rules of 2017 have no scope: that is the policy's business. */
const EXPECTED: readonly Expected[] = [
  {
    holds: 'Etcd allowed processes',
    fires: [/Unauthorized process \(ls/, /Unauthorized process \(ps aux\)/],
    isQuietAbout: /process \(etcd /,
  },
  {
    holds: 'Unallowed container running',
    fires: [/Unallowed container running in kube-system.*acmetools\/toolbox/],
  },
  {
    holds: 'Read secret file after startup',
    fires: [/file=\/etc\/secrets\/token/, /file=\/etc\/secrets\/tsig\.key/],
    isQuietAbout: /command=cat \/etc\/secrets\/token/,
  },
  {
    holds: 'Pod connecting to kubelet',
    diagnosis: /:2:2: error: the key 'condition' stands one column too far to the left/,
    mended: (snippet) => snippet.replace(/^ (?=\w)/gm, '  '),
    fires: [/->127\.0\.0\.1:10250/, /->127\.0\.0\.1:10255/, /->127\.0\.0\.1:10248/],
  },
  { holds: 'User management operations', fires: [/command=passwd postgres/, /command=useradd/] },
  {
    holds: 'Write to non write allowed dir',
    fires: [/file=\/etc\/nsswitch\.conf/, /file=\/opt\/cache\/stage2/, /file=\/usr\/bin\/x/],
    isQuietAbout: /file=\/var\/lib\/etcd\/note\.txt/,
  },
  {
    holds: 'Unauthorized process opened a port',
    fires: [/command=nc -l -p 4444/],
    isQuietAbout: /command=kube-proxy/,
  },
  {
    holds: 'Unauthorized process opened an outbound connection',
    fires: [/command=wget -q -O - http.*:80\)/],
    isQuietAbout: /command=kube-apiserver/,
  },
  { holds: 'Unexpected NodePort connection', fires: [/:30080\)/, /:31337\)/] },
];

export async function run(): Promise<AcceptanceResult> {
  const articles = locateShared('articles');
  if (articles === undefined) return { skipped: 'there are no shared articles (set SEAWALL_SHARED)' };
  const names = ['hardening-kube-system.md', 'securing-kubelet-etcd-registry.md'];
  const snippets = names.flatMap((name) => ruleSnippets(readFileSync(join(articles, name), 'utf8')));
  const wrong: string[] = [];
  let fired = 0;
  for (const snippet of snippets) {
    const expected = EXPECTED.find(({ holds }) => snippet.includes(holds));
    if (expected === undefined) {
      wrong.push(`nobody knows what to expect of: ${snippet.slice(0, 60)}`);
      continue;
    }
    const problems = await tryOut(snippet, expected);
    if (problems.length === 0) fired += 1;
    wrong.push(...problems.map((problem) => `${expected.holds}: ${problem}`));
  }
  const unseen = EXPECTED.filter(({ holds }) => !snippets.some((snippet) => snippet.includes(holds)));
  wrong.push(...unseen.map(({ holds }) => `no article holds ${holds}`));
  for (const problem of wrong) process.stderr.write(`  ${problem}\n`);
  const figure = `${fired} of ${snippets.length} snippets load or are diagnosed, and fire`;
  return { figure, passed: wrong.length === 0 };
}

/** The indented blocks of an article that are rules, without their indentation. */
function ruleSnippets(article: string): readonly string[] {
  return article
    .replaceAll('\r', '')
    .split(/\n(?! {4}| *\n)/)
    .flatMap((part) => part.match(/(?:^ {4}.*\n?|^\s*\n)+/gm) ?? [])
    .map((block) => block.replace(/^ {4}/gm, '').trim())
    .filter((block) => /^- (?:rule|macro|list): /.test(block) && block.includes('- rule:'));
}

async function tryOut(snippet: string, expected: Expected): Promise<readonly string[]> {
  const problems: string[] = [];
  let text = snippet;
  if (expected.diagnosis !== undefined && expected.mended !== undefined) {
    const messages = loadSnippet(text).files.flatMap((file) => file.messages.map(renderLoadMessage));
    if (!messages.some((message) => expected.diagnosis?.test(message))) {
      problems.push(`not diagnosed as it should be: ${messages[0]}`);
    }
    text = expected.mended(text);
  }
  const { ruleSet, files } = loadSnippet(text);
  if (ruleSet === undefined) {
    return [
      ...problems,
      `does not load: ${files.flatMap((file) => file.messages.map(renderLoadMessage))[0]}`,
    ];
  }
  const alerts: Alert[] = [];
  const recording = locateShared('captures/control-plane/a/attack-a') as string;
  const metadata = `${recording}.containers.json.gz`;
  await createCaptureWatch({
    rules: ruleSet.rules,
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
  const missing = expected.fires.filter((part) => !alerts.some(({ message }) => part.test(message)));
  problems.push(...missing.map((part) => `does not fire: ${part}`));
  const loud = alerts.find(({ message }) => expected.isQuietAbout?.test(message));
  if (loud !== undefined) problems.push(`should be quiet: ${loud.message}`);
  return problems;
}

const catalogue = createSyscallCatalogue();

function loadSnippet(snippet: string) {
  const names = 'rules/compat/names-of-2017.yaml';
  const files = [
    { name: names, content: readFileSync(join(ROOT, names), 'utf8') },
    { name: 'article.yaml', content: snippet },
  ];
  return loadRules(files, [catalogue], { meaning: '2017', extraOutput: suggestedOutput });
}
