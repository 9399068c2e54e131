import type { Clock } from '@seawall/base';
import { isSeawallError } from '@seawall/base';
import type { Attempt, OutgoingMessage, Send } from './attempt.ts';
import { kindOf, type NotificationChannel } from './channel.ts';
import { sendEmail } from './email.ts';
import { failureText } from './failure-text.ts';
import { type HttpMessage, sendHttp } from './http-send.ts';
import { pagerDutyMessage } from './pager-duty.ts';
import type { Secrets } from './secrets.ts';
import { slackMessage } from './slack.ts';
import { tlsOptions } from './tls.ts';
import { victorOpsMessage } from './victor-ops.ts';
import { webhookMessage } from './webhook.ts';

/** What sending needs of the world around. */
export interface SendContext {
  readonly secrets: Secrets;
  readonly clock: Clock;
  /** Where the variables that name proxies are looked up. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Makes a channel ready to send. Secrets and certificates are read for each message. What is told of failures holds no
 * secret, also where a receiver repeats what it was sent.
 */
export function createSend({ spec }: NotificationChannel, context: SendContext): Send {
  const { secrets, clock, environment } = context;
  const proxies = spec.proxy === 'environment' ? environment : undefined;
  for (const name of ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy']) {
    hidePassword(environment[name], secrets);
  }
  const makeHttp: Record<
    Exclude<ReturnType<typeof kindOf>, 'email'>,
    (message: OutgoingMessage) => HttpMessage
  > = {
    slack: (message) => slackMessage(message, spec.slack!, secrets),
    webhook: (message) => webhookMessage(message, spec.webhook!, secrets, clock.now()),
    victorOps: (message) => victorOpsMessage(message, spec.victorOps!, secrets),
    pagerDuty: (message) => pagerDutyMessage(message, spec.pagerDuty!, secrets),
  };
  const attempt = async (message: OutgoingMessage, signal: AbortSignal): Promise<Attempt> => {
    const tls = tlsOptions(spec.tls);
    const kind = kindOf(spec);
    if (kind === 'email') return await sendEmail(message, spec.email!, { secrets, tls, signal });
    return await sendHttp(makeHttp[kind](message), { tls, proxies, signal, now: clock.now() });
  };
  return async (message, signal) => {
    try {
      const ended = await attempt(message, signal);
      return ended.kind === 'delivered' ? ended : { ...ended, error: secrets.redact(ended.error) };
    } catch (error) {
      // Unreadable secrets and files, no network, no name, no trust: all of it may be mended while messages wait.
      const text = isSeawallError(error) ? error.message : failureText(error, signal);
      return { kind: 'retry', error: secrets.redact(text) };
    }
  };
}

function hidePassword(proxy: string | undefined, secrets: Secrets): void {
  if (proxy === undefined || !URL.canParse(proxy)) return;
  const { username, password } = new URL(proxy);
  if (password === '') return;
  secrets.hide(decodeURIComponent(password));
  secrets.hide(password);
  secrets.hide(`${username}:${password}`);
}
