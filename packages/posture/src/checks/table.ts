import { apiserverChecks } from './apiserver.ts';
import type { Benchmark, Check } from './check.ts';
import { controlPlaneChecks } from './control-plane.ts';
import { controlPlaneFileChecks } from './control-plane-files.ts';
import { controllerChecks } from './controllers.ts';
import { etcdChecks } from './etcd.ts';
import { kubeletChecks } from './kubelet.ts';

/** Every check, in the order of the CIS sections. */
export const checks: readonly Check[] = [
  ...controlPlaneFileChecks,
  ...apiserverChecks,
  ...controllerChecks,
  ...etcdChecks,
  ...controlPlaneChecks,
  ...kubeletChecks,
];

/** The checks of one benchmark: those that it numbers, and ours that no benchmark has. */
export function checksOf(benchmark: Benchmark): readonly Check[] {
  return checks.filter(({ cis }) => cis[benchmark] !== undefined || Object.keys(cis).length === 0);
}

/** Finds checks by id or by CIS number (a whole section with `1.2`); empty when nothing has that name. */
export function findChecks(name: string, among: readonly Check[]): readonly Check[] {
  return among.filter(
    ({ id, cis }) =>
      id === name || Object.values(cis).some((number) => number === name || number.startsWith(`${name}.`)),
  );
}
