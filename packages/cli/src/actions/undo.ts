import { userInfo } from 'node:os';
import { nanosecondsNow, systemClock } from '@seawall/base';
import { findApiServer, openPods, type Pods } from '@seawall/kube';
import { type UndoData, undoAction } from '@seawall/policies';
import { type ActionRecord, openStore, type Store } from '@seawall/store';
import type { Command } from 'commander';
import type { CommandContext, OutputFormat } from '../command-context.ts';
import { errors } from '../errors.ts';
import { jsonText } from '../json-text.ts';
import { outputOption } from '../output-option.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { withRuntimes } from './runtimes.ts';
import { storeOption } from './store-option.ts';

interface Options {
  readonly store: string;
  readonly kubeconfig?: string;
  readonly output: OutputFormat;
}

const PAGE = 1000;

/** `seawall actions undo`: lets a paused container go on, gives a pod its labels and its network back. */
export function addUndoCommand(parent: Command, context: CommandContext): void {
  parent
    .command('undo')
    .argument('<key>', 'the action’s key as `seawall actions list --undoable` shows it, or its beginning')
    .description('undo a pause, a label or an isolation, on the node where it was done')
    .option('--kubeconfig <file>', 'how to reach the API server, for labels and isolation')
    .addOption(storeOption())
    .addOption(outputOption())
    .addHelpText(
      'after',
      '\nExit codes: 0 it is undone; 2 wrong usage; 3 there is nothing to undo, or it could not be undone.',
    )
    .action((key: string, options: Options) => undo(context, key, options));
}

async function undo(
  { terminal }: CommandContext,
  key: string,
  { store: path, kubeconfig, output }: Options,
): Promise<void> {
  const { environment } = terminal;
  const store = openStore({ path, access: 'edit' });
  let pods: Pods | undefined;
  try {
    const record = await findAction(store, key);
    pods = needsApiServer(record) ? openPods(findApiServer({ kubeconfig, environment })) : undefined;
    const undone = await withRuntimes((runtimeOf) =>
      undoAction(record, {
        runtimeOf,
        pods,
        now: () => nanosecondsNow(systemClock),
        actor: `user ${userName(terminal)}`,
      }),
    );
    await store.commit({ actions: [undone] });
    const text = `${undone.kind} of ${undone.target} is undone\n`;
    terminal.output.write(output === 'json' ? jsonText(undone) : text);
  } finally {
    pods?.close();
    await store.close();
  }
}

/** The runtime and the kernel are asked on the node itself; pods only through the API server. */
function needsApiServer({ undo, undone }: ActionRecord): boolean {
  const data = undo as UndoData | undefined | null;
  return undone === undefined && data != null && data.kind !== 'unpause';
}

/** A whole key names any action, so that one that can't be undone says why; a beginning is of one that can. */
async function findAction(store: Store, key: string): Promise<ActionRecord> {
  const exact = await store.action(key);
  if (exact !== undefined) return exact;
  const found: ActionRecord[] = [];
  let after: string | undefined;
  do {
    const page = await store.actions(
      { undoable: true },
      { limit: PAGE, ...(after !== undefined && { after }) },
    );
    found.push(...page.items.filter((record) => record.key.startsWith(key)));
    after = page.next;
  } while (after !== undefined);
  if (found.length === 1) return found[0]!;
  const hint =
    found.length === 0
      ? '`seawall actions list --undoable` shows those that can be undone'
      : `several begin so: ${found.map((record) => record.key).join(', ')}`;
  throw errors.create('NO_SUCH_ACTION', { key, hint });
}

/** Who really asked, also behind sudo. */
function userName({ environment }: Terminal): string {
  return environment.SUDO_USER || userInfo().username;
}
