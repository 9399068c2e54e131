import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { addConfigurationCommand } from './configuration.ts';
import { addInitCommand } from './init.ts';
import { addImportCommand, addIssueCommand, addRenewCommand, addSignCommand } from './issue.ts';
import { addExpiringCommand, addListCommand } from './list.ts';
import { addOwnIssueCommand } from './own.ts';
import { addRotationCommands } from './rotate.ts';
import { addVerifyCommand } from './verify.ts';
import { addWatchCommand } from './watch.ts';

/** `seawall pki ...`: certificates for etcd and for Seawall itself. */
export function definePki(pki: Command, context: CommandContext): void {
  const etcd = pki.command('etcd').description("an etcd cluster's certificates");
  addInitCommand(etcd, context);
  addListCommand(etcd, context);
  addVerifyCommand(etcd, context);
  addExpiringCommand(etcd, context);
  addRenewCommand(etcd, context);
  addIssueCommand(etcd, context);
  addRotationCommands(etcd, context);
  addConfigurationCommand(etcd, context);
  addSignCommand(etcd, context);
  addImportCommand(etcd, context);
  addOwnIssueCommand(pki, context);
  addWatchCommand(pki, context);
}
