import { runCases } from '../regression/run-cases.ts';
import type { Suite } from '../suite.ts';

/** Whole runs over captures: alerts, counts, errors, warnings as Falco 0.44 gives them. */
export const suite: Suite = {
  file: 'regression/cases.json',
  title: 'runs over captures, as Falco 0.44 does them',
  run: (folder) => runCases(folder, ({ falco_0_44 }) => falco_0_44 !== undefined),
};
