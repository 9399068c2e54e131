import { dirname, isAbsolute, join } from 'node:path';
import { readDocument, renderDiagnostic } from '@seawall/policies';
import { readTextFiles } from '../daemon/folders.ts';
import { errors } from '../errors.ts';
import { type AgentConfiguration, agentConfiguration } from './configuration.ts';

/**
 * Reads `seawall.yaml`. Paths in it are seen from its own folder.
 * @throws agent/FILE_UNREADABLE, agent/CONFIGURATION_INVALID with every mistake and its place
 */
export function readConfiguration(path: string): AgentConfiguration {
  const [file] = readTextFiles([path]);
  if (file === undefined || file.path !== path) {
    throw errors.create('FILE_UNREADABLE', { path, reason: 'it is a folder; give the configuration’s file' });
  }
  const { value, diagnostics } = readDocument(file, agentConfiguration);
  if (value === undefined) {
    throw errors.create('CONFIGURATION_INVALID', {
      path,
      messages: diagnostics.map(renderDiagnostic).join('\n'),
    });
  }
  return withPathsFrom(dirname(path), value);
}

function withPathsFrom(folder: string, configuration: AgentConfiguration): AgentConfiguration {
  const resolve = (path: string): string => (isAbsolute(path) ? path : join(folder, path));
  const { source, store, captures, etcd, audit, kubernetes } = configuration;
  return {
    ...configuration,
    rules: configuration.rules.map(({ path, meaning }) => ({ path: resolve(path), meaning })),
    policies: configuration.policies.map(resolve),
    source: {
      ...source,
      ...(source.capture !== undefined && { capture: resolve(source.capture) }),
      ...(source.containers !== undefined && { containers: resolve(source.containers) }),
    },
    store: { ...store, path: resolve(store.path) },
    captures: { ...captures, directory: resolve(captures.directory) },
    ...(audit !== undefined && {
      audit: {
        ...audit,
        ...(audit.certificate !== undefined && { certificate: resolve(audit.certificate) }),
        ...(audit.key !== undefined && { key: resolve(audit.key) }),
        ...(audit.clientAuthorities !== undefined && { clientAuthorities: resolve(audit.clientAuthorities) }),
        ...(audit.token !== undefined && { token: { fromFile: resolve(audit.token.fromFile) } }),
      },
    }),
    ...(kubernetes?.kubeconfig !== undefined && {
      kubernetes: { ...kubernetes, kubeconfig: resolve(kubernetes.kubeconfig) },
    }),
    ...(etcd !== undefined && {
      etcd: {
        ...etcd,
        authorities: resolve(etcd.authorities),
        certificate: resolve(etcd.certificate),
        key: resolve(etcd.key),
      },
    }),
  };
}
