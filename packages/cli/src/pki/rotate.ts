import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isSeawallError } from '@seawall/base';
import {
  type AuthorityName,
  authorityNames,
  openCluster,
  pkiErrors,
  planRotation,
  type RotationOrder,
  type RotationProgress,
  rotationStatus,
  type Step,
  stepBack,
  stepForward,
  stepsOf,
} from '@seawall/pki';
import { type Command, Option } from 'commander';
import type { CommandContext, OutputFormat } from '../command-context.ts';
import { errors } from '../errors.ts';
import { outputOption } from '../output-option.ts';
import { exitCodes } from '../terminal/exit-code.ts';
import { renderTable } from '../terminal/table.ts';
import {
  addKeyOptions,
  directoryOption,
  durationOption,
  externalAuthorities,
  type KeyOptions,
  keyAccess,
} from './options.ts';
import { renderChecks } from './report.ts';

interface PlanOptions extends KeyOptions {
  readonly directory: string;
  readonly authority?: AuthorityName;
  readonly peerAuthority?: string;
  readonly clientAuthority?: string;
  readonly output: OutputFormat;
}

interface StepOptions extends KeyOptions {
  readonly directory: string;
  readonly confirmed?: boolean;
  readonly live: boolean;
  readonly all?: boolean;
  readonly deploy?: string;
  readonly wait: number;
  readonly timeout: number;
  readonly output: OutputFormat;
}

const retryMilliseconds = 500;

/** `seawall pki etcd rotate-ca plan|step|status|rollback` */
export function addRotationCommands(parent: Command, context: CommandContext): void {
  const rotate = parent
    .command('rotate-ca')
    .description(
      'replace the authorities while the cluster runs: trust both, new certificates, drop the old',
    );
  const plan = rotate
    .command('plan')
    .description(
      'make the new authorities and certificates aside, and show the steps; changes nothing in use',
    )
    .addOption(directoryOption())
    .addOption(new Option('--authority <name>', 'replace this one only').choices(authorityNames))
    .option('--peer-authority <file>', 'the new external authority of peers')
    .option('--client-authority <file>', 'the new external authority of clients');
  addKeyOptions(plan)
    .addOption(outputOption())
    .action((options: PlanOptions) => showPlan(context, options));
  addStepOptions(rotate.command('step'))
    .description('check that the cluster is where the steps so far should have brought it, then do the next')
    .action((options: StepOptions) => advance(context, options, stepForward));
  addStepOptions(rotate.command('rollback'))
    .description('take the last step back; after the first, the rotation never was')
    .action((options: StepOptions) => advance(context, options, stepBack));
  rotate
    .command('status')
    .description('how far it is, and whether every member follows; exit code 1 when one does not')
    .addOption(directoryOption())
    .option('--no-live', 'ask no member')
    .addOption(durationOption('--timeout <duration>', 'patience with one handshake', '5s'))
    .addOption(outputOption())
    .action((options: StepOptions) => showStatus(context, options));
}

function addStepOptions(command: Command): Command {
  command
    .addOption(directoryOption())
    .option('--confirmed', 'the clients follow: no handshake can show that')
    .option('--no-live', 'ask no member before the step')
    .option('--all', 'go on to the end')
    .option(
      '--deploy <command>',
      'run after each step by /bin/sh, to copy a folder and restart what uses it: SEAWALL_UNIT, SEAWALL_UNIT_DIRECTORY, SEAWALL_RESTART (yes or no)',
    )
    .addOption(durationOption('--wait <duration>', 'patience with a member after --deploy', '1m'))
    .addOption(durationOption('--timeout <duration>', 'patience with one handshake', '5s'));
  return addKeyOptions(command).addOption(outputOption());
}

async function showPlan(context: CommandContext, options: PlanOptions): Promise<void> {
  refuseForeignAuthorities(options);
  const steps = await planRotation({
    directory: options.directory,
    authorities: options.authority ? [options.authority] : undefined,
    externalAuthorities: externalAuthorities(options),
    now: Date.now(),
    ...(await keyAccess(context, options.directory, options)),
  });
  const { output } = context.terminal;
  if (options.output === 'json') output.write(`${JSON.stringify({ steps }, undefined, 2)}\n`);
  else {
    output.write(renderSteps(steps, 0));
    output.write('nothing in use has changed; begin with: seawall pki etcd rotate-ca step\n');
  }
}

/** Where Seawall has the keys it makes the new authorities: others that were given would be left out without a word. */
function refuseForeignAuthorities({ directory, peerAuthority, clientAuthority }: PlanOptions): void {
  const value = peerAuthority ?? clientAuthority;
  if (value === undefined || openCluster(directory).description.keyKeeping === 'external') return;
  throw errors.create('OPTION_INVALID', {
    option: peerAuthority === undefined ? '--client-authority' : '--peer-authority',
    value,
    problem: 'the authorities of this cluster are not external: leave it out, and new ones are made',
  });
}

