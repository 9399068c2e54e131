import {
  type DrillReport,
  type DrillStep,
  drillSteps,
  namedContainer,
  ownContainer,
  runDrill,
} from '@seawall/agent/drills';
import { findSockets, openRuntime, type RuntimeAddress, USUAL_SOCKETS } from '@seawall/kube';
import type { PolicySet } from '@seawall/policies';
import { nearestName, type Rule, type RuleMeaning } from '@seawall/rules';
import { type Command, Option } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { errors } from '../errors.ts';
import { countOf } from '../number-text.ts';
import { loadPolicies } from '../policies/load.ts';
import { reportBrokenSet } from '../policies/messages.ts';
import { runtimeOption } from '../probe/runtime-option.ts';
import { createUntil } from '../probe/until.ts';
import { syscallCatalogue } from '../rules/catalogues.ts';
import { loadRuleFiles, meaningOption } from '../rules/load.ts';
import { messagesText } from '../rules/message-text.ts';
import { exitCodes } from '../terminal/exit-code.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { isPassed, reportJson, reportJunit, reportText } from './report.ts';

interface Options {
  readonly rules: readonly string[];
  readonly policies: readonly string[];
  readonly meaning: RuleMeaning;
  readonly container?: string;
  readonly image?: string;
  readonly component: string;
  readonly namespace: string;
  readonly step?: readonly string[];
  readonly runtime?: readonly RuntimeAddress[];
  readonly output: 'text' | 'json' | 'junit';
}

/** `seawall drill run`: plays the steps and says which were raised. */
export function addRunCommand(parent: Command, context: CommandContext): void {
  parent
    .command('run')
    .description('play the steps in a container while this machine is watched, as root; say what was raised')
    .requiredOption('--rules <file...>', 'rule files, and folders of them, in the order to load them')
    .option(
      '--policies <file...>',
      'policies, and folders of them: say what they would do about each step',
      [],
    )
    .addOption(meaningOption())
    .option('--image <image>', 'run a container of its own, of this image (with a shell; the runtime has it)')
    .option('--component <name>', 'its own container: the name it has, and its pod begins with', 'etcd')
    .option('--namespace <name>', 'its own container: the namespace of its pod', 'kube-system')
    .option('--container <id>', 'play in this container, which runs already')
    .option('--step <name...>', 'only these steps')
    .addOption(runtimeOption())
    .addOption(
      new Option('--output <format>', 'how to print the report')
        .choices(['text', 'json', 'junit'])
        .default('text'),
    )
    .addHelpText(
      'after',
      `
Policies do nothing by themselves here: who acts is the agent of the node (seawall agent), and what it does to the container
is told as well. Each step takes away again what it made; connections are to loopback alone, and nothing is sent. In a named container,
what acts on findings acts: an agent in enforce mode ends it. Watching takes root, playing the runtime's own tool (ctr for
containerd and CRI, docker, podman).

Exit codes: 0 all that could be played was raised, and nothing while nothing was played; 1 something was missed, or
raised without cause, or rules or policies have errors; 2 wrong usage; 3 it could not be played, or was interrupted.
Ctrl-C ends it behind the step at hand, and a container of its own is removed.`,
    )
    .action((options: Options) => run(context, options));
}

async function run(context: CommandContext, options: Options): Promise<void> {
  const { terminal, setExitCode } = context;
  const steps = chosenSteps(options.step);
  const { files, ruleSet } = await loadRuleFiles(options.rules, terminal, [], {
    meaning: options.meaning,
  });
  if (ruleSet === undefined) {
    terminal.errors.write(messagesText(files, terminal.errors.palette, ['error']));
    setExitCode(exitCodes.findings);
    return;
  }
  const rules = ruleSet.rules.filter(({ source, isEnabled }) => source === 'syscall' && isEnabled);
  const hasPolicies = options.policies.length > 0;
  const loaded = hasPolicies ? await loadPolicies(options.policies, options.rules, terminal) : undefined;
  if (loaded !== undefined && loaded.set === undefined) {
    reportBrokenSet(context, loaded);
    return;
  }
  const report = await playInOrder(options, steps, rules, loaded?.set, terminal);
  const { output, palette } = { output: terminal.output, palette: terminal.output.palette };
  if (options.output === 'json') output.write(reportJson(report));
  else if (options.output === 'junit') output.write(reportJunit(report));
  else output.write(reportText(report, palette, hasPolicies));
  if (!isPassed(report)) setExitCode(exitCodes.findings);
}

