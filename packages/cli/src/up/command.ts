import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { agentConfiguration } from '@seawall/agent/daemon';
import type { Command } from 'commander';
import { runAgent } from '../agent/run.ts';
import type { CommandContext, OutputFormat } from '../command-context.ts';
import { errors } from '../errors.ts';
import { outputOption } from '../output-option.ts';
import { prepareLive } from '../probe/prepare.ts';
import { secondsOption } from '../probe/seconds-option.ts';
import { createUntil, type Until } from '../probe/until.ts';
import { createAlertWriter } from '../watch/alert-writer.ts';
import { runWatch } from '../watch/run.ts';
import { createWatchSettings } from '../watch/settings.ts';

/** The checkout's folder: four up from src/up/, as from dist/up/. */
const ROOT = join(import.meta.dirname, '..', '..', '..', '..');
const EXAMPLE = join(ROOT, 'examples', 'control-plane');
const RULES = join(ROOT, 'rules');

/** `seawall up`, what `npm start` runs: shows what there is to see on a machine with nothing set up. */
export function defineUp(up: Command, context: CommandContext): void {
  up.option('--replay', 'replay the bundled recording, whatever this machine can do', false)
    .addOption(secondsOption())
    .addOption(outputOption())
    .action((options: Options) => start(context, options));
}

interface Options {
  readonly output: OutputFormat;
  readonly replay: boolean;
  readonly seconds?: number;
}

async function start(context: CommandContext, options: Options): Promise<void> {
  if (!existsSync(RULES) || !existsSync(EXAMPLE)) throw errors.create('EXAMPLE_ABSENT');
  if (options.replay) {
    await replayExample(context, options.output);
    return;
  }
  const until = createUntil(options.seconds, context.terminal);
  try {
    const obstacle = await obstacleUnlessStopped(context, until.signal);
    if (until.signal.aborted) return;
    if (obstacle === undefined) {
      await watchLive(context, options, until);
      return;
    }
    context.terminal.errors.write(`This machine is not watched live: ${obstacle}.\n`);
  } finally {
    until.release();
  }
  await replayExample(context, options.output);
}

async function obstacleUnlessStopped(
  { terminal }: CommandContext,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    return await prepareLive(terminal, signal);
  } catch (error) {
    if (error !== signal.reason) throw error;
    return undefined;
  }
}

/** Where what is found is kept between runs: in the checkout, as a machine with nothing set up has no better place. */
const STATE = join(ROOT, '.seawall', 'agent');

async function watchLive(context: CommandContext, { output }: Options, until: Until): Promise<void> {
  const { terminal } = context;
  const { strong, faint } = terminal.errors.palette;
  const store = join(STATE, 'seawall.db');
  terminal.errors.write(
    [
      strong('Seawall watches this machine live.'),
      faint('  rules      rules/ (for a node of yours: seawall agent --config seawall.yaml, docs/agent.md)'),
      faint(`  findings   seawall findings list --store ${relative(process.cwd(), store)}`),
      faint('Each line on standard output is an alert: time, priority, what happened. Ctrl-C ends it.'),
      '',
      '',
    ].join('\n'),
  );
  const writer = createAlertWriter(terminal.output, { ...createWatchSettings(), isJson: output === 'json' });
  const configuration = agentConfiguration.parse({
    rules: [RULES],
    store: { path: store },
    captures: { directory: join(STATE, 'captures') },
    http: { listen: '127.0.0.1:0' },
  });
  await runAgent(context, configuration, {
    signal: until.signal,
    isAttended: true,
    onWatching: until.start,
    onAlert(alert) {
      writer.write(alert);
      writer.flush();
    },
  });
}

async function replayExample(context: CommandContext, output: OutputFormat): Promise<void> {
  const { errors: stream } = context.terminal;
  const { strong, faint } = stream.palette;
  stream.write(
    [
      strong(
        'Seawall replays a recording of an attacked control plane (159 seconds of one node, 34 things done to it).',
      ),
      faint('  recording  examples/control-plane/attack.scap.gz'),
      faint('  containers examples/control-plane/attack.containers.json.gz'),
      faint('  rules      rules/'),
      faint('Each line below is an alert: time, priority, what happened. Your own: seawall watch --help'),
      '',
      '',
    ].join('\n'),
  );
  await runWatch(context, {
    input: { source: 'syscall', path: join(EXAMPLE, 'attack.scap.gz') },
    rules: [RULES],
    without: [],
    meaning: 'today',
    metadata: join(EXAMPLE, 'attack.containers.json.gz'),
    summary: 'text',
    failOnAlert: false,
    settings: { ...createWatchSettings(), isJson: output === 'json' },
  });
}
