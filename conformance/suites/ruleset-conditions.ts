import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalText, conditionText, parseCondition } from '@seawall/rules';
import type { Failure, Suite } from '../suite.ts';

interface Vector {
  readonly file: string;
  readonly name: string;
  readonly condition: string;
  readonly accept: boolean;
  readonly as_string: string;
}

export const suite: Suite = {
  file: 'ruleset_conditions.json',
  title: 'published conditions parse, with the same canonical text, and can be written again',
  async run(folder) {
    const vectors = JSON.parse(await readFile(join(folder, this.file), 'utf8')) as Vector[];
    const failures: Failure[] = [];
    for (const vector of vectors) {
      const detail = differenceOf(vector);
      if (detail !== undefined) failures.push({ name: `${vector.file} ${vector.name}`, detail });
    }
    return { passed: vectors.length - failures.length, total: vectors.length, failures };
  },
};

function differenceOf(vector: Vector): string | undefined {
  try {
    const tree = parseCondition(vector.condition);
    if (!vector.accept) return 'accepted';
    const text = canonicalText(tree);
    if (text !== vector.as_string) return `canonical text ${text} instead of ${vector.as_string}`;
    const again = canonicalText(parseCondition(conditionText(tree)));
    return again === text ? undefined : `written again it means ${again}`;
  } catch (error) {
    return vector.accept ? `refused: ${(error as Error).message}` : undefined;
  }
}
