import { z } from 'zod';
import { actionSchema, createAction } from '../action/action-schema.ts';
import { durationText, millisecondsOf } from '../channel/duration.ts';
import { severity } from '../channel/routing.ts';
import { createScope, scopeSchema } from '../scope/scope-schema.ts';
import type { NamedPlace, Place, RuntimePolicy } from './policy.ts';
import { createSelector, selectorSchema } from './selector.ts';

/** What a policy has where it doesn't say: written here once, shown by the documentation. */
export const policyDefaults = {
  mode: 'alert',
  rateLimitCount: 10,
  rateLimitPer: '1m',
  coolDown: '30s',
} as const;

const flag = (what: string) => z.boolean({ error: `${what}: write true or false` });

/** `spec` of a RuntimePolicy as it is written. */
export const policySpecSchema = z.strictObject(
  {
    description: z.string({ error: 'a description is a text' }).describe('What it is for.').optional(),
    enabled: flag('enabled').default(true).describe('false leaves the policy out.'),
    scope: scopeSchema.describe('Where it holds: everywhere when left out.').optional(),
    rules: z
      .array(selectorSchema, {
        error: ({ input }) =>
          input === undefined
            ? 'rules is missing: write which rules it runs, such as rules: [{ tag: etcd }]'
            : 'write a list: - name: NAME, - tag: TAG, - file: FILE or - ruleSet: NAME',
      })
      .min(1, { error: 'it runs no rule: write such as - tag: etcd' })
      .describe('Which rules it runs.'),
    mode: z
      .enum(['shadow', 'alert', 'enforce'], { error: 'a mode is one of shadow, alert, enforce' })
      .default(policyDefaults.mode)
      .describe(
        'shadow: findings are kept, nothing else. alert: messages and captures as well. enforce: all actions.',
      ),
    actions: z
      .array(actionSchema, { error: 'write a list of actions: - type: kill' })
      .default([])
      .describe('What follows from a finding.'),
    channels: z
      .array(z.string({ error: 'a channel’s name is a text' }).min(1), {
        error: 'write a list of names of channels: [security-email]',
      })
      .default([])
      .describe('NotificationChannels that are told; * and ? stand for text in names.'),
    severity: severity
      .describe(
        'Instead of what follows from the rule’s priority (Emergency to Error high, Warning medium, Notice low, else info).',
      )
      .optional(),
    runbook: z
      .url({ protocol: /^https?$/, error: 'a runbook is a URL: https://...' })
      .describe('What to do about a finding.')
      .optional(),
    allowQuorumLoss: flag('allowQuorumLoss')
      .default(false)
      .describe('Whether an etcd member may be acted on where its cluster then has no quorum.'),
    dryRun: flag('dryRun').default(false).describe('Whether actions are only written into the audit trail.'),
    rateLimit: z
      .strictObject({
        count: z
          .int({ error: 'write a whole number' })
          .min(1, { error: 'with none allowed, write mode: alert' })
          .max(1000, { error: 'that is no limit: at most 1000' })
          .default(policyDefaults.rateLimitCount),
        per: durationText.default(policyDefaults.rateLimitPer),
      })
      .describe('At most so many actions in that time.')
      .prefault({}),
    coolDown: durationText
      .default(policyDefaults.coolDown)
      .describe('What was acted on is left alone by the same kind of action for so long.'),
    throttle: z
      .strictObject({
        summaryEvery: durationText
          .describe(
            'After the first message of a group, at most one summary in this time; else as channels have it.',
          )
          .optional(),
      })
      .describe('How often people hear of one group; history is never throttled.')
      .prefault({}),
  },
  {
    error: ({ input }) =>
      input === undefined
        ? 'spec is missing: it holds scope, rules, mode, actions and channels'
        : 'write spec as keys: scope, rules, mode, actions, channels',
  },
);

/**
 * @param spec what `policySpecSchema` has accepted.
 * @param placeOf where the value at a path within the spec is written.
 */
export function createPolicy(
  { name, place }: NamedPlace,
  spec: z.output<typeof policySpecSchema>,
  placeOf: (...path: readonly PropertyKey[]) => Place,
): RuntimePolicy {
  return {
    name,
    description: spec.description ?? '',
    place,
    isEnabled: spec.enabled,
    scope: createScope(spec.scope ?? {}, placeOf('scope')),
    rules: spec.rules.map((selector, index) => createSelector(selector, placeOf('rules', index))),
    actions: spec.actions.map((action, index) => createAction(action, placeOf('actions', index))),
    channels: spec.channels.map((channel, index) => ({ name: channel, place: placeOf('channels', index) })),
    mode: spec.mode,
    severity: spec.severity,
    runbook: spec.runbook,
    allowsQuorumLoss: spec.allowQuorumLoss,
    isDryRun: spec.dryRun,
    rateLimit: { count: spec.rateLimit.count, perMilliseconds: millisecondsOf(spec.rateLimit.per) },
    coolDownMilliseconds: millisecondsOf(spec.coolDown),
    throttle: {
      summaryEveryMilliseconds:
        spec.throttle.summaryEvery === undefined ? undefined : millisecondsOf(spec.throttle.summaryEvery),
    },
  };
}