/** A signal ends it behind the step at hand. @throws cli/DRILL_INTERRUPTED, and what keeps it from being played */
async function playInOrder(
  options: Options,
  steps: readonly DrillStep[],
  rules: readonly Rule[],
  policies: PolicySet | undefined,
  terminal: Terminal,
): Promise<DrillReport> {
  const until = createUntil(undefined, terminal);
  try {
    return await play(options, steps, rules, policies, terminal, until.signal);
  } catch (error) {
    if (error === until.signal.reason) throw errors.create('DRILL_INTERRUPTED');
    throw error;
  } finally {
    until.release();
  }
}

async function play(
  { container, image, component, namespace, runtime }: Options,
  steps: readonly DrillStep[],
  rules: readonly Rule[],
  policies: PolicySet | undefined,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<DrillReport> {
  if ((container === undefined) === (image === undefined)) {
    const hint = 'one of --image IMAGE (a container of its own) and --container ID says where to play';
    throw errors.create('OPTION_MISSING', { command: 'drill run', option: '--image', hint });
  }
  const runtimes = runtime ?? findSockets(USUAL_SOCKETS);
  const own =
    image === undefined
      ? undefined
      : await ownContainer(runtimeForOwn(runtimes), { image, component, namespace });
  try {
    signal.throwIfAborted();
    const target = own ?? (await namedContainer(await runtimeOf(container!, runtimes), container!));
    terminal.errors.write(
      `playing ${countOf(steps.length, 'step')} in container ${target.id.slice(0, 12)}\n`,
    );
    return await runDrill({
      rules,
      catalogue: syscallCatalogue,
      target,
      runtimes,
      steps,
      signal,
      ...(policies !== undefined && { policies }),
      onStep: ({ step, outcome }) => terminal.errors.write(`${step.name}: ${outcome}\n`),
    });
  } finally {
    await own?.remove();
  }
}

function chosenSteps(names: readonly string[] | undefined): readonly DrillStep[] {
  if (names === undefined) return drillSteps;
  const known = drillSteps.map(({ name }) => name);
  for (const name of names) {
    if (known.includes(name)) continue;
    const problem = `there is no such step; is it ${nearestName(name, known) ?? known.join(', ')}?`;
    throw errors.create('OPTION_INVALID', { option: '--step', value: name, problem });
  }
  return drillSteps.filter(({ name }) => names.includes(name));
}

/** CRI makes pods only as kubelets ask for them. */
function runtimeForOwn(runtimes: readonly RuntimeAddress[]): RuntimeAddress {
  const address = runtimes.find(({ kind }) => kind !== 'cri');
  if (address !== undefined) return address;
  const hint = 'no containerd, Docker or Podman was found: name one';
  throw errors.create('OPTION_MISSING', { command: 'drill run --image', option: '--runtime', hint });
}

/** The first runtime that has the container. */
async function runtimeOf(id: string, runtimes: readonly RuntimeAddress[]): Promise<RuntimeAddress> {
  for (const address of runtimes) {
    const runtime = openRuntime(address);
    try {
      if ((await runtime.find(id)) !== undefined) return address;
    } finally {
      runtime.close();
    }
  }
  throw errors.create('OPTION_INVALID', { option: '--container', value: id, problem: 'no runtime has it' });
}
