import { join } from 'node:path';
import { runSeawall } from '../../conformance/regression/run-seawall.ts';
import { locateShared } from '../../test/shared.ts';
import type { AcceptanceResult } from '../row.ts';

export const title = 'the 93 stock rules and the audit rules load together without an error';

const FILES = [
  'falco_rules.yaml',
  'falco-incubating_rules.yaml',
  'falco-sandbox_rules.yaml',
  'k8saudit/k8s_audit_rules.yaml',
];

export async function run(): Promise<AcceptanceResult> {
  const folder = locateShared('conformance', 'stock-rules');
  if (folder === undefined) return { skipped: 'there is no conformance folder (set SEAWALL_SHARED)' };
  const paths = FILES.map((file) => join(folder, file));
  const check = await runSeawall(['rules', 'check', ...paths]);
  const list = await runSeawall(['rules', 'list', '--output', 'json', ...paths]);
  const { rules } = JSON.parse(list.stdout) as { rules: readonly { info: { source: string } }[] };
  const syscall = rules.filter(({ info }) => info.source === 'syscall').length;
  const verdict = check.stdout.trimEnd().split('\n').at(-1) ?? '';
  return {
    figure: `${syscall} rules about system calls, ${rules.length - syscall} about audit events; ${verdict}`,
    passed: check.exitCode === 0 && syscall === 93 && rules.length > syscall,
  };
}
