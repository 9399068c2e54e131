import {
  containerInfoOf,
  createAuditWatch,
  createCaptureWatch,
  type DropNotice,
  type SectionsWatchOptions,
  suggestedOutput,
  type Watch,
  type WatchOptions,
} from '@seawall/agent';
import { isSeawallError, systemClock } from '@seawall/base';
import { eventType } from '@seawall/events';
import { type AuditInputFault, type RuntimeAddress, readContainerMetadata } from '@seawall/kube';
import { parsePriority, priorities, type Rule, type RuleMeaning, selectRules } from '@seawall/rules';
import type { CommandContext } from '../command-context.ts';
import { errors } from '../errors.ts';
import { captureInput } from '../input/capture-input.ts';
import { nameOfPath, readUnpacked, readWhole, STANDARD_STREAM } from '../input/open.ts';
import { countOf } from '../number-text.ts';
import { createUntil } from '../probe/until.ts';
import { watchThisMachine } from '../probe/watch-this-machine.ts';
import { auditCatalogue, cataloguesWithout, syscallCatalogue } from '../rules/catalogues.ts';
import { countMessages, loadRuleFiles } from '../rules/load.ts';
import { messagesText } from '../rules/message-text.ts';
import { exitCodes } from '../terminal/exit-code.ts';
import { createProgress } from '../terminal/progress.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { createAlertWriter } from './alert-writer.ts';
import { createExtras } from './extras.ts';
import type { WatchSettings } from './settings.ts';
import {
  createAlertCounter,
  eventSummary,
  type SummaryFormat,
  summaryJson,
  summaryText,
  type WatchSummary,
} from './summary.ts';

export type WatchInput =
  /** A capture; without a path this very machine, live. */
  | { readonly source: 'syscall'; readonly path: string | undefined }
  | { readonly source: 'k8s_audit'; readonly path: string };

export interface WatchRequest {
  readonly input: WatchInput;
  readonly rules: readonly string[];
  /** Plugins of Falco's whose fields are left out. */
  readonly without: readonly string[];
  readonly meaning: RuleMeaning;
  readonly metadata?: string;
  /** For watching live: stops after so many seconds, and keeps everything in a capture. */
  readonly seconds?: number;
  readonly record?: string;
  /** The container runtimes to ask; those at the usual places unless given. */
  readonly runtimes?: readonly RuntimeAddress[];
  readonly summary: SummaryFormat;
  readonly hostname?: string;
  readonly failOnAlert: boolean;
  readonly settings: WatchSettings;
}

/** Faults of the input that are told one by one; further ones are only counted. */
const FAULTS_TOLD = 10;

/** Does what `seawall watch` was asked to do. */
export async function runWatch(context: CommandContext, request: WatchRequest): Promise<void> {
  const { terminal, setExitCode } = context;
  const { settings, input } = request;
  const rules = await loadForWatch(context, request);
  if (rules === undefined) {
    setExitCode(exitCodes.findings);
    return;
  }
  const started = systemClock.monotonic();
  const inputName = input.path === undefined ? 'this machine' : nameOfPath(input.path);
  const counter = createAlertCounter(priorities);
  const faults: { count: number; hasJson: boolean; first?: AuditInputFault } = { count: 0, hasJson: false };
  const progress = createProgress({
    clock: systemClock,
    isTerminal: terminal.errors.isTerminal,
    write: (text) => terminal.errors.write(text),
  });
  const writer = createAlertWriter(terminal.output, settings);
  const options: WatchOptions = {
    rules,
    isFirstOnly: settings.ruleMatching === 'first',
    isIsoTime: settings.isIsoTime,
    hostname: request.hostname ?? (terminal.environment.FALCO_HOSTNAME || undefined),
    onAlert(alert) {
      progress.finish();
      if (alert.source !== 'internal') counter.count(alert);
      writer.write(alert);
    },
    onProgress(eventCount) {
      writer.flush();
      if (request.summary !== 'json')
        progress.update(
          () => `${inputName}: ${countOf(eventCount, 'event')}, ${countOf(counter.total, 'alert')}`,
        );
    },
  };
  // What comes in through a pipe may go on for ever, as this machine does: it is ended in the same way.
  const until = input.path === STANDARD_STREAM ? createUntil(undefined) : undefined;
  const watch =
    input.source === 'syscall'
      ? await watchSystemCalls(request, input.path, options, terminal, until?.signal)
      : createAuditWatch({
          ...options,
          input: readUnpacked(input.path, terminal, until?.signal),
          catalogue: auditCatalogue,
          onFault(fault) {
            faults.count += 1;
            faults.first ??= fault;
            if (fault.isJson) faults.hasJson = true;
            if (faults.count <= FAULTS_TOLD) terminal.errors.write(faultText(input.path, fault));
          },
        });
  const finish = (): void => {
    writer.flush();
    progress.finish();
    const summary: WatchSummary = {
      ...counter.report(),
      events: eventSummary(watch.report(), (type) => nameOfType(input.source, type)),
      faults: faults.count,
      seconds: (systemClock.monotonic() - started) / 1000,
    };
    if (request.summary === 'json') terminal.errors.write(summaryJson(summary));
    if (request.summary === 'text') {
      terminal.errors.write(summaryText(summary, terminal.errors.palette));
    }
  };
  try {
    await watch.run();
  } catch (error) {
    // Where it was ended it breaks off somewhere.
    if (until?.signal.aborted && isSeawallError(error)) {
      finish();
      return;
    }
    // Of what breaks off in the middle, the part that was read still counts.
    if (watch.report().accounting.seen > 0) finish();
    progress.finish();
    throw error;
  } finally {
    until?.release();
  }
  finish();
  // JSON of something else is passed over, as Falco has it.
  if (faults.first !== undefined && !faults.hasJson && watch.report().accounting.seen === 0) {
    const { line, column, reason } = faults.first;
    throw errors.create('EVENTS_ABSENT', {
      path: inputName,
      places: `${countOf(faults.count, 'place')} can't be read`,
      first: `line ${line} column ${column}: ${reason}`,
    });
  }
  if (request.failOnAlert && counter.total > 0) setExitCode(exitCodes.findings);
}

