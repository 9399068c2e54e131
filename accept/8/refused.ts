import { openCluster, verifyLive } from '@seawall/pki';
import { etcdMissing, startCluster } from '../../packages/pki/src/testing/etcd-members.ts';
import type { AcceptanceResult } from '../row.ts';
import { runSeawall } from './support/command.ts';
import { withScratch } from './support/scratch.ts';

export const title =
  'clients and peers without, with foreign, with swapped-purpose, with expired certificates: all refused by etcd, and verify --live says so';

/** What etcd's log says about each connection that it refused (Go's own words). */
const reasons = {
  none: /didn't provide a certificate/,
  unknown: /certificate signed by unknown authority/,
  expired: /certificate has expired/,
  usage: /incompatible key usage/,
} as const;

export function run(): Promise<AcceptanceResult> {
  const missing = etcdMissing();
  if (missing) return Promise.resolve({ skipped: missing });
  return withScratch(async (root) => {
    const cluster = await startCluster(root);
    try {
      const { directory } = cluster.cluster;
      const command = await runSeawall([
        'pki',
        'etcd',
        'verify',
        '--live',
        '--directory',
        directory,
        '--output',
        'json',
      ]);
      const checks = await verifyLive(openCluster(directory), { now: Date.now() });
      const refusals = checks.filter(
        ({ outcome, message }) => outcome === 'pass' && message.startsWith('refused'),
      );
      const accepted = checks.filter(
        ({ outcome, message }) => outcome === 'pass' && message.startsWith('accepted'),
      );
      const others = checks.filter(({ outcome }) => outcome !== 'pass');
      const logs = cluster.members.map(({ log }) => log());
      const counts = Object.entries(reasons).map(([name, pattern]) => {
        const seen = logs.map((text) => text.split('\n').filter((line) => pattern.test(line)).length);
        return { name, seen };
      });
      // Each of the two runs shows every member, on two ports: one of none, two from unknown authorities (foreign, swapped), one expired, one usage.
      const wanted: Record<string, number> = { none: 4, unknown: 8, expired: 4, usage: 4 };
      const isLogged = counts.every(({ name, seen }) => seen.every((count) => count >= wanted[name]!));
      const figure = [
        `${refusals.length} refusals and ${accepted.length} right certificates let in, over 3 members and 2 ports each`,
        `${others.length} other answers; the command ended with ${command.code}`,
        `etcd's own logs: ${counts.map(({ name, seen }) => `${name} ${seen.join('/')}`).join(', ')}`,
      ].join('; ');
      const passed =
        refusals.length === 30 &&
        accepted.length === 6 &&
        others.length === 0 &&
        command.code === 0 &&
        isLogged;
      return { figure, passed };
    } finally {
      await cluster.stop();
    }
  });
}
