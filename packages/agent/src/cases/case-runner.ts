import { readFileSync } from 'node:fs';
import { Writable } from 'node:stream';
import { isSeawallError, reasonOf } from '@seawall/base';
import { type CaptureSection, createCaptureWriter, EVENT_TYPE_COUNT, readCapture } from '@seawall/events';
import {
  type ContainerInfo,
  createInspector,
  type EventContext,
  processScopes,
  type SyscallCatalogue,
} from '@seawall/inspector';
import { type AuditContext, createAuditContext, readAuditInput, readContainerMetadata } from '@seawall/kube';
import {
  type CompilableRule,
  createOutputFormat,
  type FieldCatalogue,
  type OutputFormat,
  type Rule,
  type RuleSet,
  textFromBytes,
} from '@seawall/rules';
import { createAccounting } from '../accounting.ts';
import { withStar } from '../alert/create-alerts.ts';
import { containerInfoOf } from '../containers.ts';
import { errors } from '../errors.ts';
import { createCompiledMatcher } from '../replay/compiled-matcher.ts';
import type { Matcher } from '../replay/matcher.ts';
import { replayAudit } from '../replay/replay-audit.ts';
import { replayCapture } from '../replay/replay-capture.ts';
import type { RuleCase } from './case-file.ts';
import { type CountedCheck, type CountedCondition, countParts } from './count-parts.ts';
import { expectedFields, findMismatches, type RaisedAlert } from './expectations.ts';
import { createTrials, type Trials } from './mutation-trial.ts';
import { stageCase } from './stage.ts';

/** What became of one case. */
export interface CaseResult {
  readonly case: RuleCase;
  /** Empty: it passed. */
  readonly mismatches: readonly string[];
  readonly alertCount: number;
}

/** What the cases asked of one rule. */
export interface RuleCoverage {
  readonly rule: Rule;
  /** How many cases are about it, and how many of these expect it to alert. */
  readonly cases: number;
  readonly alertingCases: number;
  readonly checks: readonly CountedCheck[];
}

export interface CaseRunner {
  /** @throws agent/CASES_INVALID for a step that makes no sense; what reading a capture throws. */
  run(ruleCase: RuleCase): Promise<CaseResult>;
  /** Of every rule, in the order of the rule set. */
  coverage(): readonly RuleCoverage[];
  /** The mutants of each rule and whether its own cases noticed them; empty unless asked for. */
  readonly trials: ReadonlyMap<string, Trials>;
}

export interface CaseRunnerOptions {
  readonly ruleSet: RuleSet;
  readonly syscallCatalogue: SyscallCatalogue;
  readonly auditCatalogue: FieldCatalogue<AuditContext>;
  /** Whether to try mutants of the rules as well. */
  readonly tryMutants?: boolean;
}

/** One source's rules, made ready. */
interface Bench<Context> {
  readonly rules: readonly Rule[];
  readonly matcher: Matcher<Context>;
  readonly outputs: readonly OutputFormat<Context>[];
  readonly counted: readonly CountedCondition<Context>[];
  /** @throws agent/CASES_INVALID where the case names a field that there isn't */
  formatOf(field: string, ruleCase: RuleCase): OutputFormat<Context>;
}

const SYSCALL = 'syscall';
const HOSTNAME = 'node';

