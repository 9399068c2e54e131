import type { Expectation, ExpectedMessage, RegressionCase } from './case.ts';
import type { SeawallRun } from './run-seawall.ts';

/** What `watch --summary json` says at the end, as far as it is looked at here. */
interface WatchSummary {
  readonly alerts: number;
  readonly byRule: Readonly<Record<string, number>>;
  readonly byPriority: Readonly<Record<string, number>>;
}

/** What `rules check --output json` says, as far as it is looked at here. */
interface CheckResult {
  readonly falco_load_results: readonly {
    readonly successful: boolean;
    readonly errors: readonly LoadMessage[];
    readonly warnings: readonly LoadMessage[];
  }[];
}

interface LoadMessage {
  readonly code: string;
  readonly message: string;
  readonly context: {
    readonly locations: readonly { readonly item_type: string; readonly item_name: string }[];
  };
}

/** @returns what the run lacks; nothing where it is as Falco 0.44 does (or, where that wasn't run, as expected). */
export function findDifferences(regressionCase: RegressionCase, run: SeawallRun): readonly string[] {
  const { falco_0_44: falco, expect = {}, kind } = regressionCase;
  const wantedCode = falco?.rc ?? expect.exit_status ?? expect.exit_code ?? 0;
  const found: string[] = [];
  // Ending by SIGPIPE (-13) is the old runner's doing: the program that Falco piped to was gone.
  if (wantedCode >= 0 && (run.exitCode === 0) !== (wantedCode === 0)) {
    found.push(
      `exit code ${run.exitCode}, wanted ${wantedCode === 0 ? 0 : 'a failure'}: ${run.stderr.slice(0, 500)}`,
    );
  }
  const known = new Set(falco?.differences.map((text) => text.replace(/^missing (?:error|warning) /, '')));
  if (kind === 'validate') return [...found, ...validationDifferences(expect, run, known)];
  found.push(...countDifferences(regressionCase, run));
  found.push(...textDifferences(expect, run, falco?.agrees ?? true));
  return found;
}

function countDifferences(
  { falco_0_44: falco, expect = {} }: RegressionCase,
  run: SeawallRun,
): readonly string[] {
  const summary = summaryOf(run);
  const found: string[] = [];
  const compare = (what: string, count: number, wanted: number | string): void => {
    if (typeof wanted === 'number' ? count !== wanted : !(count > Number(wanted.slice(1)))) {
      found.push(`${what}: ${count}, wanted ${wanted}`);
    }
  };
  if (falco !== undefined) {
    if (falco.events_detected !== null) compare('alerts', summary?.alerts ?? 0, falco.events_detected);
    if (falco.rc === 0) {
      const names = new Set([...Object.keys(falco.triggered), ...Object.keys(summary?.byRule ?? {})]);
      for (const name of names) compare(name, summary?.byRule[name] ?? 0, falco.triggered[name] ?? 0);
    }
    return found;
  }
  if (expect.detect !== undefined) compare('alerts', summary?.alerts ?? 0, expect.detect ? '>0' : 0);
  for (const level of expect.detect ? (expect.detect_level ?? []) : []) {
    compare(level, priorityCount(summary, level), '>0');
  }
  for (const [name, count] of Object.entries(expect.detect_counts ?? {})) {
    compare(name, summary?.byRule[name] ?? 0, count);
  }
  const { total, priorities = {}, rules = {} } = expect.detections ?? {};
  if (total !== undefined) compare('alerts', summary?.alerts ?? 0, total);
  for (const [level, count] of Object.entries(priorities))
    compare(level, priorityCount(summary, level), count);
  for (const [name, count] of Object.entries(rules)) compare(name, summary?.byRule[name] ?? 0, count);
  return found;
}

function priorityCount(summary: WatchSummary | undefined, level: string): number {
  const wanted = level.toLowerCase() === 'info' ? 'informational' : level.toLowerCase();
  return Object.entries(summary?.byPriority ?? {}).find(([name]) => name.toLowerCase() === wanted)?.[1] ?? 0;
}

function textDifferences(
  expect: Expectation,
  { stdout }: SeawallRun,
  isAsExpected: boolean,
): readonly string[] {
  if (!isAsExpected) return [];
  const patterns = (value: string | readonly string[] | undefined): readonly string[] =>
    value === undefined ? [] : typeof value === 'string' ? [value] : value;
  const wanted = [...patterns(expect.stdout_contains), ...patterns(expect.stdout_regex)];
  const unwanted = [...patterns(expect.stdout_not_contains), ...patterns(expect.stdout_not_regex)];
  const matches = (pattern: string): boolean => new RegExp(pattern, 'm').test(stdout);
  return [
    ...wanted.filter((pattern) => !matches(pattern)).map((pattern) => `stdout lacks /${pattern}/`),
    ...unwanted.filter(matches).map((pattern) => `stdout has /${pattern}/`),
  ];
}

function validationDifferences(
  expect: Expectation,
  run: SeawallRun,
  known: ReadonlySet<string>,
): readonly string[] {
  const results = jsonIn<CheckResult>(run.stdout)?.falco_load_results;
  if (results === undefined)
    return [`no JSON on stdout: ${run.stdout.slice(0, 200)}${run.stderr.slice(0, 300)}`];
  const errors = results.flatMap((result) => result.errors);
  const warnings = results.flatMap((result) => result.warnings);
  const lacks = (wanted: readonly ExpectedMessage[], messages: readonly LoadMessage[], what: string) =>
    wanted
      .filter((message) => !known.has(spaced(message)))
      .filter((message) => !messages.some((candidate) => isMeant(candidate, message)))
      .map(
        (message) =>
          `lacks ${what} ${JSON.stringify(message)} among ${JSON.stringify(messages).slice(0, 700)}`,
      );
  return [
    ...lacks([...(expect.validate_errors ?? []), ...(expect.errors ?? [])], errors, 'error'),
    ...lacks([...(expect.validate_warnings ?? []), ...(expect.warnings ?? [])], warnings, 'warning'),
    ...(expect.successful_index ?? [])
      .filter((index) => results[index]?.successful !== true)
      .map((index) => `file ${index} does not load`),
  ];
}

/** The runner named a difference by its JSON with Python's spaces. */
function spaced(message: ExpectedMessage): string {
  const members = Object.entries(message).map(
    ([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`,
  );
  return `{${members.join(', ')}}`;
}

function isMeant(message: LoadMessage, wanted: ExpectedMessage): boolean {
  const isText =
    wanted.message !== undefined
      ? message.message === wanted.message
      : message.message.includes(wanted.message_contains ?? '');
  const isPlace = message.context.locations.some(
    ({ item_type, item_name }) => item_type === wanted.item_type && item_name === (wanted.item_name ?? ''),
  );
  return message.code === wanted.code && isText && isPlace;
}

function summaryOf({ stderr }: SeawallRun): WatchSummary | undefined {
  const start = stderr.lastIndexOf('\n{');
  return jsonIn<WatchSummary>(start === -1 ? stderr : stderr.slice(start));
}

function jsonIn<Value>(text: string): Value | undefined {
  try {
    return JSON.parse(text) as Value;
  } catch {
    // Whoever asks says that there was none, and shows the text.
    return undefined;
  }
}
