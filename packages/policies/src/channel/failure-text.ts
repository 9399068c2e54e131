const sentences: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the receiver’s name is not known (DNS)',
  EAI_AGAIN: 'the receiver’s name could not be looked up (DNS)',
  EDNS: 'the receiver’s name could not be looked up (DNS)',
  ECONNREFUSED: 'the receiver refused the connection',
  ECONNRESET: 'the receiver broke the connection off',
  EPIPE: 'the receiver broke the connection off',
  EHOSTUNREACH: 'there is no way to the receiver',
  ENETUNREACH: 'there is no way to the receiver',
  ETIMEDOUT: 'the receiver did not answer in time',
  ERR_PROXY_TUNNEL: 'the proxy did not let the connection through',
  EAUTH: 'the receiver did not let us sign in',
};

const distrust: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the receiver’s certificate is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'the receiver’s certificate leads to an authority that is not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the receiver’s certificate is of an authority that is not trusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the receiver’s certificate is of an authority that is not trusted',
  CERT_HAS_EXPIRED: 'the receiver’s certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the receiver’s certificate is for another name',
};

/** Why an attempt got no answer, in a sentence and with the code that tells more to those who know it. */
export function failureText(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return 'the receiver did not answer in time';
  const causes = chainOf(error);
  for (const { code } of causes) {
    const trust = code === undefined ? undefined : distrust[code];
    if (trust !== undefined) return `${trust} (${code}): name its authority under tls`;
  }
  for (const { code, message } of causes) {
    const sentence = code === undefined ? undefined : sentences[code];
    if (sentence !== undefined) return `${sentence} (${code})`;
    if (code?.startsWith('ERR_SSL') || code === 'EPROTO' || code === 'ETLS') {
      return `no TLS with the receiver: ${message.replace(/\s+/g, ' ').slice(0, 200)} (${code})`;
    }
  }
  const [first] = causes;
  return first === undefined ? 'sending failed' : first.message.replace(/\s+/g, ' ').slice(0, 300);
}

interface Failure {
  readonly code: string | undefined;
  readonly message: string;
}

/** The error, what it was made of, and what caused it. */
function chainOf(error: unknown): Failure[] {
  const found: Failure[] = [];
  let current: unknown = error;
  while (current instanceof Error && found.length < 10) {
    const { code } = current as NodeJS.ErrnoException;
    found.push({ code: typeof code === 'string' ? code : undefined, message: current.message });
    current = current instanceof AggregateError ? current.errors[0] : current.cause;
  }
  return found;
}
