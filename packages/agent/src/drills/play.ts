import { setTimeout as wait } from 'node:timers/promises';
import { sleep } from '@seawall/base';
import type { Alert } from '../alert/alert.ts';
import type { PolicyAnswer } from './policy-answer.ts';
import type { DrillStep } from './steps.ts';

/** The container that steps are played in. */
export interface DrillTarget {
  /** The whole id. */
  readonly id: string;
  /** Whether it was made for the drill. */
  readonly isOwn: boolean;
  /** Runs `/bin/sh -c SCRIPT` in it to its end. @returns the exit code, 128 and the signal's number after one. */
  exec(script: string): Promise<number>;
  isRunning(): Promise<boolean>;
}

/** An alert about the drill's container, and when it was there. */
export interface HeardAlert {
  readonly alert: Alert;
  /** Milliseconds since the epoch. */
  readonly arrival: number;
  /** What the drill's policies say to it; none where it has none. */
  readonly policies?: readonly PolicyAnswer[];
}

export interface StepReport {
  readonly step: DrillStep;
  readonly outcome: 'raised' | 'missed' | 'skipped';
  /** Rules that answered, each once. */
  readonly rules: readonly string[];
  /** Milliseconds from the offending event to the first alert; undefined where nothing was raised. */
  readonly latencyMilliseconds: number | undefined;
  /** What became of who did it: somebody (an agent, a kernel policy) ended the process, or the container. */
  readonly acted: 'container ended' | 'process killed' | 'no';
  /** The policies that the answers count for, each once, and what these would do. */
  readonly policies: readonly PolicyAnswer[];
  /** Why a step was skipped; '' for others. */
  readonly reason: string;
}

export interface DrillReport {
  readonly container: string;
  readonly steps: readonly StepReport[];
  /** Alerts about the container while nothing was played. */
  readonly before: readonly HeardAlert[];
  readonly after: readonly HeardAlert[];
}

export interface DrillOptions {
  readonly target: DrillTarget;
  readonly steps: readonly DrillStep[];
  /** Tags of the rules that run: a step that none of them is about can't be raised by a tag. */
  readonly tags: ReadonlySet<string>;
  /** Alerts about the container so far, in their order; grows while the drill goes on. */
  readonly heard: readonly HeardAlert[];
  /** Milliseconds that are listened before and after; 1,000 unless told. */
  readonly quiet?: number;
  /** Milliseconds that an alert may take; 3,000 unless told. */
  readonly patience?: number;
  /** Ends the drill when the step at hand is over, which takes away again what it made. */
  readonly signal?: AbortSignal;
  onStep?(report: StepReport): void;
}

/** A process ended by SIGKILL shows 128 + 9. */
const KILLED = 137;
/** What a script ends with where a program that it needs is not in the image. */
const LACKING = 99;
/** Milliseconds that what a step sets off goes on behind it. */
const AFTERMATH = 400;
const POLL = 20;

/** Plays steps one after the other, and listens to what is raised about the container in the meantime. @throws the signal's reason */
export async function playDrill(options: DrillOptions): Promise<DrillReport> {
  const { target, steps, heard, quiet = 1000, signal, onStep } = options;
  await sleep(quiet, signal);
  const before = [...heard];
  const reports: StepReport[] = [];
  for (const step of steps) {
    signal?.throwIfAborted();
    const report = await playStep(step, options);
    reports.push(report);
    onStep?.(report);
  }
  // What the last step set off has been heard by now.
  const atEnd = heard.length;
  await sleep(quiet, signal);
  signal?.throwIfAborted();
  return { container: target.id, steps: reports, before, after: heard.slice(atEnd) };
}

async function playStep(step: DrillStep, options: DrillOptions): Promise<StepReport> {
  const { target, heard, patience = 3000 } = options;
  const reason = await obstacleOf(step, options);
  if (reason !== undefined) return skipped(step, reason);
  const from = heard.length;
  const isAnswer = answersOf(step, options.tags);
  const code = await target.exec(scriptOf(step));
  if (code === LACKING) {
    await wait(AFTERMATH);
    return skipped(step, `the image lacks one of ${step.needs.join(', ')}`);
  }
  const deadline = performance.now() + patience;
  while (!heard.slice(from).some(isAnswer) && performance.now() < deadline) await wait(POLL);
  await wait(AFTERMATH);
  const answers = heard.slice(from).filter(isAnswer);
  const [first] = answers;
  const isEnded = !(await target.isRunning());
  return {
    step,
    outcome: first === undefined ? 'missed' : 'raised',
    rules: [...new Set(answers.map(({ alert }) => alert.rule))],
    latencyMilliseconds:
      first === undefined ? undefined : first.arrival - Number(first.alert.timestamp / 1000n) / 1000,
    acted: isEnded ? 'container ended' : code === KILLED ? 'process killed' : 'no',
    policies: eachOnce(answers.flatMap(({ policies = [] }) => policies)),
    reason: '',
  };
}

function eachOnce(answers: readonly PolicyAnswer[]): readonly PolicyAnswer[] {
  return [...new Map(answers.map((answer) => [answer.policy, answer])).values()];
}

function skipped(step: DrillStep, reason: string): StepReport {
  return {
    step,
    outcome: 'skipped',
    rules: [],
    latencyMilliseconds: undefined,
    acted: 'no',
    policies: [],
    reason,
  };
}

/** Why a step can't be played; undefined where it can. */
async function obstacleOf(
  { isOfOwnContainer }: DrillStep,
  { target }: DrillOptions,
): Promise<string | undefined> {
  if (isOfOwnContainer === true && !target.isOwn) return 'it is about a container of its own';
  return (await target.isRunning()) ? undefined : 'the container has ended';
}

/** The script, which first looks for what it needs: another shell that looked would be one more process to be raised. */
function scriptOf({ needs, script }: DrillStep): string {
  const checks = needs.map((program) => `command -v ${program} >/dev/null || exit ${LACKING}; `);
  return `${checks.join('')}${script}`;
}

/** By tag where a rule has one of the step's; rules of one's own need none: then any alert answers. */
function answersOf({ tags }: DrillStep, known: ReadonlySet<string>): (heard: HeardAlert) => boolean {
  if (!tags.some((tag) => known.has(tag))) return () => true;
  return ({ alert }) => alert.tags.some((tag) => tags.includes(tag));
}
