import type { FieldCatalogue } from '../catalogue/catalogue.ts';
import type { AnyNode } from '../condition/tree.ts';
import type { SourcePlace } from '../load/source.ts';
import type { Rule, RuleSet } from '../rule-set.ts';

/** What a lint is given: one rule, and what it stands among. */
export interface LintSubject {
  readonly rule: Rule;
  readonly ruleSet: RuleSet;
  readonly catalogue: FieldCatalogue;
}

/** What a lint says about a rule: which of its messages, what to fill in, where, and what to write instead. */
export interface LintReport<MessageId extends string = string> {
  readonly message: MessageId;
  readonly details: Readonly<Record<string, string>>;
  /** What the report is about; undefined: the rule as a whole. */
  readonly node: AnyNode | undefined;
  readonly hint: string;
}

/** One check of the meaning of rules: what loads, but hardly says what was meant. */
export interface Lint<MessageId extends string = string> {
  readonly id: string;
  readonly description: string;
  /** A `warning` is a rule that doesn't do its work; a `note` something to know. */
  readonly severity: 'warning' | 'note';
  /** `{name}` is filled in from the report's details. */
  readonly messages: Readonly<Record<MessageId, string>>;
  check(subject: LintSubject): readonly LintReport<MessageId>[];
}

/** A report with its words and its place. */
export interface LintFinding {
  readonly lint: string;
  readonly severity: Lint['severity'];
  readonly messageId: string;
  readonly rule: string;
  /** The macro in which the place is; undefined for the rule itself. */
  readonly macro: string | undefined;
  readonly message: string;
  readonly hint: string;
  readonly place: SourcePlace;
}

/** Gives a lint the type of its own messages. */
export function defineLint<const MessageId extends string>(lint: Lint<MessageId>): Lint<MessageId> {
  return lint;
}
