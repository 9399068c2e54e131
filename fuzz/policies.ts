import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSyscallCatalogue } from '@seawall/inspector';
import { createAuditCatalogue } from '@seawall/kube';
import {
  type Diagnostic,
  loadPolicyFiles,
  renderDiagnostic,
  resolvePolicySet,
  ruleFactsOf,
  ruleSourcesOf,
} from '@seawall/policies';
import { loadRules } from '@seawall/rules';
import { feedTexts } from './support/feed-texts.ts';
import { mutateText } from './support/mutate-text.ts';
import { createRandom } from './support/random.ts';
import { yamlFragments } from './support/yaml-fragments.ts';

export const title =
  'damaged files of policies, rule sets and channels: loaded and resolved, or refused with a place';

const PATH = 'fuzz.yaml';

/** @returns how many files were accepted and refused. @throws at the first crash, hang or error without a place. */
export async function run({ seed, iterations = 20_000 }: { seed: number; iterations: number | undefined }) {
  const random = createRandom(seed);
  const seeds = seedPolicyFiles();
  const catalogues = [createSyscallCatalogue(), createAuditCatalogue()];
  const accepted = await feedTexts({
    ...{ seed, iterations, slowest: 5_000 },
    make: () => mutateText(random, seeds, yamlFragments),
    feed: (text) => loadOnce(text, catalogues),
  });
  return `${iterations} files: ${accepted} accepted, ${iterations - accepted} refused`;
}

/** The examples, and one file that has what they don't. */
function seedPolicyFiles(): readonly string[] {
  const examples = ['etcd.yaml', 'default.yaml'].map((name) =>
    readFileSync(join(import.meta.dirname, '../examples/policies', name), 'utf8'),
  );
  return [...examples, everyKey];
}

const everyKey = `apiVersion: seawall.dev/v1alpha1
kind: RuntimePolicy
metadata: {name: everything, labels: {a: b}}
spec:
  description: all keys
  scope:
    clusters: [production-*]
    nodes: ["node-?"]
    namespaces: [payment]
    podLabels: {tier: backend, team: "*"}
    containerLabels: {x: y}
    images: [registry.example.org/payment/*, "etcd@sha256:${'ab'.repeat(32)}"]
    host: true
    not: {pods: ["*-debug-*"], containers: [a]}
  rules: [{tag: etcd-*}, {name: "*"}, {file: "*.yaml"}]
  mode: enforce
  actions:
    - {type: notify}
    - {type: capture, before: 1s, after: 2s, extent: all, maximumMebibytes: 1}
    - {type: pause, for: 5m}
    - {type: kill-process}
    - {type: label, labels: {a: b}}
    - {type: isolate}
    - {type: deny, programsOtherThan: [/bin/etcd], calls: [ptrace], ports: [22], files: [/etc/shadow]}
  channels: [h*]
  severity: high
  runbook: https://example.org/x
  rateLimit: {count: 3, per: 1m}
  coolDown: 30s
  dryRun: true
  throttle: {summaryEvery: 1h}
---
apiVersion: seawall.dev/v1alpha1
kind: NotificationChannel
metadata: {name: hook}
spec:
  webhook:
    url: https://example.org/x
    headers: {Authorization: {fromEnvironment: TOKEN}}
    body: {title: '{{title}}', list: [1, '{{severity}}']}
  routing: {minimumSeverity: low, namespaces: [a*], podLabels: {a: "*"}}
  quietHours: [{from: '22:00', to: '07:00', timeZone: Europe/Zurich, passing: high, days: [monday]}]
  rateLimit: {count: 1, per: 1m}
  retry: {timeout: 10s, first: 2s, longest: 10m, attempts: 3, maximumAge: 24h}
`;

function loadOnce(text: string, catalogues: Parameters<typeof loadRules>[1]): boolean {
  const { policies, ruleSets, channels, diagnostics } = loadPolicyFiles([{ path: PATH, text }]);
  const { inline } = ruleSourcesOf(ruleSets);
  const { ruleSet } = loadRules(inline, catalogues);
  const resolved = resolvePolicySet(policies, {
    ruleSets,
    rules: ruleSet === undefined ? [] : ruleFactsOf(ruleSet),
    channels: channels.map(({ name }) => name),
  });
  const all = [...diagnostics, ...resolved.diagnostics];
  for (const diagnostic of all) checkPlace(diagnostic, text);
  return all.every(({ severity }) => severity !== 'error');
}

function checkPlace(diagnostic: Diagnostic, text: string): void {
  const { line, column } = diagnostic.place;
  const isInside = line >= 1 && column >= 1 && line <= text.split('\n').length;
  if (!isInside || !renderDiagnostic(diagnostic).startsWith(`${PATH}:${line}:${column}: `)) {
    throw new Error(`no place in the file: ${renderDiagnostic(diagnostic)}`);
  }
}
