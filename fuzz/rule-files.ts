import { createSyscallCatalogue } from '@seawall/inspector';
import { createAuditCatalogue } from '@seawall/kube';
import { describeRuleSet, loadRules, renderLoadMessage } from '@seawall/rules';
import { mutateRuleFile, seedRuleFiles } from './support/mutate-rule-file.ts';
import { createRandom } from './support/random.ts';

export const title = 'mutated rule files: loaded or refused with a place, never a crash or a hang';

/** The longest that one file may take: what is slower counts as hanging. */
const slowestMilliseconds = 5_000;

/** @returns how many files were accepted and refused. @throws at the first crash, hang or error without a place. */
export async function run({ seed, iterations = 20_000 }: { seed: number; iterations: number | undefined }) {
  const random = createRandom(seed);
  const catalogues = [createSyscallCatalogue(), createAuditCatalogue()];
  let accepted = 0;
  for (let i = 0; i < iterations; i++) {
    const content = mutateRuleFile(random, seedRuleFiles);
    const start = performance.now();
    try {
      accepted += loadOnce(content, catalogues) ? 1 : 0;
    } catch (error) {
      throw new Error(`seed ${seed}, file ${i}: ${JSON.stringify(content)}`, { cause: error });
    }
    const elapsed = performance.now() - start;
    if (elapsed > slowestMilliseconds) {
      throw new Error(`seed ${seed}, file ${i} took ${Math.round(elapsed)} ms: ${JSON.stringify(content)}`);
    }
  }
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
