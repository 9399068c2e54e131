import type { FindingState, GroupFilter, Severity } from '@seawall/store';
import { type Command, Option } from 'commander';
import { parseMoment } from './moment.ts';

/** The options that choose findings, as commander gives them. */
export interface FilterOptions {
  readonly severity?: readonly Severity[];
  readonly state?: readonly (FindingState | 'all')[];
  readonly policy?: readonly string[];
  readonly rule?: readonly string[];
  readonly namespace?: readonly string[];
  readonly pod?: readonly string[];
  readonly container?: readonly string[];
  readonly image?: readonly string[];
  readonly node?: readonly string[];
  readonly since?: bigint;
  readonly until?: bigint;
  readonly search?: string;
}

const SEVERITIES: readonly Severity[] = ['high', 'medium', 'low', 'info'];
const STATES: readonly (FindingState | 'all')[] = ['open', 'acknowledged', 'resolved', 'all'];

/** Gives a command the options that choose findings; an option may be given several values. */
export function addFilterOptions(command: Command): Command {
  return command
    .addOption(new Option('--severity <severity...>', 'of these severities').choices(SEVERITIES))
    .addOption(
      new Option('--state <state...>', 'in these states; without it those that are not resolved').choices(
        STATES,
      ),
    )
    .option('--policy <name...>', 'of these policies')
    .option('--rule <name...>', 'of these rules')
    .option('--namespace <name...>', 'in these namespaces')
    .option('--pod <name...>', 'in these pods')
    .option('--container <name...>', 'in containers of these names or ids (12 digits or all 64)')
    .option('--image <name...>', 'in containers of these images, with or without tag')
    .option('--node <name...>', 'on these nodes')
    .option(
      '--since <time>',
      'seen since then: 15m, 2h, 7d ago, or a time such as 2026-11-22T08:30:00Z',
      readMoment,
    )
    .option('--until <time>', 'first seen before then', readMoment)
    .option(
      '--search <words>',
      'with all these words in one output; /etc/shadow is two words next to each other',
    );
}

/** commander hands the value of before along. */
function readMoment(text: string): bigint {
  return parseMoment(text);
}

/** What the store is asked for. */
export function filterOf(options: FilterOptions): GroupFilter {
  const states = options.state ?? ['open', 'acknowledged'];
  return {
    severities: options.severity,
    states: states.includes('all') ? undefined : (states as readonly FindingState[]),
    policies: options.policy,
    rules: options.rule,
    namespaces: options.namespace,
    pods: options.pod,
    containers: options.container,
    images: options.image,
    nodes: options.node,
    from: options.since,
    to: options.until,
    text: options.search,
  };
}
