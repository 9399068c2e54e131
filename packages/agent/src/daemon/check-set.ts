import { createSyscallCatalogue } from '@seawall/inspector';
import { createAuditCatalogue } from '@seawall/kube';
import type { AgentConfiguration } from '../configuration/configuration.ts';
import { type LoadedSet, loadRunningSet } from '../rule-set/load-running-set.ts';
import { readSetTexts } from '../rule-set/read-set-texts.ts';
import { setPathsOf } from './set-on-disk.ts';

/**
 * Loads what an agent with that configuration would run, and runs nothing. What policies deny in the kernel is taken to be
 * possible: the node where it is checked may not be the one where it runs.
 * @throws agent/FILE_UNREADABLE, agent/TEXTS_TOO_LONG
 */
export function checkSet(configuration: AgentConfiguration): LoadedSet {
  const { texts, leftOut } = readSetTexts(setPathsOf(configuration));
  const catalogues = { syscall: createSyscallCatalogue(), audit: createAuditCatalogue() };
  const { set, messages } = loadRunningSet(texts, catalogues, () => undefined);
  return { set, messages: [...leftOut, ...messages] };
}
