import { type PartVerdict, type ResolvedPolicy, scopeVerdict } from '@seawall/policies';
import { textFromBytes } from '@seawall/rules';
import type { Workload } from '@seawall/store';
import type { Command } from 'commander';
import { withRuntimes } from '../actions/runtimes.ts';
import type { CommandContext, OutputFormat } from '../command-context.ts';
import { errors } from '../errors.ts';
import { jsonText } from '../json-text.ts';
import { countOf } from '../number-text.ts';
import { outputOption } from '../output-option.ts';
import type { Palette } from '../terminal/color.ts';
import { loadPolicies } from './load.ts';
import { reportBrokenSet } from './messages.ts';
import { policyFilesArgument, rulesOption } from './options.ts';

interface Options {
  readonly rules: readonly string[];
  readonly rule?: string;
  readonly id?: string;
  readonly cluster?: string;
  readonly node: string;
  readonly namespace?: string;
  readonly pod?: string;
  readonly podLabel: readonly string[];
  readonly container?: string;
  readonly containerLabel: readonly string[];
  readonly image?: string;
  readonly digest?: string;
  readonly output: OutputFormat;
}

/** `seawall policies explain`: which policies apply to a container, a pod or the host, and why the others don't. */
export function addExplainCommand(parent: Command, context: CommandContext): void {
  parent
    .command('explain')
    .addArgument(policyFilesArgument())
    .description('say which policies apply to a container or the host, and why others do not')
    .addOption(rulesOption())
    .option('--rule <name>', 'only policies that run this rule')
    .option('--id <container>', 'a container of this machine, by its id: its runtime is asked for the rest')
    .option('--cluster <name>', 'the cluster’s name')
    .option('--node <name>', 'the node’s name', 'node')
    .option('--namespace <name>', 'the pod’s namespace')
    .option('--pod <name>', 'the pod’s name')
    .option('--pod-label <label=value...>', 'labels of the pod', [])
    .option('--container <name>', 'the container’s name; without any of these it is the host')
    .option('--container-label <label=value...>', 'labels of the container', [])
    .option('--image <image>', 'the container’s image: repository and tag')
    .option('--digest <digest>', 'the image’s digest: sha256:...')
    .addOption(outputOption())
    .addHelpText(
      'after',
      '\nExit codes: 0 the question is answered, whatever the answer; 1 the policies have errors; 2 wrong usage; 3 a file could not be read.',
    )
    .action((paths: readonly string[], options: Options) => explainPolicies(context, paths, options));
}

interface Explained {
  readonly policy: ResolvedPolicy;
  readonly isApplying: boolean;
  readonly parts: readonly PartVerdict[];
}

async function explainPolicies(
  context: CommandContext,
  paths: readonly string[],
  options: Options,
): Promise<void> {
  const { terminal } = context;
  const workload = await workloadOf(options);
  const loaded = await loadPolicies(paths, options.rules, terminal);
  const { set } = loaded;
  if (set === undefined) {
    reportBrokenSet(context, loaded);
    return;
  }
  const { rule } = options;
  if (rule !== undefined && !set.ruleNames.has(rule)) {
    throw errors.create('OPTION_INVALID', {
      option: '--rule',
      value: rule,
      problem:
        'no policy runs a rule of that name; `seawall policies list --output json` shows which they run',
    });
  }
  const applying = new Set(scopeVerdict(set, workload).applying);
  const explained = set.policies
    .filter(({ ruleFacts }) => rule === undefined || ruleFacts.has(rule))
    .map((policy) => ({
      policy,
      isApplying: applying.has(policy),
      parts: policy.scopeTest.explain(workload, true),
    }));
  terminal.output.write(
    options.output === 'json'
      ? jsonText({ workload, policies: explained.map(asData) })
      : explained.map((each) => asText(each, terminal.output.palette)).join(''),
  );
}

function asData({ policy, isApplying, parts }: Explained): unknown {
  return {
    name: policy.name,
    applies: isApplying,
    scope: parts.map(({ part, isExclusion, wanted, found, isMatch }) => ({
      part,
      exclusion: isExclusion,
      wanted,
      found,
      match: isMatch,
    })),
    rules: [...policy.ruleFacts.keys()],
  };
}

function asText({ policy, isApplying, parts }: Explained, palette: Palette): string {
  const verdict = isApplying
    ? `${palette.good('applies')}: ${policy.mode}, ${countOf(policy.ruleFacts.size, 'rule')}`
    : palette.warning('does not apply');
  const lines = parts.map(({ part, isExclusion, wanted, found, isMatch }) => {
    const isFine = isMatch !== isExclusion;
    const mark = isFine ? palette.good('yes') : palette.bad('no ');
    return `  ${mark} ${part}: ${isExclusion ? 'anything but' : 'wanted'} ${wanted}; it has ${found}\n`;
  });
  return `${palette.strong(policy.name)} ${verdict}\n${lines.join('')}`;
}

/** By the options; with `--id` as the machine's container runtime describes the container. */
async function workloadOf(options: Options): Promise<Workload> {
  const { container, image, digest, containerLabel, id } = options;
  if (id !== undefined) return askedWorkload(id, options);
  const hasContainer =
    [container, image, digest, options.pod].some((value) => value !== undefined) || containerLabel.length > 0;
  return {
    node: options.node,
    cluster: options.cluster,
    namespace: options.namespace,
    pod: options.pod,
    podLabels: labelsOf('--pod-label', options.podLabel),
    container: hasContainer
      ? { id: '', name: container, image, digest, labels: labelsOf('--container-label', containerLabel) }
      : undefined,
  };
}

/** What runtimes say comes as byte strings. */
async function askedWorkload(id: string, { node, cluster }: Options): Promise<Workload> {
  const record = await withRuntimes(async (runtimeOf) => (await runtimeOf(id))?.inspect(id));
  if (record === undefined) {
    const problem = 'no container runtime of this machine has such a container';
    throw errors.create('OPTION_INVALID', { option: '--id', value: id, problem });
  }
  const { fullId, name, image, labels, pod } = record;
  return {
    node,
    cluster,
    namespace: pod && textFromBytes(pod.namespace),
    pod: pod && textFromBytes(pod.name),
    podLabels: textsOf(pod?.labels ?? new Map()),
    container: {
      id: fullId,
      name: textFromBytes(name),
      image: textFromBytes(image.name),
      digest: image.digest || undefined,
      labels: textsOf(labels),
    },
  };
}

function textsOf(labels: ReadonlyMap<string, string>): Readonly<Record<string, string>> {
  return Object.fromEntries([...labels].map(([name, value]) => [textFromBytes(name), textFromBytes(value)]));
}

function labelsOf(option: string, texts: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=');
      if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
      throw errors.create('OPTION_INVALID', { option, value: text, problem: 'write label=value' });
    }),
  );
}
