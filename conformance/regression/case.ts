import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A case of `regression/cases.json`: a run of Falco, what its suite asserts and what Falco 0.44 does. */
export interface RegressionCase {
  readonly id: string;
  readonly name: string;
  readonly kind: 'detection' | 'validate' | 'load_error' | 'cli';
  readonly input?: string;
  readonly rules?: readonly string[];
  readonly validate_rules?: readonly string[];
  readonly args?: readonly (string | object)[];
  readonly options?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly requires?: string;
  readonly expect?: Expectation;
  readonly falco_0_44?: {
    readonly rc: number;
    readonly events_detected: number | null;
    readonly triggered: Readonly<Record<string, number>>;
    readonly agrees: boolean;
    readonly differences: readonly string[];
  };
}

export interface Expectation {
  readonly detect?: boolean;
  readonly detect_level?: readonly string[];
  readonly detect_counts?: Readonly<Record<string, number>>;
  readonly exit_status?: number;
  readonly exit_code?: number;
  readonly detections?: {
    readonly total?: number | string;
    readonly priorities?: Readonly<Record<string, number | string>>;
    readonly rules?: Readonly<Record<string, number | string>>;
  };
  readonly validate_errors?: readonly ExpectedMessage[];
  readonly errors?: readonly ExpectedMessage[];
  readonly validate_warnings?: readonly ExpectedMessage[];
  readonly warnings?: readonly ExpectedMessage[];
  readonly validate_ok?: readonly string[];
  readonly successful_index?: readonly number[];
  readonly stdout_contains?: string | readonly string[];
  readonly stdout_not_contains?: string | readonly string[];
  readonly stdout_regex?: readonly string[];
  readonly stdout_not_regex?: readonly string[];
}

export interface ExpectedMessage {
  readonly item_type: string;
  /** Absent where it is empty. */
  readonly item_name?: string;
  readonly code: string;
  readonly message?: string;
  readonly message_contains?: string;
}

export function readCases(folder: string): readonly RegressionCase[] {
  const text = readFileSync(join(folder, 'regression', 'cases.json'), 'utf8');
  return (JSON.parse(text) as { cases: readonly RegressionCase[] }).cases;
}

/**
 * The input of a case. Those taken from Go programs lost theirs in the reduction to JSON, but each has a twin in the
 * older suite: `TestFalco_Legacy_RuleNamesWithSpaces` is `rule_names_with_spaces`.
 */
export function inputOf(regressionCase: RegressionCase, all: readonly RegressionCase[]): string {
  if (regressionCase.input !== undefined) return regressionCase.input;
  const twinName = regressionCase.name
    .replace(/^Test\w+?_(?:Legacy|Config)_/, '')
    .replace(/(?<!^)(?=[A-Z])/g, '_')
    .toLowerCase();
  const twin = all.find(({ name, input }) => input !== undefined && plain(name) === plain(twinName));
  return twin?.input ?? 'inputs/suite/cat_write.scap';
}

function plain(name: string): string {
  return name.replaceAll('_', '');
}
