import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createSecureContext, TLSSocket } from 'node:tls';
import { reasonOf } from '@seawall/base';
import { errors } from '../errors.ts';

/** Who may post audit events, and what the intake shows of itself. Paths of PEM files, and of tokens. */
export interface AuditAccessSettings {
  /** The intake's own certificate and its key: with them it speaks TLS. */
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
  /** Only whoever shows a certificate of one of these may post. */
  readonly clientAuthorities?: string | undefined;
  /** And of those only these common names. */
  readonly clientNames?: readonly string[] | undefined;
  /** Only whoever sends one of its lines as bearer token may post. */
  readonly token?: { readonly fromFile: string } | undefined;
}

/** What was read of it. */
export interface AuditAccess {
  /** For a TLS server; undefined where plain HTTP is spoken. */
  readonly context:
    | { readonly cert: string; readonly key: string; readonly ca: string | undefined }
    | undefined;
  /** Hashes of the tokens that are taken; undefined where none is asked for. */
  readonly tokens: readonly Buffer[] | undefined;
  readonly clientNames: readonly string[] | undefined;
}

/** Every file that it is read from. */
export function filesOfAccess({ certificate, key, clientAuthorities, token }: AuditAccessSettings): string[] {
  return [certificate, key, clientAuthorities, token?.fromFile].filter((path) => path !== undefined);
}

/**
 * Reads certificate, key, authorities and tokens.
 * @throws agent/FILE_UNREADABLE, agent/AUDIT_ACCESS_INVALID where they don't belong together or hold nothing
 */
export function readAuditAccess(settings: AuditAccessSettings): AuditAccess {
  const { certificate, key, clientAuthorities, clientNames, token } = settings;
  return {
    context:
      certificate === undefined || key === undefined
        ? undefined
        : contextOf(certificate, key, clientAuthorities),
    tokens: token && tokensIn(token.fromFile),
    clientNames,
  };
}

/** What a careful operator would not leave so: who can post events that never were, and read what is sent. */
export function exposuresOf(listen: string, settings: AuditAccessSettings): readonly string[] {
  if (/^(?:127\.\d+\.\d+\.\d+|\[::1\]|localhost):/.test(listen)) return [];
  const { certificate, clientAuthorities, token } = settings;
  const exposures: string[] = [];
  if (clientAuthorities === undefined && token === undefined) {
    exposures.push(
      `whoever reaches ${listen} can post audit events that never were: ask for audit.clientAuthorities or audit.token`,
    );
  }
  if (certificate === undefined) {
    const sent = token === undefined ? 'audit events are' : 'audit events and the token are';
    exposures.push(`${sent} sent readable for everybody on their way: give audit.certificate and audit.key`);
  }
  return exposures;
}

/**
 * Why a request is not let in, in a sentence that says nothing of what would be; undefined where it is.
 * Certificate and token both have to be right where both are asked for.
 */
export function refusalOf(access: AuditAccess, request: IncomingMessage): string | undefined {
  const { context, tokens } = access;
  if (context?.ca !== undefined) {
    const reason = refusalOfCertificate(request, access.clientNames);
    if (reason !== undefined) return reason;
  }
  if (tokens === undefined) return undefined;
  const [, sent] = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '') ?? [];
  if (sent === undefined) return 'a bearer token is missing';
  const hash = hashOf(sent);
  // All are compared, and hashes of one length: how long it takes tells nothing.
  const right = tokens.filter((token) => timingSafeEqual(token, hash));
  return right.length > 0 ? undefined : 'the bearer token is not one that is taken here';
}

function refusalOfCertificate(
  { socket }: IncomingMessage,
  clientNames: readonly string[] | undefined,
): string | undefined {
  if (!(socket instanceof TLSSocket)) return 'a client certificate is missing';
  const { subject } = socket.getPeerCertificate();
  // Node calls a resumed session without a certificate authorized: there has to be one in any case.
  if (subject === undefined) return 'a client certificate is missing';
  if (!socket.authorized) return `the client certificate is not trusted (${socket.authorizationError})`;
  if (clientNames === undefined) return undefined;
  const name: unknown = subject.CN;
  return typeof name === 'string' && clientNames.includes(name)
    ? undefined
    : 'the client certificate is of somebody else (clientNames names who may post)';
}

function contextOf(
  certificate: string,
  key: string,
  clientAuthorities: string | undefined,
): AuditAccess['context'] {
  const context = {
    cert: read(certificate),
    key: read(key),
    ca: clientAuthorities === undefined ? undefined : read(clientAuthorities),
  };
  if (context.ca !== undefined && !context.ca.includes('-----BEGIN ')) {
    // OpenSSL takes it, and then trusts nobody.
    throw invalid(`${clientAuthorities} holds no certificate`);
  }
  try {
    createSecureContext(context);
  } catch (error) {
    throw invalid(`${certificate} and ${key}: ${reasonOf(error)}`, error);
  }
  return context;
}

function tokensIn(path: string): readonly Buffer[] {
  const tokens = read(path)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (tokens.length === 0) throw invalid(`${path} holds no token`);
  if (tokens.some((token) => /\s/.test(token)))
    throw invalid(`a token in ${path} has a space in it: write one a line`);
  return tokens.map(hashOf);
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw errors.create('FILE_UNREADABLE', { path, reason: reasonOf(error) }, error);
  }
}

function invalid(reason: string, cause?: unknown): Error {
  return errors.create('AUDIT_ACCESS_INVALID', { reason }, cause);
}
