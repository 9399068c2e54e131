import type { DenyAction } from './wanted.ts';

/** What the kernel is to refuse, in the words of the probe's guards (`GuardPolicy` of `@seawall/probe`). */
export interface DeniedThings {
  readonly programs?: { readonly allowed: readonly string[] };
  readonly forbiddenCalls?: readonly string[];
  readonly connections?: {
    readonly otherwise: 'allow';
    readonly rules: readonly { readonly verdict: 'deny'; readonly ports: number }[];
  };
  readonly opens?: { readonly forbidden: readonly string[] };
  readonly isReportOnly: boolean;
}

/**
 * What a guard has to be told to enforce a `deny`.
 * @param isDryRun of the policy: violations are told then, and nothing is stopped.
 */
export function deniedThings(
  { programsOtherThan, calls, ports, files }: DenyAction,
  isDryRun: boolean,
): DeniedThings {
  return {
    ...(programsOtherThan !== undefined && { programs: { allowed: programsOtherThan } }),
    ...(calls.length > 0 && { forbiddenCalls: calls }),
    ...(ports.length > 0 && {
      connections: { otherwise: 'allow', rules: ports.map((port) => ({ verdict: 'deny', ports: port })) },
    }),
    ...(files.length > 0 && { opens: { forbidden: files } }),
    isReportOnly: isDryRun,
  };
}
