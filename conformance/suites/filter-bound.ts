import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isSeawallError } from '@seawall/base';
import { createInspector, createSyscallCatalogue, type EventContext } from '@seawall/inspector';
import { type BoundCondition, bindCondition, interpret, parseCondition } from '@seawall/rules';
import { type Failure, parserOfVectors, type Suite } from '../suite.ts';

interface Step {
  readonly op: string;
  readonly arg?: string;
  readonly result?: boolean;
  readonly error?: string;
  readonly throws?: string;
}

export const suite: Suite = {
  file: 'sinsp_event_vectors.json: conditions',
  title:
    'conditions are accepted or refused over the catalogue of fields; those of constants alone have their verdict',
  async run(folder) {
    const data = JSON.parse(await readFile(join(folder, 'sinsp_event_vectors.json'), 'utf8')) as {
      tests: { test: string; steps: Step[] }[];
    };
    const catalogue = createSyscallCatalogue({ staticFields: { example: 'example_value' } });
    const failures: Failure[] = [];
    const seen = new Set<string>();
    let total = 0;
    for (const { test, steps } of data.tests) {
      for (const step of steps) {
        if (step.op !== 'eval_filter' && step.op !== 'filter_compiles') continue;
        const key = `${step.op} ${step.arg} ${step.result}`;
        if (seen.has(key)) continue;
        seen.add(key);
        const refusal =
          step.throws ?? (step.op === 'filter_compiles' && !step.result ? step.error : undefined);
        total++;
        const detail = difference(step, refusal, () =>
          bindCondition(parseCondition(step.arg!, parserOfVectors), catalogue),
        );
        if (detail !== undefined) failures.push({ name: `${test}: ${step.arg}`, detail });
      }
    }
    return { passed: total - failures.length, total, failures };
  },
};

function difference(
  step: Step,
  refusal: string | undefined,
  bind: () => BoundCondition<EventContext>,
): string | undefined {
  let bound: BoundCondition<EventContext>;
  try {
    bound = bind();
  } catch (error) {
    if (!isSeawallError(error)) return `broke: ${String(error)}`;
    return refusal === undefined ? `refused: ${error.message}` : undefined;
  }
  if (refusal !== undefined) return `accepted, but Falco says: ${refusal}`;
  if (step.op !== 'eval_filter' || !isConstant(bound)) return undefined;
  const holds = interpret(bound)(createInspector().context);
  return holds === step.result ? undefined : `${holds} instead of ${step.result}`;
}

function isConstant(condition: BoundCondition<EventContext>): boolean {
  if (condition.kind === 'not') return isConstant(condition.child);
  if (condition.kind !== 'check') return condition.children.every(isConstant);
  const { left, right } = condition;
  const operands = right !== undefined && 'extract' in right ? [left, right] : [left];
  return operands.every(({ dependsOn }) => dependsOn.every((dependency) => dependency === 'constant'));
}
