import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { createSyscallCatalogue } from '@seawall/inspector';
import { type ComparisonOutcome, compareRuleSets } from '../packages/agent/src/testing/compare-rule-sets.ts';
import { locateShared } from '../test/shared.ts';

export const title = 'random rule sets, compiled and interpreted, over real captures';

/** @throws Error at the first event about which compiler and interpreter disagree. */
export async function run({
  seed,
  iterations = 2000,
}: {
  seed: number;
  iterations?: number;
}): Promise<string> {
  const shared = locateShared('conformance', 'captures');
  const captures = [
    join(import.meta.dirname, '../examples/control-plane/attack.scap.gz'),
    ...(shared !== undefined && existsSync(shared) ? globSync(`${shared}/*.scap`) : []),
  ];
  const ruleSets = Math.max(1, Math.round(iterations / captures.length));
  const outcomes: ComparisonOutcome[] = [];
  for (const capture of captures) {
    for (const isCrowded of [false, true]) {
      outcomes.push(
        await compareRuleSets(capture, createSyscallCatalogue(), {
          seed,
          ruleSets,
          rulesPerSet: isCrowded ? 80 : 20,
          maximumEvents: 5000,
          isCrowded,
        }),
      );
    }
  }
  const sum = (key: 'ruleSets' | 'rules' | 'mixed') =>
    outcomes.reduce((total, outcome) => total + outcome[key], 0);
  return `${sum('ruleSets')} rule sets over ${captures.length} captures agree; ${sum('mixed')} of ${sum('rules')} conditions both hold and fail`;
}
