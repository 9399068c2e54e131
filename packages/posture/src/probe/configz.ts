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
  try {
    return JSON.parse(answer.body);
  } catch (error) {
    throw errors.create('NO_CONFIGZ', { target, reason: 'its answer is no JSON' }, error);
  }
}
