import type { Diagnostic, RuntimePolicy } from './policy.ts';

const containerActions = ['pause', 'stop', 'kill'] as const;

/** What is wrong with a policy taken by itself, beyond what its schema can say. */
export function findPolicyProblems(policy: RuntimePolicy): Diagnostic[] {
  const problems: Diagnostic[] = [];
  const say = (severity: Diagnostic['severity'], place: Diagnostic['place'], message: string) =>
    problems.push({ severity, place, message });
  const seen = new Set<string>();
  for (const { type, place } of policy.actions) {
    if (seen.has(type)) say('error', place, `${type} is listed twice: keep one of them`);
    seen.add(type);
  }
  const ends = policy.actions.filter(({ type }) => containerActions.some((known) => known === type));
  for (const { type, place } of ends.slice(1)) {
    if (type === ends[0]!.type) continue;
    say(
      'error',
      place,
      `${ends[0]!.type} and ${type} of one container contradict each other: keep one of them`,
    );
  }
  if (policy.scope.host === 'only') {
    for (const { type, place } of policy.actions) {
      if (['pause', 'stop', 'kill', 'label', 'isolate'].includes(type)) {
        say('error', place, `the scope is the host alone, which has nothing to ${type}: use kill-process`);
      }
    }
  }
  // In shadow a policy is written out in full before it counts: that is what the mode is for.
  if (policy.mode === 'alert') {
    for (const { type, place } of policy.actions) {
      if (type === 'notify' || type === 'capture') continue;
      say('warning', place, `${type} is not done in mode alert: write mode: enforce, or remove it`);
    }
  }
  const notify = policy.actions.find(({ type }) => type === 'notify');
  if (notify !== undefined && policy.channels.length === 0) {
    say('warning', notify.place, 'nobody is told, since no channels are listed: add channels: [NAME]');
  }
  return problems;
}