/** Plays cases against rules: each through tables and compiled rules of its own events, as events from a kernel. */
export function createCaseRunner(options: CaseRunnerOptions): CaseRunner {
  const { ruleSet, syscallCatalogue, auditCatalogue } = options;
  const calls = createBench<EventContext>(
    ruleSet.rules.filter(({ source }) => source === SYSCALL),
    syscallCatalogue,
    (rules) =>
      createCompiledMatcher(rules, {
        catalogue: syscallCatalogue,
        tracker: processScopes,
        isFirstOnly: false,
      }),
  );
  const audit = createBench<AuditContext>(
    ruleSet.rules.filter(({ source }) => source === auditCatalogue.source),
    auditCatalogue,
    (rules) => createCompiledMatcher(rules, { catalogue: auditCatalogue, isFirstOnly: false }),
  );
  const trials = new Map<string, Trials>();
  if (options.tryMutants === true) {
    for (const rule of ruleSet.rules) trials.set(rule.name, createTrials(rule));
  }
  const caseCounts = new Map<string, { cases: number; alerting: number }>();

  async function run(ruleCase: RuleCase): Promise<CaseResult> {
    const alerts: RaisedAlert[] = [];
    const collect = (alert: RaisedAlert): unknown => alerts.push(alert);
    for (const name of [...(ruleCase.rules ?? []), ...ruleCase.enable]) requireRule(name, ruleCase, ruleSet);
    const { sections, containers, auditEvents } = await stage(ruleCase);
    await playCalls(calls, ruleCase, trials, sections, containers, collect);
    await playAudit(audit, ruleCase, trials, auditEvents, collect);
    for (const name of ruleCase.rules ?? []) {
      const count = caseCounts.get(name) ?? { cases: 0, alerting: 0 };
      count.cases += 1;
      if (alerts.some(({ rule }) => rule === name)) count.alerting += 1;
      caseCounts.set(name, count);
      trials.get(name)?.endCase(ruleCase);
    }
    return { case: ruleCase, mismatches: findMismatches(ruleCase, alerts), alertCount: alerts.length };
  }

  return {
    run,
    trials,
    coverage: () =>
      ruleSet.rules.map((rule) => {
        const bench = rule.source === SYSCALL ? calls : audit;
        const counts = caseCounts.get(rule.name);
        const counted = bench.counted[(bench.rules as readonly Rule[]).indexOf(rule)];
        return {
          rule,
          cases: counts?.cases ?? 0,
          alertingCases: counts?.alerting ?? 0,
          checks: counted?.checks ?? [],
        };
      }),
  };
}

function createBench<Context>(
  rules: readonly Rule[],
  catalogue: FieldCatalogue<Context>,
  compile: (rules: readonly CompilableRule<Context>[]) => Matcher<Context>,
): Bench<Context> {
  const formats = new Map<string, OutputFormat<Context>>();
  return {
    rules,
    matcher: compile(rules as readonly CompilableRule<Context>[]),
    outputs: rules.map(({ output }) => createOutputFormat(withStar(output), catalogue)),
    counted: rules.map(({ bound }) => countParts<Context>(bound)),
    formatOf(field, ruleCase) {
      const known = formats.get(field) ?? fieldFormat(field, catalogue, ruleCase);
      formats.set(field, known);
      return known;
    },
  };
}

function fieldFormat<Context>(
  field: string,
  catalogue: FieldCatalogue<Context>,
  { file, line, name }: RuleCase,
): OutputFormat<Context> {
  try {
    return createOutputFormat(withStar(`%${field}`), catalogue);
  } catch (error) {
    if (!isSeawallError(error)) throw error;
    const problems = `${file}:${line}: ${name}: ${field} is expected: ${error.message}`;
    throw errors.create('CASES_INVALID', { problems }, error);
  }
}

function requireRule(name: string, { file, line }: RuleCase, { rules }: RuleSet): void {
  if (rules.some((rule) => rule.name === name)) return;
  throw errors.create('CASES_INVALID', { problems: `${file}:${line}: there is no rule '${name}'` });
}

async function stage(ruleCase: RuleCase) {
  const { given, file, line } = ruleCase;
  if ('capture' in given) {
    const { metadata } = given;
    return {
      sections: readCapture(given.capture),
      containers: metadata === undefined ? [] : readMetadata(metadata, ruleCase),
      auditEvents: [],
    };
  }
  try {
    const { sections, containers, auditEvents } = stageCase(ruleCase);
    return { sections: readCapture(await captureOf(sections)), containers, auditEvents };
  } catch (error) {
    if (!isSeawallError(error, 'agent/STEP_INVALID')) throw error;
    const problems = `${file}:${line}: ${ruleCase.name}: ${error.message}`;
    throw errors.create('CASES_INVALID', { problems }, error);
  }
}

function readMetadata(path: string, { file, line, name }: RuleCase): readonly ContainerInfo[] {
  try {
    return readContainerMetadata(readFileSync(path), path).map(containerInfoOf);
  } catch (error) {
    const reason = reasonOf(error);
    const problems = `${file}:${line}: ${name}: the metadata ${path} can not be read: ${reason}`;
    throw errors.create('CASES_INVALID', { problems }, error);
  }
}