async function watchSystemCalls(
  request: WatchRequest,
  path: string | undefined,
  options: WatchOptions,
  terminal: Terminal,
  signal: AbortSignal | undefined,
): Promise<Watch> {
  const { metadata, settings } = request;
  const records =
    metadata === undefined
      ? []
      : readContainerMetadata(await readWhole(metadata, terminal), nameOfPath(metadata));
  const common: SectionsWatchOptions = {
    ...options,
    catalogue: syscallCatalogue,
    containers: records.map(containerInfoOf),
    drops: settings.drops,
    // A Falco without the plugin knows no containers: users, groups and interfaces are the host's to it.
    ignoresContainers: request.without.includes('container'),
    onDrops(notice) {
      if (settings.drops.actions.includes('log')) terminal.errors.write(dropText(notice));
    },
  };
  if (path === undefined) {
    const { seconds, record, runtimes } = request;
    return watchThisMachine(common, terminal, { seconds, record, runtimes });
  }
  const { input, name } = captureInput(path, terminal, signal);
  return createCaptureWatch({ ...common, input, inputName: name });
}

/** @returns the rules to run; undefined when they have errors, which are then told. */
async function loadForWatch(
  { terminal }: CommandContext,
  { rules: paths, without, meaning, settings, input }: WatchRequest,
): Promise<readonly Rule[] | undefined> {
  const minimumPriority = parsePriority(settings.minimumPriority);
  if (minimumPriority === undefined) {
    const problem = `priorities are ${priorities.join(', ')}`;
    throw errors.create('OPTION_INVALID', { option: '--priority', value: settings.minimumPriority, problem });
  }
  const extras = createExtras(settings, cataloguesWithout(without), input.source);
  const hasSuggested = settings.hasSuggestedOutput && !without.includes('container');
  const loaded = await loadRuleFiles(paths, terminal, without, {
    extraOutput: [...(hasSuggested ? suggestedOutput : []), ...extras.output],
    extraFields: extras.fields,
    meaning,
  });
  for (const remark of extras.remarks) terminal.errors.write(`${remark}\n`);
  const { files, ruleSet, unmetRequirement } = loaded;
  if (ruleSet === undefined) {
    terminal.errors.write(messagesText(files, terminal.errors.palette, ['error']));
    if (unmetRequirement !== undefined) terminal.errors.write(`${unmetRequirement}\n`);
    return undefined;
  }
  const warnings = countMessages(files, 'warning');
  if (warnings > 0) {
    const hint = `seawall rules check ${paths.join(' ')}`;
    terminal.errors.write(`the rules load with ${countOf(warnings, 'warning')}: ${hint} shows them\n`);
  }
  const least = priorities.indexOf(minimumPriority);
  const ofSource = ruleSet.rules.filter(
    ({ source, priority }) => source === input.source && priorities.indexOf(priority) <= least,
  );
  const names = selectRules(ofSource, settings.selection);
  const selected = ofSource.filter(({ name }) => names.has(name));
  if (selected.length === 0) {
    const all = countOf(ruleSet.rules.length, 'rule is', 'rules are');
    terminal.errors.write(
      `no rule runs: ${all} loaded, but none is enabled, urgent enough and about ${input.source}\n`,
    );
  }
  return selected;
}

function nameOfType(source: WatchInput['source'], type: number): string {
  return source === 'syscall' ? (eventType(type)?.name ?? String(type)) : source;
}

function faultText(path: string, { line, column, reason }: AuditInputFault): string {
  return `${nameOfPath(path)}:${line}:${column}: ${reason}\n`;
}

function dropText({ lost }: DropNotice): string {
  return `${countOf(lost, 'event')} lost in the last second\n`;
}
