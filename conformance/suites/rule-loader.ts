import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { createSyscallCatalogue } from '@seawall/inspector';
import {
  describeRuleSet,
  type FileResult,
  falcoLoadResult,
  type LoadOptions,
  loadRules,
  type RuleSet,
  type Selection,
  selectRules,
} from '@seawall/rules';
import type { Failure, Suite } from '../suite.ts';

interface Case {
  readonly test: string;
  readonly line: number;
  readonly steps: readonly Step[];
  readonly unparsed_statements?: readonly string[];
}

type Step = { readonly op: string } & Readonly<Record<string, unknown>>;

/** What the steps of one test build up. */
interface Engine {
  result: FileResult | undefined;
  ruleSet: RuleSet | undefined;
  readonly extraOutput: { format: string; source: string; tags: string[]; rule: string }[];
  readonly selections: { readonly ruleset: string; readonly selection: Selection }[];
}

const catalogues = [createSyscallCatalogue()];
const defaultRuleset = 'falco-default-ruleset';

export const suite: Suite = {
  file: 'rule_loader_vectors.json',
  title: 'rule files: success, codes, places, snippets, compiled conditions, what they use',
  async run(folder) {
    const data = JSON.parse(await readFile(join(folder, this.file), 'utf8')) as { cases: Case[] };
    const cases = data.cases.filter(({ unparsed_statements }) => unparsed_statements === undefined);
    const failures: Failure[] = [];
    for (const { test, line, steps } of cases) {
      const detail = differenceOf(steps);
      if (detail !== undefined) failures.push({ name: `${test}:${line}`, detail });
    }
    const total = cases.length;
    const count = data.cases.length - total;
    const reason = 'tests that reach into the C++ objects';
    return { passed: total - failures.length, total, failures, leftOut: { count, reason } };
  },
};

function differenceOf(steps: readonly Step[]): string | undefined {
  const engine: Engine = { result: undefined, ruleSet: undefined, extraOutput: [], selections: [] };
  for (const step of steps) {
    const difference = runStep(step, engine);
    if (difference !== undefined) return `${step.op}: ${difference}`;
  }
  return undefined;
}

function runStep(step: Step, engine: Engine): string | undefined {
  const messages = engine.result?.messages ?? [];
  switch (step.op) {
    case 'load_rules':
      return load(step, engine);
    case 'expect_schema_validation': {
      const status = engine.result?.schemaWarnings?.[0] === 'ok' ? 'ok' : 'failed';
      return expectEqual(status, step.status);
    }
    case 'expect_success':
      return expectEqual(engine.result?.isSuccessful, step.value);
    case 'expect_has_warnings':
      return expectEqual(
        messages.some(({ severity }) => severity === 'warning'),
        step.value,
      );
    case 'expect_warning_contains':
    case 'expect_error_contains': {
      const severity = step.op === 'expect_error_contains' ? 'error' : 'warning';
      const isPresent = messages.some(
        (message) => message.severity === severity && message.message.includes(step.message as string),
      );
      return expectEqual(isPresent, step.present);
    }
    case 'expect_compiled_condition':
      return expectEqual(describeOne(engine, step)?.details.condition_compiled, step.value);
    case 'expect_compiled_output':
      return expectEqual(describeOne(engine, step)?.details.output_compiled, step.value);
    case 'expect_describe':
      return expectEqual(valueAt(engine, step), step.value);
    case 'expect_describe_size':
      return expectEqual((valueAt(engine, step) as readonly unknown[]).length, step.value);
    case 'add_extra_output_format': {
      const [format, source, tags, rule] = step.args as [string, string, string[], string];
      engine.extraOutput.push({ format, source, tags, rule });
      return undefined;
    }
    case 'enable_rule':
    case 'enable_rule_exact':
    case 'enable_rule_wildcard':
    case 'enable_rule_by_tag':
      engine.selections.push({ ruleset: step.ruleset as string, selection: selectionOf(step) });
      return undefined;
    case 'expect_num_rules': {
      const ruleset = step.ruleset as string;
      const selections = engine.selections.filter((entry) => entry.ruleset === ruleset);
      const enabled = selectRules(
        engine.ruleSet?.rules ?? [],
        selections.map(({ selection }) => selection),
        ruleset !== defaultRuleset,
      );
      return expectEqual(enabled.size, step.value);
    }
    default:
      return 'unknown step';
  }
}

function load(step: Step, engine: Engine): string | undefined {
  const options: LoadOptions = { extraOutput: engine.extraOutput };
  const file = { name: step.filename as string, content: step.content as string };
  const loaded = loadRules([file], catalogues, options);
  engine.result = loaded.files[0]!;
  engine.ruleSet = loaded.ruleSet;
  const head = step.upstream_head as { load_result?: object; describe?: object };
  return (
    (step.expect_success === null
      ? undefined
      : expectEqual(engine.result.isSuccessful, step.expect_success)) ??
    (head.load_result === undefined
      ? undefined
      : expectEqual(falcoLoadResult(engine.result), head.load_result)) ??
    (head.describe === undefined || engine.ruleSet === undefined
      ? undefined
      : expectEqual(sortSets(describeRuleSet(loadPlain(file), catalogues)), sortSets(head.describe)))
  );
}

/** Falco's description was made without the extra output that the test adds. */
function loadPlain(file: { name: string; content: string }): RuleSet {
  return loadRules([file], catalogues).ruleSet!;
}

function describeOne(engine: Engine, step: Step) {
  const description = describeRuleSet(engine.ruleSet!, catalogues);
  return description.rules.find(({ info }) => info.name === step.rule);
}

function valueAt(engine: Engine, step: Step): unknown {
  const description = describeRuleSet(engine.ruleSet!, catalogues);
  const root = step.rule === null ? description : { rules: [describeOne(engine, step)] };
  return (step.path as (string | number)[]).reduce<unknown>(
    (value, key) => (value as Record<string | number, unknown> | undefined)?.[key],
    root,
  );
}

function selectionOf(step: Step): Selection {
  const isEnabled = step.enabled as boolean;
  if (step.op === 'enable_rule_by_tag') return { isEnabled, by: 'tag', tags: step.arg as string[] };
  const by = {
    enable_rule: 'substring',
    enable_rule_exact: 'name',
    enable_rule_wildcard: 'wildcard',
  } as const;
  return { isEnabled, by: by[step.op as keyof typeof by], text: step.arg as string };
}

/** Arrays of names are sets in Falco, printed in the order of a hash table. */
function sortSets(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => sortSets(item));
    const isSet = items.every((item) => typeof item === 'string') && !/^items|^output_fields/.test(key);
    return isSet ? items.sort() : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, sortSets(inner, name)]));
}

function expectEqual(actual: unknown, expected: unknown): string | undefined {
  const [left, right] = [plain(actual), plain(expected)];
  if (isDeepStrictEqual(left, right)) return undefined;
  return firstDifference(left, right, '');
}

function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

function firstDifference(actual: unknown, expected: unknown, path: string): string {
  const areObjects =
    typeof actual === 'object' && typeof expected === 'object' && actual !== null && expected !== null;
  if (areObjects) {
    const [left, right] = [actual, expected] as Record<string, unknown>[];
    for (const key of new Set([...Object.keys(left!), ...Object.keys(right!)])) {
      if (isDeepStrictEqual(left![key], right![key])) continue;
      return firstDifference(left![key], right![key], `${path}.${key}`);
    }
  }
  return `${path} is ${JSON.stringify(actual)?.slice(0, 300)}, expected ${JSON.stringify(expected)?.slice(0, 300)}`;
}