async function showStatus({ terminal, setExitCode }: CommandContext, options: StepOptions): Promise<void> {
  const status = await rotationStatus(orderOf(options, {}));
  const { state, steps, checks } = status;
  if (checks.some(({ outcome }) => outcome === 'fail')) setExitCode(exitCodes.findings);
  if (options.output === 'json') {
    terminal.output.write(`${JSON.stringify(status, undefined, 2)}\n`);
    return;
  }
  terminal.output.write(renderSteps(steps, state.position));
  if (checks.length > 0) terminal.output.write(`\n${renderChecks(checks, terminal.output)}`);
}

/** Goes one step, or with --all all of them, in the direction given. */
async function advance(
  context: CommandContext,
  options: StepOptions,
  move: (order: RotationOrder) => Promise<RotationProgress>,
): Promise<void> {
  const { output } = context.terminal;
  const order = orderOf(options, await keyAccess(context, options.directory, options));
  for (;;) {
    const progress = await moveWhenReady(order, options, move);
    if (options.output === 'json') output.write(`${JSON.stringify(progress)}\n`);
    else output.write(progressText(progress, options.deploy !== undefined));
    if (progress.paths.length > 0 && options.deploy !== undefined) deploy(options, progress.step);
    if (!options.all || progress.isOver) return;
  }
}

/**
 * With --deploy, a step that finds the cluster behind waits for it; if that doesn't help, the last step's command is run again: what it was
 * to do may have been interrupted.
 */
async function moveWhenReady(
  order: RotationOrder,
  options: StepOptions,
  move: (order: RotationOrder) => Promise<RotationProgress>,
): Promise<RotationProgress> {
  const start = Date.now();
  let hasDeployedAgain = false;
  for (;;) {
    try {
      return await move({ ...order, now: Date.now() });
    } catch (error) {
      if (!isSeawallError(error, 'pki/ROTATION_NOT_READY') || options.deploy === undefined) throw error;
      const waited = Date.now() - start;
      if (waited > options.wait) throw error;
      if (!hasDeployedAgain && waited > options.wait / 4) {
        hasDeployedAgain = true;
        const steps = stepsOf(openCluster(options.directory).description);
        const last = steps.find(({ id }) => id === error.details.lastStep);
        if (last) deploy(options, last);
      }
      await sleep(retryMilliseconds);
    }
  }
}

function deploy({ deploy: command, directory, output }: StepOptions, { unit, kind }: Step): void {
  if (command === undefined || unit === undefined) return;
  const { status, signal, error } = spawnSync('/bin/sh', ['-c', command], {
    stdio: ['ignore', output === 'json' ? 2 : 'inherit', 'inherit'],
    env: {
      ...process.env,
      SEAWALL_UNIT: unit,
      SEAWALL_UNIT_DIRECTORY: resolve(directory, unit),
      SEAWALL_RESTART: kind === 'new-leaves' ? 'no' : 'yes',
    },
  });
  if (status !== 0) {
    const reason = error?.message ?? (signal ? `ended by ${signal}` : `exit code ${status}`);
    throw pkiErrors.create('DEPLOY_FAILED', { command, unit, reason }, error);
  }
}

function orderOf(options: StepOptions, access: RotationOrder | object): RotationOrder {
  return {
    ...access,
    directory: options.directory,
    now: Date.now(),
    isConfirmed: options.confirmed,
    isLiveSkipped: !options.live,
    timeoutMilliseconds: options.timeout,
  };
}

function progressText(
  { step, position, total, isGoingBack, isResumed, isOver, paths }: RotationProgress,
  isDeployed: boolean,
): string {
  const where = isOver ? (isGoingBack ? 'rolled back' : 'done') : `${position}/${total}`;
  const verb = `${isResumed ? 'finished what was interrupted: ' : ''}${isGoingBack && !isOver ? 'taken back: ' : ''}`;
  const toDo = isDeployed || paths.length === 0 ? '' : `  now: ${step.toDo}\n`;
  return `${where}  ${verb}${step.id}\n${toDo}`;
}

function renderSteps(steps: readonly Step[], position: number): string {
  const rows = steps.map(({ id, toDo }, index) => [
    String(index + 1),
    index < position ? 'done' : index === position ? 'next' : '',
    id,
    toDo,
  ]);
  return renderTable(
    [{ title: '#', align: 'right' }, { title: 'STATE' }, { title: 'STEP' }, { title: 'THEN' }],
    rows,
  );
}
