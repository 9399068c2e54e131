import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suggestedOutput } from '../../../packages/agent/src/index.ts';
import { createSyscallCatalogue } from '../../../packages/inspector/src/index.ts';
import {
  type LoadOptions,
  type LoadResult,
  lintRuleSet,
  loadRules,
  renderLintFinding,
  renderLoadMessage,
} from '../../../packages/rules/src/index.ts';

const NAMES = join(import.meta.dirname, '../../../rules/compat/names-of-2017.yaml');

export const catalogue = createSyscallCatalogue();

/** A block of rules that an article prints. */
export interface Snippet {
  readonly article: string;
  /** Name of its rule: each has one. */
  readonly rule: string;
  /** As printed, without the indentation of the whole. */
  readonly text: string;
}

/** @param folder that of the articles. */
export function readSnippets(folder: string): readonly Snippet[] {
  return ['hardening-kube-system.md', 'securing-kubelet-etcd-registry.md'].flatMap((article) =>
    ruleBlocks(readFileSync(join(folder, article), 'utf8')).map((text) => ({
      article,
      rule: /^- rule: (.*)$/m.exec(text)?.[1] ?? '',
      text,
    })),
  );
}

/** The indented blocks of an article that are rules, without their indentation. */
function ruleBlocks(article: string): readonly string[] {
  return article
    .replaceAll('\r', '')
    .split(/\n(?! {4}| *\n)/)
    .flatMap((part) => part.match(/(?:^ {4}.*\n?|^\s*\n)+/gm) ?? [])
    .map((block) => block.replace(/^ {4}/gm, '').trim())
    .filter((block) => /^- (?:rule|macro|list): /.test(block) && block.includes('- rule:'));
}

/** What the keys of one snippet, one column short, were meant to be: as the diagnosis says to write them. */
export function mend(text: string): string {
  return text.replace(/^ (?=\w)/gm, '  ');
}

/** Loads rules of an article with our names of 2017, or with other macros, in front of them. */
export function loadSnippet(text: string, options: LoadOptions = {}, macros?: string): LoadResult {
  const before = macros ?? readFileSync(NAMES, 'utf8');
  const files = [
    { name: 'names.yaml', content: before },
    { name: 'article.yaml', content: text },
  ];
  return loadRules(files, [catalogue], { extraOutput: suggestedOutput, ...options });
}

/** Everything that loading and lints say of the article's own lines. */
export function messagesOf({ files, ruleSet }: LoadResult): readonly string[] {
  const told = files.flatMap(({ messages }) => messages.map(renderLoadMessage));
  const lints = ruleSet === undefined ? [] : lintRuleSet(ruleSet, [catalogue]).map(renderLintFinding);
  return [...new Set([...told, ...lints])].filter((message) => message.startsWith('article.yaml:'));
}
