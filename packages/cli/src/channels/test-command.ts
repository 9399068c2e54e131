import { systemClock, timeoutSignal } from '@seawall/base';
import { createSecrets, createSend, millisecondsOf, testMessage } from '@seawall/policies';
import type { Command } from 'commander';
import type { CommandContext, OutputFormat } from '../command-context.ts';
import { jsonText } from '../json-text.ts';
import { outputOption } from '../output-option.ts';
import { exitCodes } from '../terminal/exit-code.ts';
import { channelNamed, configOption, readChannels } from './configured.ts';

interface Options {
  readonly config: string;
  readonly output: OutputFormat;
}

/** `seawall channels test NAME` */
export function addTestCommand(parent: Command, { terminal, setExitCode }: CommandContext): void {
  parent
    .command('test')
    .description('send a test message to a channel, now and once; exit code 1 when it was not delivered')
    .argument('<name>', 'which channel')
    .addOption(configOption())
    .addOption(outputOption())
    .action(async (name: string, { config, output }: Options) => {
      const { channels } = await readChannels(config, terminal);
      const channel = channelNamed(name, channels);
      const { environment } = terminal;
      const secrets = createSecrets({ environment });
      const send = createSend(channel, { secrets, environment, clock: systemClock });
      const timeout = millisecondsOf(channel.spec.retry.timeout);
      const attempt = await send(testMessage(name, systemClock.now()), timeoutSignal(timeout));
      const isDelivered = attempt.kind === 'delivered';
      if (!isDelivered) setExitCode(exitCodes.findings);
      if (output === 'json') {
        terminal.output.write(
          jsonText({ channel: name, isDelivered, error: isDelivered ? null : attempt.error }),
        );
      } else if (isDelivered) {
        terminal.output.write(`${name} took the test message\n`);
      } else {
        terminal.output.write(`${name} did not take the test message: ${attempt.error}\n`);
      }
    });
}