/** A case as the bytes of a capture: so it takes the same way as any recording. */
async function captureOf(sections: readonly CaptureSection[]): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      // The writer uses its buffer again.
      chunks.push(Buffer.from(chunk));
      done();
    },
  });
  const writer = createCaptureWriter(sink);
  for (const section of sections) await writer.write(section);
  await writer.close();
  return Buffer.concat(chunks);
}

async function playCalls(
  bench: Bench<EventContext>,
  ruleCase: RuleCase,
  trials: ReadonlyMap<string, Trials>,
  sections: AsyncIterable<CaptureSection>,
  containers: readonly ContainerInfo[],
  onAlert: (alert: RaisedAlert) => void,
): Promise<void> {
  const inspector = createInspector();
  inspector.setContainers(containers);
  const accounting = createAccounting(EVENT_TYPE_COUNT);
  await replayCapture({
    sections,
    inspector,
    matcher: observing(bench, ruleCase, trials, EVENT_TYPE_COUNT),
    accounting,
    onMatches: (context, matches, count) => raise(bench, ruleCase, context, matches, count, onAlert),
  });
}

async function playAudit(
  bench: Bench<AuditContext>,
  ruleCase: RuleCase,
  trials: ReadonlyMap<string, Trials>,
  events: readonly unknown[],
  onAlert: (alert: RaisedAlert) => void,
): Promise<void> {
  if (events.length === 0) return;
  const lines = events.map((event) => Buffer.from(`${JSON.stringify(event)}\n`));
  await replayAudit({
    items: readAuditInput(lines),
    context: createAuditContext(HOSTNAME),
    matcher: observing(bench, ruleCase, trials, 1),
    accounting: createAccounting(1),
    onMatches: (context, matches, count) => raise(bench, ruleCase, context, matches, count, onAlert),
    onFault({ reason }) {
      const { file, line, name } = ruleCase;
      throw errors.create('CASES_INVALID', { problems: `${file}:${line}: ${name}: ${reason}` });
    },
  });
}

/** The compiled rules, with every event also asked of the parts and the mutants of the rules that the case is about. */
function observing<Context>(
  bench: Bench<Context>,
  ruleCase: RuleCase,
  trials: ReadonlyMap<string, Trials>,
  typeCount: number,
): Matcher<Context> {
  const { matcher, rules, counted } = bench;
  const about = rules.flatMap((rule, index) => (ruleCase.rules?.includes(rule.name) ? [index] : []));
  return {
    ...matcher,
    wanted: new Uint8Array(typeCount).fill(1),
    isOpen: () => true,
    isRuledOut: () => false,
    evaluate(context, eventType) {
      for (const index of about) {
        counted[index]!.holds(context);
        trials.get(rules[index]!.name)?.observe(context, () => alertOf(bench, index, context, ruleCase));
      }
      return (matcher.wanted[eventType] ?? 0) === 0 ? 0 : matcher.evaluate(context, eventType);
    },
  };
}

function raise<Context>(
  bench: Bench<Context>,
  ruleCase: RuleCase,
  context: Context,
  matches: Int32Array,
  count: number,
  onAlert: (alert: RaisedAlert) => void,
): void {
  for (let index = 0; index < count; index += 1) {
    const rule = bench.rules[matches[index]!]!;
    if (ruleCase.rules !== undefined && !ruleCase.rules.includes(rule.name)) continue;
    if (!rule.isEnabled && !ruleCase.enable.includes(rule.name)) continue;
    onAlert(alertOf(bench, matches[index]!, context, ruleCase));
  }
}

function alertOf<Context>(
  bench: Bench<Context>,
  index: number,
  context: Context,
  ruleCase: RuleCase,
): RaisedAlert {
  const { name, priority } = bench.rules[index]!;
  return {
    rule: name,
    priority,
    output: textFromBytes(bench.outputs[index]!.text(context).text),
    fields: new Map(
      expectedFields(ruleCase).map((field) => [
        field,
        textFromBytes(bench.formatOf(field, ruleCase).text(context).text),
      ]),
    ),
  };
}
