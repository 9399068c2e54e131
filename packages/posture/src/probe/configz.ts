import { errors } from '../errors.ts';
import { type ClientCertificate, sendProbe } from './request.ts';
import { describeAnswer } from './result.ts';

const LARGEST_CONFIGURATION = 1024 * 1024;

/**
 * Asks a kubelet for the configuration that it runs with (GET /configz, which needs the right to `nodes/configz` or `nodes/proxy`).
 * Throws `posture/NO_CONFIGZ` when it doesn't answer with one.
 */
export async function fetchConfigz(
  address: { readonly host: string; readonly port: number },
  client: ClientCertificate | undefined,
  timeoutMilliseconds: number,
): Promise<unknown> {
  const { host, port } = address;
  const answer = await sendProbe(
    {
      host,
      port,
      path: '/configz',
      isTls: true,
      timeoutMilliseconds,
      ...(client === undefined ? {} : { client }),
    },
    LARGEST_CONFIGURATION,
  );
  const target = `${host}:${port}`;
  if (answer.kind !== 'answered' || answer.status !== 200) {
    throw errors.create('NO_CONFIGZ', { target, reason: describeAnswer(answer) });
  }
  let configz: unknown;
  try {
    configz = JSON.parse(answer.body);
  } catch (error) {
    throw errors.create('NO_CONFIGZ', { target, reason: 'its answer is no JSON' }, error);
  }
  if (!isConfigz(configz))
    throw errors.create('NO_CONFIGZ', { target, reason: 'its answer holds no kubeletconfig' });
  return configz;
}

/** True for a kubelet's answer at /configz; anything else would be left out of account without a word. */
export function isConfigz(value: unknown): boolean {
  const { kubeletconfig } = (value ?? {}) as { kubeletconfig?: unknown };
  return typeof kubeletconfig === 'object' && kubeletconfig !== null;
}
