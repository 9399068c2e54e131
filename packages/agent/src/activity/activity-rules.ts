import type { SyscallCatalogue } from '@seawall/inspector';
import { behaviourMacros } from '@seawall/policies';
import { loadRules, type Rule } from '@seawall/rules';
import { errors } from '../errors.ts';

/** What an event shows of a workload. */
export type Behaviour = 'start' | 'read' | 'write' | 'connect' | 'listen';

/**
 * What is learned, in the words of what is guarded: the very macros of generated rules, so that a profile's rules meet
 * what the profile was learned from.
 */
const conditions: Readonly<Record<Behaviour, string>> = {
  start: 'seawall_program_started and not seawall_sandbox_process and not seawall_runtime_process',
  read: 'seawall_file_opened_to_read and not seawall_runtime_process',
  write: 'seawall_file_opened_to_write and not seawall_runtime_process',
  connect: 'seawall_connects_out and not seawall_runtime_process',
  listen: 'seawall_port_opened',
};

export interface ActivityRules {
  readonly rules: readonly Rule[];
  /** Of each rule, in their order. */
  readonly behaviours: readonly Behaviour[];
}

/** @throws agent/ACTIVITY_RULES_INVALID where this catalogue doesn't have the fields. */
export function loadActivityRules(catalogue: SyscallCatalogue): ActivityRules {
  const own = Object.entries(conditions).map(
    ([name, condition]) =>
      `- rule: ${name}\n  desc: what workloads do\n  condition: ${condition}\n  output: x\n  priority: DEBUG\n`,
  );
  const content = `${behaviourMacros}\n${own.join('')}`;
  const { ruleSet, files } = loadRules([{ name: 'activity', content }], [catalogue]);
  if (ruleSet === undefined) {
    const problems = files.flatMap(({ messages }) => messages.map(({ message }) => message)).join('; ');
    throw errors.create('ACTIVITY_RULES_INVALID', { problems });
  }
  return { rules: ruleSet.rules, behaviours: ruleSet.rules.map(({ name }) => name as Behaviour) };
}
