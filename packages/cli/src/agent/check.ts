import { checkFiles, checkSet, readConfiguration } from '@seawall/agent/daemon';
import type { CommandContext } from '../command-context.ts';
import { countOf } from '../number-text.ts';
import { exitCodes } from '../terminal/exit-code.ts';

/** Says whether an agent can start with this configuration. @throws agent/CONFIGURATION_INVALID, and those of reading files */
export function checkConfiguration({ terminal, setExitCode }: CommandContext, path: string): void {
  const configuration = readConfiguration(path);
  checkFiles(configuration);
  const { set, messages } = checkSet(configuration);
  for (const message of messages) terminal.errors.write(`${message}\n`);
  if (set === undefined) {
    setExitCode(exitCodes.findings);
    return;
  }
  const { rules, policies, channels } = set;
  const parts = [
    countOf(rules.length, 'rule'),
    countOf(policies.policies.length, 'policy', 'policies'),
    countOf(channels.length, 'channel'),
  ];
  terminal.output.write(`the agent can start with this: ${parts.join(', ')}\n`);
}
