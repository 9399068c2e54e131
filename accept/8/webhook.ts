import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type ApiConnection, openApiConnection, readKubeconfig } from '../../packages/kube/src/index.ts';
import { apiServerMissing, startApiServer } from '../../packages/kube/src/testing/index.ts';
import { issueOwnCertificate } from '../../packages/pki/src/own/own-certificate.ts';
import type { AcceptanceResult } from '../row.ts';
import { seawall } from './support/command.ts';
import { withScratch } from './support/scratch.ts';

export const title =
  'a real kube-apiserver trusts a webhook by the caBundle of `seawall pki issue --purpose webhook`, also once its certificate was renewed, and trusts no other';

const DAY = 86_400_000;
const WEBHOOKS = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';

interface IssuedCertificate {
  readonly caBundle: string;
  readonly certificate: string;
  readonly key: string;
}

export function run(): Promise<AcceptanceResult> {
  const missing = apiServerMissing();
  if (missing !== false) return Promise.resolve({ skipped: missing });
  return withScratch(async (root) => {
    const order = { purpose: 'webhook', name: 'images', names: ['127.0.0.1'] } as const;
    const directory = join(root, 'seawall-pki');
    // Made when it is due to be renewed by now.
    const old = await issueOwnCertificate({ ...order, directory, now: Date.now() - 80 * DAY });
    const foreign = await issueOwnCertificate({ ...order, directory: join(root, 'other'), now: Date.now() });
    const webhook = await startWebhook(old);
    const apiserver = await startApiServer();
    const connection = openApiConnection(readKubeconfig(apiserver.kubeconfig));
    const wrong: string[] = [];
    let tried = 0;

    async function expectAnswer(what: string, name: string, expected: number): Promise<void> {
      tried += 1;
      const answer = await create(connection, name);
      if (answer !== expected) wrong.push(`${what}: ${name} was answered ${answer}, not ${expected}`);
    }

    async function expectAll(what: string, allowed: number, forbidden: number): Promise<void> {
      await expectAnswer(what, `allowed-${tried}`, allowed);
      await expectAnswer(what, `forbidden-${tried}`, forbidden);
    }

    try {
      const caBundle = Buffer.from(old.authority).toString('base64');
      await configure(connection, webhook.url, caBundle);
      await untilCalled(connection, webhook);
      await expectAll('the first certificate', 201, 403);
      const issued = JSON.parse(
        await seawall(
          ...['pki', 'issue', '--purpose', 'webhook', '--name', 'images', '--host', '127.0.0.1'],
          ...['--directory', directory, '--output', 'json'],
        ),
      ) as IssuedCertificate;
      if (issued.caBundle !== caBundle) wrong.push('renewing has changed the caBundle');
      const renewed = await issueOwnCertificate({ ...order, directory, now: Date.now() });
      if (renewed.certificate === old.certificate) wrong.push('what was due was not renewed');
      webhook.use(renewed);
      await expectAll('the renewed certificate', 201, 403);
      webhook.use(foreign);
      await expectAll('a certificate of another authority, failurePolicy Fail', 500, 500);
      await configure(connection, webhook.url, caBundle, 'Ignore');
      // It takes a moment until that is known.
      const end = performance.now() + 30_000;
      while ((await create(connection, `waiting-${tried++}`)) !== 201 && performance.now() < end);
      await expectAll('a certificate of another authority, failurePolicy Ignore', 201, 201);
      return {
        figure: `8 answers to creating an object, ${wrong.length} wrong${wrong.length === 0 ? '' : `: ${wrong.join('; ')}`}`,
        passed: wrong.length === 0,
      };
    } finally {
      connection.close();
      await apiserver.stop();
      webhook.close();
    }
  });
}

/** A webhook that denies what is called forbidden. */
async function startWebhook(first: Certificate) {
  let calls = 0;
  const server = createServer(contextOf(first), async (request, response) => {
    calls += 1;
    const text = Buffer.concat(await request.toArray()).toString();
    const { uid, name = '' } = (JSON.parse(text) as { request: { uid: string; name?: string } }).request;
    const answer = {
      uid,
      allowed: !name.startsWith('forbidden'),
      status: { message: 'not here', code: 403 },
    };
    const review = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: answer };
    // The next request is to meet the certificate that the webhook has by then.
    response
      .writeHead(200, { 'content-type': 'application/json', connection: 'close' })
      .end(JSON.stringify(review));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/validate`,
    calls: () => calls,
    use: (certificate: Certificate) => server.setSecureContext(contextOf(certificate)),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

const contextOf = ({ certificate, key }: Certificate) => ({ cert: certificate, key });

async function configure(
  connection: ApiConnection,
  url: string,
  caBundle: string,
  failurePolicy: 'Fail' | 'Ignore' = 'Fail',
): Promise<void> {
  const value = {
    metadata: { name: 'seawall' },
    webhooks: [
      {
        name: 'images.seawall.dev',
        clientConfig: { url, caBundle },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
        ...{ failurePolicy, sideEffects: 'None', admissionReviewVersions: ['v1'], timeoutSeconds: 5 },
      },
    ],
  };
  if (failurePolicy === 'Fail') {
    await connection.ask('POST', WEBHOOKS, { type: 'application/json', value });
  } else {
    const type = 'application/merge-patch+json';
    await connection.ask('PATCH', `${WEBHOOKS}/seawall`, { type, value });
  }
}

/** An API server asks a webhook a moment after it was told of it. */
async function untilCalled(
  connection: ApiConnection,
  webhook: { readonly calls: () => number },
): Promise<void> {
  const end = performance.now() + 30_000;
  for (let number = 0; webhook.calls() === 0 && performance.now() < end; number += 1) {
    await create(connection, `early-${number}`);
  }
}

/** @returns the status that creating an object of that name is answered with. */
async function create(connection: ApiConnection, name: string): Promise<number> {
  try {
    await connection.ask('POST', CONFIG_MAPS, { type: 'application/json', value: { metadata: { name } } });
    return 201;
  } catch (error) {
    return (error as { details?: { status?: number } }).details?.status ?? 0;
  }
}
