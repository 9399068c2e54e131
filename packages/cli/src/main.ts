#!/usr/bin/env -S node --max-semi-space-size=2
import { nodeProblem } from './node-version.ts';
import { exitCodes } from './terminal/exit-code.ts';

const problem = nodeProblem(process.version);
if (problem === undefined) {
  // Loaded only here: with an older Node that fails already, by a name that it has not.
  const [{ run }, { createProcessTerminal }] = await Promise.all([
    import('./run.ts'),
    import('./terminal/terminal.ts'),
  ]);
  process.exitCode = await run(process.argv.slice(2), createProcessTerminal());
} else {
  process.stderr.write(`seawall: ${problem}\n`);
  process.exitCode = exitCodes.failure;
}
