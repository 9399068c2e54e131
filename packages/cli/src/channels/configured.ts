import { type AgentConfiguration, readConfiguration } from '@seawall/agent/daemon';
import {
  loadPolicyFiles,
  type NotificationChannel,
  type NotificationChannelSpec,
  type PolicyFile,
  type RuntimePolicy,
  renderDiagnostic,
} from '@seawall/policies';
import type { Store } from '@seawall/store';
import { Option } from 'commander';
import { errors } from '../errors.ts';
import { expandFolders, nameOfPath, readWhole } from '../input/open.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** What the agent's configuration says of channels. */
export interface ConfiguredChannels {
  readonly configuration: AgentConfiguration;
  readonly channels: readonly NotificationChannel[];
  readonly policies: readonly RuntimePolicy[];
}

/** `--config FILE`, the same for every command about channels. */
export function configOption(): Option {
  return new Option('--config <file>', 'the agent’s configuration: seawall.yaml').makeOptionMandatory();
}

/**
 * Reads the channels that an agent with this configuration has.
 * @throws agent/CONFIGURATION_INVALID, cli/FILE_UNREADABLE, cli/CHANNELS_INVALID with every mistake
 */
export async function readChannels(path: string, terminal: Terminal): Promise<ConfiguredChannels> {
  const configuration = readConfiguration(path);
  const files: PolicyFile[] = [];
  for (const file of await expandFolders(configuration.policies)) {
    const bytes = await readWhole(file, terminal);
    files.push({ path: nameOfPath(file), text: new TextDecoder().decode(bytes) });
  }
  const { channels, policies, diagnostics } = loadPolicyFiles(files);
  const problems = diagnostics.filter(({ severity }) => severity === 'error');
  if (problems.length > 0) {
    throw errors.create('CHANNELS_INVALID', { problems: problems.map(renderDiagnostic).join('\n') });
  }
  return {
    configuration,
    policies,
    // Loading has checked them by their schema.
    channels: channels.map(({ name, spec }) => ({ name, spec: spec as NotificationChannelSpec })),
  };
}

/**
 * Makes sure that there is a channel of that name: the configuration has it, or had it when messages were put in the outbox.
 * @throws cli/CHANNEL_UNKNOWN, and those of reading the channels
 */
export async function requireChannel(
  name: string,
  store: Store,
  config: string,
  terminal: Terminal,
): Promise<void> {
  const { items } = await store.outbox({ channel: name }, { limit: 1 });
  if (items.length > 0) return;
  const { channels } = await readChannels(config, terminal);
  channelNamed(name, channels);
}

/** @throws cli/CHANNEL_UNKNOWN */
export function channelNamed(name: string, channels: readonly NotificationChannel[]): NotificationChannel {
  const channel = channels.find((candidate) => candidate.name === name);
  if (channel !== undefined) return channel;
  const known = channels.map((candidate) => candidate.name).join(', ') || 'none';
  throw errors.create('CHANNEL_UNKNOWN', { name, known });
}
