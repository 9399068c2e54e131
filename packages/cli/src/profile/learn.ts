import {
  containerInfoOf,
  createCaptureWatch,
  defaultDropPolicy,
  type SectionsWatchOptions,
} from '@seawall/agent';
import { type ActivityCollector, createActivityCollector } from '@seawall/agent/activity';
import { readContainerMetadata } from '@seawall/kube';
import {
  confidenceOf,
  type LearnedPod,
  type LearnedProfile,
  learnProfile,
  renderLearned,
} from '@seawall/policies';
import { type Activity, openStore } from '@seawall/store';
import { type Command, Option } from 'commander';
import type { CommandContext, OutputFormat } from '../command-context.ts';
import { captureInput } from '../input/capture-input.ts';
import { nameOfPath, readWhole } from '../input/open.ts';
import { jsonText } from '../json-text.ts';
import { countOf } from '../number-text.ts';
import { outputOption } from '../output-option.ts';
import { runtimeOption } from '../probe/runtime-option.ts';
import { watchThisMachine } from '../probe/watch-this-machine.ts';
import { syscallCatalogue } from '../rules/catalogues.ts';
import { exitCodes } from '../terminal/exit-code.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { requireOneSource, type SourceOptions, whyNothingSeen } from './chosen-source.ts';
import { replayWithProgress } from './replay-progress.ts';
import { parseSpan } from './span.ts';

interface Options extends SourceOptions {
  readonly namespace?: readonly string[];
  readonly output: OutputFormat;
}

/** `seawall profile learn`: writes the profile of what workloads were seen to do. */
export function addLearnCommand(parent: Command, context: CommandContext): void {
  parent
    .command('learn')
    .description('write a profile of what pods were seen to do, with the evidence of each entry')
    .option(
      '--capture <file>',
      'from a capture of system calls (.scap, plain, gzip or zstd; - for standard input)',
    )
    .option('--metadata <file>', 'what the container runtime says of the containers (JSON of CRI answers)')
    .option('--live', 'from this machine as it works, as root; until Ctrl-C, or for --seconds')
    .option('--store <file>', "from what an agent's store says that workloads did")
    .addOption(
      new Option(
        '--seconds <A..B>',
        'of a capture: from second A until B; B alone begins at the start. Watching live: how long (B)',
      ).argParser(parseSpan),
    )
    .option('--namespace <name...>', 'only pods of these namespaces')
    .addOption(runtimeOption())
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
Nothing follows of what was learned until somebody has read it: seawall profile generate makes rules of it, and a policy
in shadow mode tries them.

Exit codes: 0 the profile is written; 1 nothing was seen of any pod; 2 wrong usage; 3 the events could not be read.`,
    )
    .action((options: Options) => learn(context, options));
}

async function learn({ terminal, setExitCode }: CommandContext, options: Options): Promise<void> {
  const { activities, origin } = await activitiesOf(options, terminal);
  const learned = learnProfile(activities);
  const pods = learned.pods.filter(
    ({ namespace = 'kube-system' }) =>
      options.namespace === undefined || options.namespace.includes(namespace),
  );
  for (const text of learned.leftOut) terminal.errors.write(`left out: ${text}\n`);
  if (pods.length === 0) {
    const others = [...new Set(learned.pods.map(({ namespace = 'kube-system' }) => namespace))];
    terminal.errors.write(
      others.length === 0
        ? `nothing was seen of any pod: ${whyNothingSeen(options)}\n`
        : `nothing was seen of any pod of the namespaces asked for: pods were seen of ${others.join(', ')}\n`,
    );
    setExitCode(exitCodes.findings);
    return;
  }
  const isJson = options.output === 'json';
  terminal.output.write(isJson ? jsonText(jsonOf({ ...learned, pods })) : renderLearned(pods, origin));
  terminal.errors.write(`${countOf(pods.length, 'pod')} learned from ${origin}\n`);
}

async function activitiesOf(
  options: Options,
  terminal: Terminal,
): Promise<{ readonly activities: readonly Activity[]; readonly origin: string }> {
  const { capture, store: path, live } = options;
  const hint = 'one of --capture FILE, --live and --store FILE says what to learn from';
  requireOneSource('profile learn', hint, options);
  if (path !== undefined) {
    const store = openStore({ path, access: 'read' });
    try {
      return { activities: await store.activity({}), origin: path };
    } finally {
      await store.close();
    }
  }
  const { from, until } = options.seconds ?? {};
  const collector = createActivityCollector({
    catalogue: syscallCatalogue,
    ...(from !== undefined && { from }),
    ...(live !== true && until !== undefined && { until }),
  });
  if (live === true) {
    const seconds = until === undefined ? undefined : Number(until) / 1e9;
    const { runtime: runtimes } = options;
    await watchThisMachine(optionsOf(collector), terminal, { seconds, record: undefined, runtimes }).run();
    return { activities: collector.take(), origin: 'this machine' };
  }
  const { input, name } = captureInput(capture!, terminal);
  const { metadata } = options;
  const records =
    metadata === undefined
      ? []
      : readContainerMetadata(await readWhole(metadata, terminal), nameOfPath(metadata));
  const containers = records.map(containerInfoOf);
  await replayWithProgress(name, terminal, (onProgress) =>
    createCaptureWatch({ ...optionsOf(collector), containers, input, inputName: name, onProgress }).run(),
  );
  return { activities: collector.take(), origin: name };
}

/** Watching for the collector alone. */
function optionsOf(activity: ActivityCollector): SectionsWatchOptions {
  return {
    rules: [],
    activity,
    isDone: activity.isOver,
    catalogue: syscallCatalogue,
    containers: [],
    drops: defaultDropPolicy,
    isFirstOnly: false,
    isIsoTime: true,
    hostname: undefined,
    onAlert: () => undefined,
  };
}

function jsonOf({ pods, leftOut }: LearnedProfile): unknown {
  const entryOf = (entry: LearnedPod['users'][number]) => ({ ...entry, confidence: confidenceOf(entry) });
  return {
    pods: pods.map((pod) => ({
      ...pod,
      parents: pod.parents.map(entryOf),
      users: pod.users.map(entryOf),
      capabilities: pod.capabilities.map(entryOf),
      entries: Object.fromEntries(Object.entries(pod.entries).map(([key, own]) => [key, own.map(entryOf)])),
    })),
    leftOut,
  };
}
