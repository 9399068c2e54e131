import { isSeawallError } from '@seawall/base';
import { createInspector, createSyscallCatalogue } from '@seawall/inspector';
import {
  bindCondition,
  canonicalText,
  conditionText,
  createOutputFormat,
  explainCondition,
  interpret,
  matchingCodes,
  parseCondition,
} from '@seawall/rules';
import { mutateConditions } from '../packages/rules/src/condition/mutate.ts';

export const title =
  'damaged conditions: parsed, written again, bound, evaluated and explained, or refused with a place';

/** How long a single condition may take: far more than any does, far less than a hang. */
const longestMilliseconds = 2000;

export async function run(options: {
  readonly seed: number;
  readonly iterations: number | undefined;
}): Promise<string> {
  const catalogue = createSyscallCatalogue();
  const { context } = createInspector();
  const universe = { all: [0, 1], codes: () => [1] };
  const counts = { parsed: 0, bound: 0, refused: 0 };
  const count = options.iterations ?? 100_000;
  for (const text of mutateConditions({ seed: options.seed, count })) {
    const start = performance.now();
    refusable(text, counts, () => {
      const tree = parseCondition(text);
      counts.parsed++;
      if (
        canonicalText(parseCondition(conditionText(tree), { readsHexadecimal: true })) !== canonicalText(tree)
      ) {
        throw new Error(`written again it differs: ${JSON.stringify(text)}`);
      }
      refusable(text, counts, () => matchingCodes(tree, universe));
      const bound = bindCondition(tree, catalogue);
      counts.bound++;
      if (explainCondition(bound, context).holds !== interpret(bound)(context)) {
        throw new Error(`explained otherwise than evaluated: ${JSON.stringify(text)}`);
      }
    });
    refusable(text, counts, () => createOutputFormat(`%${text}`, catalogue).text(context));
    if (performance.now() - start > longestMilliseconds)
      throw new Error(`took too long: ${JSON.stringify(text)}`);
  }
  return `${count} conditions: ${counts.parsed} parsed, ${counts.bound} bound, ${counts.refused} refusals, each with its place`;
}

/** Runs something that may refuse the text, but only with an error of the catalogue that names a place in it. */
function refusable(text: string, counts: { refused: number }, run: () => void): void {
  try {
    run();
  } catch (error) {
    const index = isSeawallError(error) ? error.details.index : undefined;
    if (typeof index !== 'number' || index < 0 || index > text.length) {
      throw new Error(`failed on ${JSON.stringify(text)}`, { cause: error });
    }
    counts.refused++;
  }
}
