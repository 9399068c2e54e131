import { runCases } from '../regression/run-cases.ts';
import type { Suite } from '../suite.ts';

/** Whole runs over audit events: alerts as the suites of Falco's audit plugin expect them. */
export const suite: Suite = {
  file: 'regression/cases.json (audit)',
  title: 'runs over Kubernetes audit events, as Falco’s suites expect them',
  run: (folder) => runCases(folder, ({ requires }) => requires !== undefined),
};
