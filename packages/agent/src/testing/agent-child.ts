// Runs an agent until it is killed: for tests of sudden ends. It says on standard output when it watches.
// Usage: agent-child.ts CONFIGURATION
import { writeSync } from 'node:fs';
import { readConfiguration } from '../configuration/read-configuration.ts';
import { startAgent } from '../daemon/agent.ts';

const agent = await startAgent({
  configuration: readConfiguration(process.argv[2] as string),
  environment: {},
  onWatching: () => writeSync(1, 'watching\n'),
  log: (level, message) => writeSync(2, `${level} ${message}\n`),
});
await agent.done;
