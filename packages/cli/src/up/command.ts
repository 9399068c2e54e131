import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { CommandContext, OutputFormat } from '../command-context.ts';
import { errors } from '../errors.ts';
import { outputOption } from '../output-option.ts';
import { prepareLive } from '../probe/prepare.ts';
import { secondsOption } from '../probe/seconds-option.ts';
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
  const obstacle = options.replay ? undefined : prepareLive(context.terminal);
  if (obstacle !== undefined)
    context.terminal.errors.write(`This machine is not watched live: ${obstacle}.\n`);
  if (options.replay || obstacle !== undefined) await replayExample(context, options.output);
  else await watchLive(context, options);
}

async function watchLive(context: CommandContext, { output, seconds }: Options): Promise<void> {
  const { strong, faint } = context.terminal.errors.palette;
  context.terminal.errors.write(
    [
      strong('Seawall watches this machine live.'),
      faint('  rules      rules/ (your own: seawall watch --rules FILE...)'),
      faint('Each line on standard output is an alert: time, priority, what happened.'),
      '',
      '',
    ].join('\n'),
  );
  await runWatch(context, {
    input: { source: 'syscall', path: undefined },
    rules: [RULES],
    without: [],
    ...(seconds !== undefined && { seconds }),
    summary: 'text',
    failOnAlert: false,
    settings: { ...createWatchSettings(), isJson: output === 'json' },
  });
}

async function replayExample(context: CommandContext, output: OutputFormat): Promise<void> {
  if (!existsSync(EXAMPLE)) throw errors.create('EXAMPLE_ABSENT');
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
    metadata: join(EXAMPLE, 'attack.containers.json.gz'),
    summary: 'text',
    failOnAlert: false,
    settings: { ...createWatchSettings(), isJson: output === 'json' },
  });
}
