import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { errors } from '../errors.ts';
import { runWatch } from '../watch/run.ts';
import { createWatchSettings } from '../watch/settings.ts';

/** The checkout's folder: four up from src/up/, as from dist/up/. */
const ROOT = join(import.meta.dirname, '..', '..', '..', '..');
const EXAMPLE = join(ROOT, 'examples', 'control-plane');
const RULES = join(ROOT, 'rules');

/** `seawall up`, what `npm start` runs: shows what there is to see on a machine with nothing set up. */
export function addUpCommand(program: Command, context: CommandContext): void {
  program
    .command('up')
    .description('start Seawall on this machine; for now it replays the bundled recording')
    .action(() => up(context));
}

async function up(context: CommandContext): Promise<void> {
  if (!existsSync(EXAMPLE)) throw errors.create('EXAMPLE_ABSENT');
  const { errors: stream } = context.terminal;
  const { strong, faint } = stream.palette;
  stream.write(
    [
      strong(
        'Seawall replays a recording of an attacked control plane (159 seconds of one node, 34 things done to it).',
      ),
      'Watching this machine live comes next; this version watches recordings and audit logs.',
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
    settings: createWatchSettings(),
  });
}
