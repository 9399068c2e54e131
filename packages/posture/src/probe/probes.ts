import { errors } from '../errors.ts';
import { type ClientCertificate, type ProbeAnswer, sendProbe } from './request.ts';
import { describeAnswer, PROBE_KINDS, type ProbeKind, type ProbeResult, type ProbeTarget } from './result.ts';

const DAY = 86_400_000;

/** What the probes may use, and how long one may take. */
export interface ProbeOptions {
  readonly timeoutMilliseconds: number;
  /** The certificate that should be let in: the positive control (the API server's kubelet or etcd client). */
  readonly client?: ClientCertificate;
  /** A certificate of the right authority that is past its day. */
  readonly expired?: ClientCertificate;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Reads `kind=HOST:PORT`. Throws `posture/BAD_TARGET`. */
export function parseTarget(text: string): ProbeTarget {
  const match = /^([a-z-]+)=(?:\[([0-9a-fA-F:]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  const kind = PROBE_KINDS.find((candidate) => candidate === match?.[1]);
  const port = Number(match?.[4]);
  if (match === null || kind === undefined || port < 1 || port > 65535) {
    throw errors.create('BAD_TARGET', { text, kind: PROBE_KINDS.join('|') });
  }
  return { kind, host: (match[2] ?? match[3])!, port };
}

/** A certificate that no server has a reason to trust: of an authority made for this one probe. */
export async function makeForeignCertificate(now: number): Promise<ClientCertificate> {
  // Imported here, not above: most runs send no probes, and issuing takes memory.
  const { createAuthority, exportKey, generateKey, signLeaf } = await import('@seawall/pki');
  const authority = await createAuthority({
    commonName: 'seawall probe',
    algorithm: 'p256',
    lifetimeDays: 1,
    now,
  });
  const key = await generateKey('p256');
  const contents = { commonName: 'seawall-probe', usages: ['clientAuth'] as const, names: [], key };
  const certificate = await signLeaf(authority, contents, new Date(now - DAY), new Date(now + DAY));
  return { certificate: certificate.toString(), key: exportKey(key) };
}

type Judge = (answer: ProbeAnswer) => Pick<ProbeResult, 'status' | 'reason'>;

interface Attempt {
  readonly probe: string;
  readonly asked: string;
  readonly path: string;
  readonly isTls: boolean;
  readonly client?: ClientCertificate;
  readonly body?: string;
  readonly judge: Judge;
}

const passed = (reason: string) => ({ status: 'PASS', reason }) as const;
const failed = (reason: string) => ({ status: 'FAIL', reason }) as const;
const open = (reason: string) => ({ status: 'UNKNOWN', reason }) as const;
const nothing = (reason: string) => ({ status: 'NOT APPLICABLE', reason }) as const;

/** Runs the probes of one target, one after the other; at most a handful of requests, none of which changes anything. */
export async function probeTarget(
  target: ProbeTarget,
  options: ProbeOptions,
): Promise<readonly ProbeResult[]> {
  const foreign = await makeForeignCertificate(options.now);
  const results: ProbeResult[] = [];
  for (const attempt of ATTEMPTS[target.kind](options, foreign)) {
    const answer = await sendProbe({
      host: target.host,
      port: target.port,
      path: attempt.path,
      isTls: attempt.isTls,
      timeoutMilliseconds: options.timeoutMilliseconds,
      ...(attempt.client === undefined ? {} : { client: attempt.client }),
      ...(attempt.body === undefined ? {} : { body: attempt.body }),
    });
    results.push({
      probe: attempt.probe,
      target: `${target.host}:${target.port}`,
      asked: attempt.asked,
      answer: describeAnswer(answer),
      ...attempt.judge(answer),
    });
  }
  return results;
}

const ATTEMPTS: Readonly<
  Record<ProbeKind, (options: ProbeOptions, foreign: ClientCertificate) => readonly Attempt[]>
> = {
  kubelet: ({ client }, foreign) => [
    {
      probe: 'kubelet-anonymous',
      asked: 'GET /pods without a certificate',
      path: '/pods',
      isTls: true,
      judge: judgeKubelet('an anonymous caller'),
    },
    {
      probe: 'kubelet-foreign-certificate',
      asked: 'GET /pods with a certificate of an unknown authority',
      path: '/pods',
      isTls: true,
      client: foreign,
      judge: judgeKubelet('a caller with a foreign certificate'),
    },
    ...(client === undefined
      ? []
      : [
          {
            probe: 'kubelet-apiserver-certificate',
            asked: "GET /pods with the API server's certificate",
            path: '/pods',
            isTls: true,
            client,
            judge: judgeControl,
          },
        ]),
  ],
  'kubelet-read-only': () => [
    {
      probe: 'kubelet-read-only-port',
      asked: 'GET /pods without TLS',
      path: '/pods',
      isTls: false,
      judge: (answer) => {
        if (answer.kind === 'closed') return passed('nothing listens on the read-only port');
        if (answer.kind !== 'answered') return open(`no answer that tells: ${describeAnswer(answer)}`);
        // A TLS server answers plain HTTP with 400: then this is no read-only port.
        return answer.status === 400
          ? passed('it answers, but not without TLS')
          : failed('the read-only port tells everyone what runs here');
      },
    },
  ],
  etcd: (options, foreign) => [
    plainAttempt('etcd-plain', '/version'),
    ...tlsAttempts('etcd', '/version', options, foreign),
    {
      probe: 'etcd-read',
      asked: 'count all keys without a certificate',
      path: '/v3/kv/range',
      isTls: true,
      body: '{"key":"AA==","range_end":"AA==","count_only":true}',
      judge: (answer) => {
        if (answer.kind === 'closed') return nothing('nothing listens');
        if (answer.kind === 'refused') return passed('etcd ends the connection before anything is read');
        if (answer.kind === 'failed') return open(answer.reason);
        // etcd started with a configuration file has no JSON gateway unless the file asks for it.
        if (answer.status === 404) return nothing('etcd has no JSON gateway to read through');
        if (answer.status !== 200) return passed(`etcd answers ${answer.status} and tells nothing`);
        const count = /"count":"?(\d+)/.exec(answer.body)?.[1] ?? '0';
        return failed(`everybody may read the store: it holds ${count} keys`);
      },
    },
  ],
  'etcd-peer': (options, foreign) => [
    plainAttempt('etcd-peer-plain', '/version'),
    ...tlsAttempts('etcd-peer', '/version', options, foreign),
  ],
  apiserver: () => [
    {
      probe: 'apiserver-anonymous',
      asked: 'GET /version without a name',
      path: '/version',
      isTls: true,
      judge: (answer) => {
        if (answer.kind === 'closed') return nothing('nothing listens');
        if (answer.kind !== 'answered') return open(`no answer that tells: ${describeAnswer(answer)}`);
        if (answer.status === 401) return passed('anonymous requests are refused (401)');
        if (answer.status === 403)
          return failed('anonymous requests are let in as system:anonymous, though not to this path (403)');
        return answer.status === 200
          ? failed('anonymous requests are let in as system:anonymous, and may read this path (200)')
          : open(`it answers ${answer.status}`);
      },
    },
    {
      probe: 'apiserver-anonymous-secrets',
      asked: 'GET one secret of kube-system without a name',
      path: '/api/v1/namespaces/kube-system/secrets?limit=1',
      isTls: true,
      judge: (answer) => {
        if (answer.kind === 'closed') return nothing('nothing listens');
        if (answer.kind !== 'answered') return open(`no answer that tells: ${describeAnswer(answer)}`);
        if (answer.status === 401) return passed('anonymous requests are refused (401)');
        if (answer.status === 403) return passed('system:anonymous may not read secrets (403)');
        return answer.status === 200
          ? failed('everybody may read the cluster’s secrets')
          : open(`it answers ${answer.status}`);
      },
    },
  ],
};

/** 401 is authentication at work; 403 is authorization behind an open door; 200 is neither. */
function judgeKubelet(who: string): Judge {
  return (answer) => {
    switch (answer.kind) {
      case 'closed':
        return nothing('nothing listens');
      case 'refused':
        return passed(`${who} does not get past TLS (${answer.reason})`);
      case 'failed':
        return open(answer.reason);
      case 'answered':
        if (answer.status === 401) return passed(`${who} is refused by authentication (401)`);
        if (answer.status === 403) {
          return passed(
            `${who} is refused by authorization (403), after authentication let in system:anonymous`,
          );
        }
        if (answer.status === 200) return failed(`${who} may use the kubelet API: commands run in every pod`);
        return open(`it answers ${answer.status}`);
    }
  };
}

/** The caller who should be let in: when he isn't, the other answers prove less than they seem to. */
const judgeControl: Judge = (answer) => {
  if (answer.kind === 'closed') return nothing('nothing listens');
  if (answer.kind === 'refused') return failed(`the certificate is refused (${answer.reason})`);
  if (answer.kind === 'failed') return open(answer.reason);
  if (answer.status === 200) return passed('the certificate is let in (200)');
  return failed(
    answer.status === 401
      ? 'the certificate is not accepted (401): another authority issued it, or it is past its day'
      : `the certificate is accepted, but its name lacks the right (${answer.status})`,
  );
};

function plainAttempt(probe: string, path: string): Attempt {
  return {
    probe,
    asked: `GET ${path} without TLS`,
    path,
    isTls: false,
    judge: (answer) => {
      if (answer.kind === 'closed') return nothing('nothing listens');
      if (answer.kind === 'refused') return passed('only TLS is spoken');
      if (answer.kind === 'failed') {
        return answer.hasReacted ? passed(`no plain answer (${answer.reason})`) : open(answer.reason);
      }
      return answer.status === 400 ? passed('only TLS is spoken (400)') : failed('it is served without TLS');
    },
  };
}

function tlsAttempts(
  name: string,
  path: string,
  { client, expired }: ProbeOptions,
  foreign: ClientCertificate,
): Attempt[] {
  const mustRefuse =
    (what: string): Judge =>
    (answer) => {
      if (answer.kind === 'closed') return nothing('nothing listens');
      if (answer.kind === 'refused') return passed(`${what} is refused (${answer.reason})`);
      if (answer.kind === 'failed') {
        return answer.reason === 'it does not speak TLS'
          ? nothing('it does not speak TLS')
          : open(answer.reason);
      }
      return answer.status === 401 || answer.status === 403
        ? passed(`${what} is refused (${answer.status})`)
        : failed(`${what} is let in (${answer.status})`);
    };
  const attempt = (suffix: string, what: string, shown?: ClientCertificate): Attempt => ({
    probe: `${name}-${suffix}`,
    asked: `GET ${path} with ${what}`,
    path,
    isTls: true,
    ...(shown === undefined ? {} : { client: shown }),
    judge: mustRefuse(`a client with ${what}`),
  });
  return [
    attempt('no-certificate', 'no certificate'),
    attempt('foreign-certificate', 'a foreign certificate', foreign),
    ...(expired === undefined ? [] : [attempt('expired-certificate', 'an expired certificate', expired)]),
    ...(client === undefined
      ? []
      : [{ ...attempt('right-certificate', 'the right certificate', client), judge: judgeControl }]),
  ];
}
