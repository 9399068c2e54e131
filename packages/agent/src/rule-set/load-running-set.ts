import type { SyscallCatalogue } from '@seawall/inspector';
import type { AuditContext } from '@seawall/kube';
import {
  type ChannelObject,
  type Diagnostic,
  type EnforcementCheck,
  loadPolicyFiles,
  type Matching,
  type PolicyFile,
  type PolicySet,
  renderDiagnostic,
  resolvePolicySet,
  ruleFactsOf,
  ruleSourcesOf,
} from '@seawall/policies';
import {
  distinctMessages,
  type FieldCatalogue,
  findUnmetRequirement,
  loadRules,
  type Rule,
  type RuleFile,
  renderLoadMessage,
} from '@seawall/rules';
import { suggestedOutput } from '../alert/suggested-output.ts';
import { builtInPlugins } from './built-in-plugins.ts';

/** Texts of rules and policies that belong together; they can be sent to another thread and loaded there again. */
export interface SetTexts {
  readonly ruleFiles: readonly RuleFile[];
  readonly policyFiles: readonly PolicyFile[];
  readonly matching: Matching;
}

/** Rules and policies ready to run. */
export interface RunningSet {
  /** Those that some policy runs, in the order of their files. */
  readonly rules: readonly Rule[];
  readonly policies: PolicySet;
  readonly channels: readonly ChannelObject[];
}

export interface LoadedSet {
  /** Undefined where there is an error. */
  readonly set: RunningSet | undefined;
  /** `path:line:column: error: message`, errors and warnings. */
  readonly messages: readonly string[];
}

export interface Catalogues {
  readonly syscall: SyscallCatalogue;
  readonly audit: FieldCatalogue<AuditContext>;
}

/** What holds where nobody wrote a policy: every enabled rule alerts, wherever it matches. */
export const defaultPolicy: PolicyFile = {
  path: '(built in)',
  text: `apiVersion: seawall.dev/v1alpha1
kind: RuntimePolicy
metadata: { name: everything }
spec:
  description: Every enabled rule alerts, everywhere. It is there as long as no policy is written.
  rules: [{ name: '*' }]
`,
};

/**
 * Loads rules and policies and finds what belongs together. Nothing throws: what is wrong is in the messages.
 * @param canEnforce asked about what policies deny in the kernel.
 */
export function loadRunningSet(
  { ruleFiles, policyFiles, matching }: SetTexts,
  { syscall, audit }: Catalogues,
  canEnforce: EnforcementCheck,
): LoadedSet {
  const objects = loadPolicyFiles(policyFiles.length === 0 ? [defaultPolicy] : policyFiles);
  const sources = ruleSourcesOf(objects.ruleSets);
  const { files, ruleSet } = loadRules([...ruleFiles, ...sources.inline], [syscall, audit], {
    extraOutput: suggestedOutput,
  });
  const ruleMessages = distinctMessages(files).map(renderLoadMessage);
  const messages = [...ruleMessages, ...objects.diagnostics.map(renderDiagnostic)];
  const unmet = ruleSet && findUnmetRequirement(ruleSet.requiredPlugins, builtInPlugins);
  if (ruleSet === undefined || unmet !== undefined || hasError(objects.diagnostics)) {
    return { set: undefined, messages: unmet === undefined ? messages : [...messages, unmet] };
  }
  const resolved = resolvePolicySet(objects.policies, {
    ruleSets: objects.ruleSets,
    rules: ruleFactsOf(ruleSet),
    channels: objects.channels.map(({ name }) => name),
    canEnforce,
    matching,
  });
  messages.push(...resolved.diagnostics.map(renderDiagnostic));
  if (resolved.set === undefined) return { set: undefined, messages };
  const { ruleNames } = resolved.set;
  return {
    set: {
      rules: ruleSet.rules.filter(({ name, isEnabled }) => isEnabled && ruleNames.has(name)),
      policies: resolved.set,
      channels: objects.channels,
    },
    messages,
  };
}

function hasError(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ severity }) => severity === 'error');
}
