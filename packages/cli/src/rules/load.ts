import { type FileResult, type LoadOptions, type LoadResult, loadRules, type RuleFile } from '@seawall/rules';
import { expandFolders, nameOfPath, readWhole } from '../input/open.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { catalogues } from './catalogues.ts';

/**
 * Reads and loads rule files as one rule set; a folder stands for the rule files in it.
 * @throws cli/FILE_UNREADABLE, cli/INPUT_DAMAGED. What is wrong with the rules is in the result.
 */
export async function loadRuleFiles(
  paths: readonly string[],
  terminal: Terminal,
  options: LoadOptions = {},
): Promise<LoadResult> {
  const files: RuleFile[] = [];
  for (const path of await expandFolders(paths)) {
    const bytes = await readWhole(path, terminal);
    files.push({ name: nameOfPath(path), content: new TextDecoder().decode(bytes) });
  }
  return loadRules(files, catalogues, options);
}

export function countMessages(files: readonly FileResult[], severity: 'error' | 'warning'): number {
  return files.reduce(
    (sum, { messages }) => sum + messages.filter((message) => message.severity === severity).length,
    0,
  );
}
