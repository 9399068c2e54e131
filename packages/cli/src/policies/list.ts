import { type ResolvedPolicy, type Scope, type ScopeConditions, scopeParts } from '@seawall/policies';
import type { Command } from 'commander';
import type { CommandContext, OutputFormat } from '../command-context.ts';
import { jsonText } from '../json-text.ts';
import { outputOption } from '../output-option.ts';
import { renderTable } from '../terminal/table.ts';
import { loadPolicies } from './load.ts';
import { reportBrokenSet } from './messages.ts';
import { policyFilesArgument, rulesOption } from './options.ts';

interface Options {
  readonly rules: readonly string[];
  readonly output: OutputFormat;
}

/** `seawall policies list`: what policies run, where, and what follows. */
export function addListCommand(parent: Command, context: CommandContext): void {
  parent
    .command('list')
    .addArgument(policyFilesArgument())
    .description('list policies: where they hold, which rules they run, what follows from a finding')
    .addOption(rulesOption())
    .addOption(outputOption())
    .addHelpText(
      'after',
      '\nExit codes: 0 the policies are listed; 1 they have errors; 2 wrong usage; 3 a file could not be read.',
    )
    .action((paths: readonly string[], options: Options) => listPolicies(context, paths, options));
}

async function listPolicies(
  context: CommandContext,
  paths: readonly string[],
  { rules, output }: Options,
): Promise<void> {
  const { terminal } = context;
  const loaded = await loadPolicies(paths, rules, terminal);
  const { set, policies } = loaded;
  if (set === undefined) {
    reportBrokenSet(context, loaded);
    return;
  }
  if (output === 'json') {
    terminal.output.write(jsonText(set.policies.map(policyAsData)));
    return;
  }
  const { faint } = terminal.output.palette;
  const none = { text: 'none', paint: faint };
  const disabled = policies.filter(({ isEnabled }) => !isEnabled);
  terminal.output.write(
    renderTable(
      [
        { title: 'POLICY' },
        { title: 'MODE' },
        { title: 'RULES', align: 'right' },
        { title: 'ACTIONS' },
        { title: 'CHANNELS' },
        { title: 'SCOPE' },
      ],
      [
        ...set.policies.map((policy) => [
          policy.name,
          policy.isDryRun ? `${policy.mode}, dry run` : policy.mode,
          String(policy.ruleFacts.size),
          policy.actions.map(({ type }) => type).join(', ') || none,
          policy.channelNames.join(', ') || none,
          scopeText(policy.scope),
        ]),
        ...disabled.map(({ name }) => [{ text: `${name} (disabled)`, paint: faint }]),
      ],
    ),
  );
}

function policyAsData(policy: ResolvedPolicy): unknown {
  const { name, description, mode, severity, runbook, actions, channelNames, ruleFacts, scope, place } =
    policy;
  return {
    name,
    description,
    mode,
    severity,
    runbook,
    scope: { ...conditionsOf(scope), not: conditionsOf(scope.not), host: scope.host },
    rules: [...ruleFacts.keys()],
    actions: actions.map(({ place: _, ...action }) => action),
    channels: channelNames,
    allow_quorum_loss: policy.allowsQuorumLoss,
    dry_run: policy.isDryRun,
    rate_limit: { count: policy.rateLimit.count, per_milliseconds: policy.rateLimit.perMilliseconds },
    cool_down_milliseconds: policy.coolDownMilliseconds,
    position: place,
  };
}

function conditionsOf(conditions: ScopeConditions): ScopeConditions {
  return Object.fromEntries(
    scopeParts.flatMap((part) => (conditions[part] === undefined ? [] : [[part, conditions[part]]])),
  );
}

/** A scope in a line: `namespaces kube-system, podLabels component=etcd, not images *debug*`. */
function scopeText(scope: Scope): string {
  const parts = [...partsText(scope, ''), ...partsText(scope.not, 'not ')];
  const hosts = { too: parts.length > 0 ? ['and the host'] : [], only: ['the host alone'], never: [] }[
    scope.host
  ];
  return [...parts, ...hosts].join(', ') || (scope.host === 'never' ? 'containers' : 'everywhere');
}

function partsText(conditions: ScopeConditions, before: string): string[] {
  return scopeParts.flatMap((part) => {
    const wanted = conditions[part];
    if (wanted === undefined) return [];
    const values = Array.isArray(wanted)
      ? wanted
      : Object.entries(wanted).map(([name, value]) => `${name}=${value}`);
    return [`${before}${part} ${values.join(' ')}`];
  });
}
