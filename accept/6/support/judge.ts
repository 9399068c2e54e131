import type { Expectation, SeenAlert, Step } from './recording.ts';
import { tagsOfSections } from './sections.ts';

/** A recording's steps held against alerts. */
export interface Judgement {
  readonly mustCount: number;
  /** `STEP SECTION PROCESS` each: expected and not raised by a rule of the section on that container. */
  readonly missing: readonly string[];
  readonly forbiddenCount: number;
  readonly forbidden: readonly string[];
  /** Alerts at a time or on a container that no step explains. */
  readonly outside: readonly SeenAlert[];
}

/** The command is given at `time`; what it starts may end a little after it returned. */
const LATE_MILLISECONDS = 1_500;
/** The kernel keeps so many bytes of a program's name. */
const COMM_LENGTH = 15;
const SHORT_ID_LENGTH = 12;

export function judge(steps: readonly Step[], alerts: readonly SeenAlert[]): Judgement {
  const missing: string[] = [];
  const forbidden: string[] = [];
  let mustCount = 0;
  let forbiddenCount = 0;
  for (const step of steps) {
    const near = alerts.filter((alert) => isDuring(alert, step));
    for (const expectation of step.expect) {
      const answers = near.filter((alert) => isAnswer(alert, expectation, step));
      const name = `${step.step} ${expectation.rule} ${expectation.process ?? expectation.object ?? ''}`;
      if (expectation.verdict === 'must') {
        mustCount += 1;
        if (answers.length === 0) missing.push(name);
      } else if (expectation.verdict === 'must_not') {
        forbiddenCount += 1;
        if (answers.length > 0) forbidden.push(name);
      }
    }
  }
  const outside = alerts.filter((alert) => !steps.some((step) => isDuring(alert, step) && isAt(alert, step)));
  return { mustCount, missing, forbiddenCount, forbidden, outside };
}

function isDuring({ time }: SeenAlert, step: Step): boolean {
  return time >= Date.parse(step.time) && time <= Date.parse(step.end) + LATE_MILLISECONDS;
}

/** Whether the alert is about the step's own container; what a command on the node sets off may be anywhere. */
function isAt({ fields, source }: SeenAlert, { where, container_id }: Step): boolean {
  if (where === 'node' || source !== 'syscall') return true;
  return fields['container.id'] === container_id?.slice(0, SHORT_ID_LENGTH);
}

function isAnswer(alert: SeenAlert, expectation: Expectation, step: Step): boolean {
  const tags = tagsOfSections[expectation.rule];
  if (tags === undefined || !alert.tags.some((tag) => tags.includes(tag))) return false;
  if (!isAt(alert, step)) return false;
  const { process, object = '' } = expectation;
  if (alert.source === 'syscall' && process !== undefined) {
    if (alert.fields['proc.name'] !== process.slice(0, COMM_LENGTH)) return false;
  }
  return isAbout(alert, object, process !== undefined);
}

/** What an expectation names as its object is words for people: the pod, path or connection in it is looked for. */
function isAbout({ fields, output }: SeenAlert, object: string, hasProcess: boolean): boolean {
  const pod = /(?:^|pod )([a-z0-9-]+)\/([a-z0-9.-]+)/.exec(object);
  if (pod !== null && !hasProcess) {
    return [fields['k8s.pod.name'], fields['ka.target.name'], fields['ka.resp.name']].includes(pod[2]);
  }
  const connection = /->([0-9a-f.:]+:\d+)$/.exec(object);
  if (connection !== null) return output.includes(connection[1]);
  const path = /^(\/[^ ]+)$/.exec(object);
  return path === null || String(fields['fd.name']) === path[1] || output.includes(path[1]);
}
