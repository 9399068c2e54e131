import { readFileSync } from 'node:fs';
import { errors } from '../errors.ts';
import type { SecretReference } from './secret.ts';

/** Reads secrets where and when they are needed, and keeps them out of everything that is told. */
export interface Secrets {
  /**
   * Reads the secret anew, so that one that was changed counts at once; white space around it doesn't belong to it.
   * @throws policies/SECRET_UNREADABLE with its place, never with anything of it
   */
  read(reference: SecretReference): string;
  /** Makes known what else must never be told, such as what was made of a secret. */
  hide(secret: string): void;
  /** The text with every secret that was ever read replaced, as it is and as it looks in URLs, in JSON and in base64. */
  redact(text: string): string;
}

export interface SecretSources {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly readFile?: (path: string) => string;
}

const HIDDEN = '[hidden]';

/** Parts that are shorter would hide half of every text. */
const SHORTEST_PART = 6;

export function createSecrets({
  environment,
  readFile = (path) => readFileSync(path, 'utf8'),
}: SecretSources): Secrets {
  /** Every form that a secret may show in, the longest first. */
  let forms: readonly string[] = [];
  const known = new Set<string>();
  const hide = (secret: string): void => {
    if (secret === '' || known.has(secret)) return;
    known.add(secret);
    forms = [...new Set([...forms, ...formsOf(secret)])].sort((left, right) => right.length - left.length);
  };
  return {
    read(reference) {
      const secret = readSecret(reference, environment, readFile).trim();
      if (secret === '') throw unreadable(reference, 'it is empty');
      hide(secret);
      return secret;
    },
    hide,
    redact: (text) => forms.reduce((told, form) => told.replaceAll(form, HIDDEN), text),
  };
}

function readSecret(
  reference: SecretReference,
  environment: SecretSources['environment'],
  readFile: (path: string) => string,
): string {
  if ('fromEnvironment' in reference) {
    const value = environment[reference.fromEnvironment];
    if (value === undefined) throw unreadable(reference, 'it is not set');
    return value;
  }
  try {
    return readFile(reference.fromFile);
  } catch (error) {
    throw unreadable(reference, (error as NodeJS.ErrnoException).code ?? 'it can’t be read', error);
  }
}

function unreadable(reference: SecretReference, reason: string, cause?: unknown): Error {
  const place =
    'fromFile' in reference
      ? `the file ${reference.fromFile}`
      : `the environment variable ${reference.fromEnvironment}`;
  return errors.create('SECRET_UNREADABLE', { place, reason }, cause);
}

function formsOf(secret: string): string[] {
  const parts = [secret, ...urlParts(secret)];
  const all = parts.flatMap((part) => [
    part,
    encodeURIComponent(part),
    encodeURI(part),
    JSON.stringify(part).slice(1, -1),
    Buffer.from(part).toString('base64'),
    Buffer.from(part).toString('base64url'),
  ]);
  return all.filter((form) => form.length >= SHORTEST_PART || form === secret);
}

/** What gives away a secret URL: its path, and the last part of it alone. */
function urlParts(secret: string): string[] {
  if (!URL.canParse(secret)) return [];
  const { pathname, search, password, username } = new URL(secret);
  const last = pathname.split('/').findLast((part) => part !== '') ?? '';
  return [`${pathname}${search}`, pathname, search, last, password, username].filter(
    (part) => part.length >= SHORTEST_PART,
  );
}
