import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { parse } from 'yaml';
import { errors } from '../errors.ts';

/** Where an API server is, and who asks it. Certificates and keys are PEM text. */
export interface ApiServerAddress {
  /** `https://host:port`, perhaps with a path. */
  readonly server: string;
  /** Authorities that its certificate is held against; undefined: the system's. */
  readonly authority: string | undefined;
  /** The name that its certificate must have, where that is not the host's. */
  readonly serverName: string | undefined;
  /** True where the kubeconfig says not to verify the certificate. */
  readonly isUnverified: boolean;
  readonly clientCertificate: string | undefined;
  readonly clientKey: string | undefined;
  /** The bearer token at this moment: tokens of service accounts are renewed in their file. */
  token(): string | undefined;
}

export interface FindOptions {
  /** Path of a kubeconfig; else KUBECONFIG's first, else the pod's service account, else ~/.kube/config. */
  readonly kubeconfig?: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Where a pod's service account is mounted. */
  readonly serviceAccount?: string;
}

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Finds the API server that this process is to use. @throws kube/KUBECONFIG_ABSENT, kube/KUBECONFIG_UNREADABLE */
export function findApiServer(options: FindOptions = {}): ApiServerAddress {
  const { environment = process.env, serviceAccount = SERVICE_ACCOUNT } = options;
  const named = options.kubeconfig ?? environment.KUBECONFIG?.split(':').find((path) => path !== '');
  if (named !== undefined) return readKubeconfig(named);
  const host = environment.KUBERNETES_SERVICE_HOST;
  if (host !== undefined && existsSync(join(serviceAccount, 'token'))) {
    return inCluster(host, environment.KUBERNETES_SERVICE_PORT ?? '443', serviceAccount);
  }
  const path = join(environment.HOME ?? homedir(), '.kube', 'config');
  if (!existsSync(path)) throw errors.create('KUBECONFIG_ABSENT', { path });
  return readKubeconfig(path);
}

function inCluster(host: string, port: string, folder: string): ApiServerAddress {
  const authority = join(folder, 'ca.crt');
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    authority: existsSync(authority) ? readFileSync(authority, 'utf8') : undefined,
    serverName: undefined,
    isUnverified: false,
    clientCertificate: undefined,
    clientKey: undefined,
    token: () => readFileSync(join(folder, 'token'), 'utf8').trim(),
  };
}

type Entry = Readonly<Record<string, unknown>>;

/**
 * Reads a kubeconfig's current context: certificate authority, client certificate and key, token, each in the file or
 * beside it. @throws kube/KUBECONFIG_UNREADABLE
 */
export function readKubeconfig(path: string): ApiServerAddress {
  const fail = (problem: string, cause?: unknown): Error =>
    errors.create('KUBECONFIG_UNREADABLE', { path, problem }, cause);

  function read(): unknown {
    try {
      return parse(readFileSync(path, 'utf8'));
    } catch (error) {
      throw fail((error as Error).message, error);
    }
  }

  /** The entry of that name in one of the file's lists, without its name. */
  function entryOf(list: string, key: string, name: unknown): Entry {
    const entries = Array.isArray(config[list]) ? (config[list] as unknown[]).map(asEntry) : [];
    const found = entries.find((entry) => entry.name === name);
    if (found === undefined) throw fail(`its ${list} have none named ${JSON.stringify(name ?? '')}`);
    return asEntry(found[key]);
  }

  /** PEM text that stands in the file as base64, or in a file of its own. */
  function pem(entry: Entry, name: string): string | undefined {
    const inline = textOf(entry[`${name}-data`]);
    if (inline !== undefined) return Buffer.from(inline, 'base64').toString('utf8');
    const file = textOf(entry[name]);
    return file === undefined ? undefined : readBeside(file);
  }

  function readBeside(file: string): string {
    try {
      return readFileSync(isAbsolute(file) ? file : join(dirname(path), file), 'utf8');
    } catch (error) {
      throw fail(`${file}, which it names: ${(error as Error).message}`, error);
    }
  }

  const config = asEntry(read());
  const current = textOf(config['current-context']);
  if (current === undefined)
    throw fail('it has no "current-context": name the one of its contexts that counts');
  const context = entryOf('contexts', 'context', current);
  const cluster = entryOf('clusters', 'cluster', context.cluster);
  const user = entryOf('users', 'user', context.user);
  const server = textOf(cluster.server);
  if (server === undefined) throw fail('its cluster has no "server"');
  if (user.exec !== undefined || user['auth-provider'] !== undefined) {
    throw fail('its user asks a program for credentials: a daemon takes a token or a client certificate');
  }
  const tokenFile = textOf(user.tokenFile);
  const token = textOf(user.token);
  return {
    server: server.replace(/\/+$/, ''),
    authority: pem(cluster, 'certificate-authority'),
    serverName: textOf(cluster['tls-server-name']),
    isUnverified: cluster['insecure-skip-tls-verify'] === true,
    clientCertificate: pem(user, 'client-certificate'),
    clientKey: pem(user, 'client-key'),
    token: () => (tokenFile === undefined ? token : readBeside(tokenFile).trim()),
  };
}

function asEntry(value: unknown): Entry {
  return typeof value === 'object' && value !== null ? (value as Entry) : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
