import type { ItemContext } from './context.ts';
import type { TracedText } from './traced-text.ts';
import type { Version } from './version.ts';

/** Priorities from the most urgent; the index is Falco's number. */
export const priorities = [
  'Emergency',
  'Alert',
  'Critical',
  'Error',
  'Warning',
  'Notice',
  'Informational',
  'Debug',
] as const;
export type Priority = (typeof priorities)[number];

/** Case doesn't matter, and `info` is Informational; undefined for anything else. */
export function parsePriority(text: string): Priority | undefined {
  const lower = text.toLowerCase();
  if (lower === 'info') return 'Informational';
  return priorities.find((priority) => priority.toLowerCase() === lower);
}

/** `order` is where it was first defined, `visibility` where it was last changed: both count definitions. */
interface Defined {
  readonly name: string;
  readonly context: ItemContext;
  readonly order: number;
  readonly visibility: number;
}

export interface ListDefinition extends Defined {
  readonly items: readonly string[];
}

export interface MacroDefinition extends Defined {
  readonly condition: TracedText;
  readonly conditionContext: ItemContext;
}

/** An exception's fields, operators or values: one, or a list (of lists, for values). */
export type ExceptionEntry =
  | { readonly item: string; readonly place: number }
  | { readonly items: readonly ExceptionEntry[] };

export interface ExceptionDefinition {
  readonly name: string;
  readonly context: ItemContext;
  readonly fields: ExceptionEntry | undefined;
  readonly operators: ExceptionEntry | undefined;
  readonly values: readonly ExceptionEntry[];
}

export interface RuleDefinition extends Defined {
  readonly condition: TracedText;
  readonly conditionContext: ItemContext;
  readonly output: TracedText;
  readonly outputContext: ItemContext;
  readonly description: string;
  readonly priority: Priority;
  readonly source: string;
  readonly hasUnknownSource: boolean;
  /** Without repetition, in order of their bytes. */
  readonly tags: readonly string[];
  readonly exceptions: readonly ExceptionDefinition[];
  readonly isEnabled: boolean;
  readonly warnsAboutEventTypes: boolean;
  readonly skipsIfUnknownFilter: boolean;
  readonly capture: boolean;
  /** Milliseconds. */
  readonly captureDuration: number;
}

/** What an item changes of a rule that is already there; a key that isn't there stays. */
export interface RuleUpdate {
  readonly name: string;
  readonly context: ItemContext;
  /** Empty when not given. */
  readonly source: string;
  readonly condition?: TracedText;
  readonly output?: TracedText;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly exceptions?: readonly ExceptionDefinition[];
  readonly priority?: Priority;
  readonly isEnabled?: boolean;
  readonly warnsAboutEventTypes?: boolean;
  readonly skipsIfUnknownFilter?: boolean;
  readonly capture?: boolean;
  readonly captureDuration?: number;
}

export interface PluginRequirement {
  readonly name: string;
  readonly version: string;
}

export interface EngineRequirement {
  readonly version: Version;
  readonly context: ItemContext;
}
