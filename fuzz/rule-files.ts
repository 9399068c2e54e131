import { createSyscallCatalogue } from '@seawall/inspector';
import { createAuditCatalogue } from '@seawall/kube';
import { describeRuleSet, loadRules, renderLoadMessage } from '@seawall/rules';
import { feedTexts } from './support/feed-texts.ts';
import { mutateRuleFile, seedRuleFiles } from './support/mutate-rule-file.ts';
import { createRandom } from './support/random.ts';

export const title = 'mutated rule files: loaded or refused with a place, never a crash or a hang';

/** @returns how many files were accepted and refused. @throws at the first crash, hang or error without a place. */
export async function run({ seed, iterations = 20_000 }: { seed: number; iterations: number | undefined }) {
  const random = createRandom(seed);
  const catalogues = [createSyscallCatalogue(), createAuditCatalogue()];
  const accepted = await feedTexts({
    ...{ seed, iterations, slowest: 5_000 },
    make: () => mutateRuleFile(random, seedRuleFiles),
    feed: (content) => loadOnce(content, catalogues),
  });
  return `${iterations} files: ${accepted} accepted, ${iterations - accepted} refused`;
}

function loadOnce(content: string, catalogues: Parameters<typeof loadRules>[1]): boolean {
  const { files, ruleSet } = loadRules([{ name: 'fuzz.yaml', content }], catalogues);
  for (const message of files[0]!.messages) {
    const { line, column } = message.place;
    if (!(line >= 1 && column >= 1)) throw new Error(`no place: ${message.message}`);
    if (!renderLoadMessage(message).startsWith(`fuzz.yaml:${line}:${column}: `)) {
      throw new Error(`not rendered with its place: ${message.message}`);
    }
  }
  if (ruleSet === undefined) return false;
  describeRuleSet(ruleSet, catalogues);
  return true;
}
