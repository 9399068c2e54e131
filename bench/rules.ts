import { readFileSync } from 'node:fs';
import { createSyscallCatalogue, type EventContext } from '@seawall/inspector';
import { type CompilableRule, loadRules } from '@seawall/rules';

export const catalogue = createSyscallCatalogue();

/**
 * All rules about system calls of these files, those too that the files disable: 12 of the 93 stock rules are. (Falco's own
 * figures are those of a run with the enabled ones.)
 * @throws Error when they don't load.
 */
export function loadBenchmarkRules(paths: readonly string[]): readonly CompilableRule<EventContext>[] {
  const { ruleSet, files } = loadRules(
    paths.map((name) => ({ name, content: readFileSync(name, 'utf8') })),
    [catalogue],
  );
  if (ruleSet === undefined) {
    throw new Error(`the rules don't load: ${JSON.stringify(files.map(({ messages }) => messages[0]))}`);
  }
  const rules = ruleSet.rules.filter(({ source }) => source === catalogue.source);
  return rules as unknown as readonly CompilableRule<EventContext>[];
}
