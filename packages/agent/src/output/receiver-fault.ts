/** What is the matter with a receiver of alerts, by the code of the error, and what to do about it. */
const FAULTS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there (ECONNREFUSED): start the receiver, or correct the address',
  ENOTFOUND: 'no address is known for that name (ENOTFOUND): correct it, or look into the resolver',
  EAI_AGAIN: 'the name could not be looked up (EAI_AGAIN): look into the resolver',
  EHOSTUNREACH: 'the host can not be reached (EHOSTUNREACH): look into routes and firewalls',
  ENETUNREACH: 'its network can not be reached (ENETUNREACH): look into routes and firewalls',
  ETIMEDOUT: 'the host does not answer (ETIMEDOUT): look into routes and firewalls',
  ECONNRESET: `the connection was closed before there was an answer (ECONNRESET): look into the receiver’s log`,
  EPIPE: 'the connection was closed while an alert was sent (EPIPE): look into the receiver’s log',
  EPROTO: 'it does not speak TLS as it should (EPROTO): it may be that the URL begins with http://',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS: it may be that the URL begins with http://',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak TLS: it may be that the URL begins with http://',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'its certificate is for another name: write the name that the certificate has, or give the receiver another',
  CERT_HAS_EXPIRED: 'its certificate has expired: renew it',
  EACCES: 'the system does not allow it (EACCES): look into firewalls',
  EMSGSIZE: 'an alert is longer than a datagram may be here (EMSGSIZE): write to tcp://',
};

const UNTRUSTED = [
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
];

/**
 * An error that says where alerts were sent to, what happened and what to do: Node's own often says one of the three.
 * @param receiver without anything secret.
 */
export function receiverFault(receiver: string, error: unknown): Error {
  return new Error(`${receiver}: ${faultText(error as NodeJS.ErrnoException)}`, { cause: error });
}

function faultText({ code = '', message }: Partial<NodeJS.ErrnoException>): string {
  const known = FAULTS[code];
  if (known !== undefined) return known;
  if (UNTRUSTED.includes(code)) {
    return `its certificate is of no authority that is trusted (${code}): name that as ca_cert`;
  }
  if (code.startsWith('HPE_')) {
    return `its answer is no HTTP (${code}): it may be that the URL begins with https://`;
  }
  return message || code || 'sending failed';
}
