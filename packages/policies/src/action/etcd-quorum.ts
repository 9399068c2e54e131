import { readFileSync } from 'node:fs';
import { type Clock, reasonOf, systemClock } from '@seawall/base';
import { askEtcd, type EtcdCredentials } from './etcd-request.ts';

/** What acting on one of etcd's members would do to its cluster. */
export type QuorumVerdict =
  | { readonly kind: 'keeps'; readonly healthy: number; readonly members: number }
  | { readonly kind: 'breaks'; readonly healthy: number; readonly members: number }
  | { readonly kind: 'unknown'; readonly reason: string };

/** One look at an etcd cluster: its voting members. */
export interface EtcdHealth {
  readonly members: readonly {
    readonly name: string;
    readonly isHealthy: boolean;
    readonly detail: string;
  }[];
}

/** Looks after an etcd cluster in the background, so that deciding never waits for it. */
export interface EtcdQuorum {
  /** As last known; what is older than the options' `maximumAge` is unknown. Answers at once. */
  verdict(): QuorumVerdict;
  /** Looks now. Never throws: what can't be found out makes the verdict `unknown`. */
  refresh(): Promise<QuorumVerdict>;
  /** The last look; undefined before the first. */
  health(): EtcdHealth | undefined;
  close(): void;
}

export interface EtcdQuorumOptions {
  /** URLs of members' client interfaces: `https://10.0.0.1:2379`. One is enough to learn of the others. */
  readonly endpoints: readonly string[];
  /** Files in PEM, read anew for every look, so that renewed certificates are used. */
  readonly authorityFile?: string;
  readonly certificateFile?: string;
  readonly keyFile?: string;
  /**
   * `ask` (the default) asks etcd for its members through its JSON gateway; `endpoints` takes the endpoints for all members
   * that there are, for where the gateway is off.
   */
  readonly memberList?: 'ask' | 'endpoints';
  /** Milliseconds between looks, that one answer may take, and for which a look counts. */
  readonly interval?: number;
  readonly timeout?: number;
  readonly maximumAge?: number;
  readonly clock?: Clock;
}

interface Member {
  readonly name: string;
  readonly urls: readonly string[];
}

/**
 * Watches the health of an etcd cluster through its members' HTTP interface (`/v3/cluster/member/list`, `/health`). A member
 * counts as healthy when it says so itself, which it does only while it sees a leader; one that doesn't answer does not.
 */
export function watchEtcdQuorum(options: EtcdQuorumOptions): EtcdQuorum {
  const { interval = 5000, maximumAge = 15_000, clock = systemClock } = options;
  let health: EtcdHealth | undefined;
  let lookedAt = 0;
  let problem = 'it has not been looked at yet';
  let looking: Promise<QuorumVerdict> | undefined;

  const verdict = (): QuorumVerdict => {
    if (health === undefined) return { kind: 'unknown', reason: problem };
    const age = clock.monotonic() - lookedAt;
    if (age > maximumAge) {
      return { kind: 'unknown', reason: `what is known is ${Math.round(age / 1000)} s old (${problem})` };
    }
    return quorumVerdict(health);
  };
  const look = async (): Promise<QuorumVerdict> => {
    const startedAt = clock.monotonic();
    try {
      health = await lookAt(options);
      lookedAt = startedAt;
      problem = 'no newer look has ended';
    } catch (error) {
      // A failed look says more than an old one that went well: the cluster has changed since.
      health = undefined;
      problem = reasonOf(error);
    } finally {
      looking = undefined;
    }
    return verdict();
  };
  const refresh = (): Promise<QuorumVerdict> => {
    looking ??= look();
    return looking;
  };
  const timer = setInterval(() => void refresh(), interval);
  timer.unref();
  void refresh();
  return { verdict, refresh, health: () => health, close: () => clearInterval(timer) };
}

/** Whether a cluster can spare one of its healthy members. One member alone never can be spared. */
export function quorumVerdict({ members }: EtcdHealth): QuorumVerdict {
  if (members.length === 0) return { kind: 'unknown', reason: 'etcd names no voting member' };
  const healthy = members.filter(({ isHealthy }) => isHealthy).length;
  const needed = Math.floor(members.length / 2) + 1;
  return { kind: healthy - 1 >= needed ? 'keeps' : 'breaks', healthy, members: members.length };
}

async function lookAt(options: EtcdQuorumOptions): Promise<EtcdHealth> {
  const { endpoints, memberList = 'ask', timeout = 2000 } = options;
  const credentials = readCredentials(options);
  const members =
    memberList === 'ask'
      ? await listMembers(endpoints, credentials, timeout)
      : endpoints.map((url) => ({ name: url, urls: [url] }));
  return { members: await Promise.all(members.map((member) => lookAtMember(member, credentials, timeout))) };
}

function readCredentials({ authorityFile, certificateFile, keyFile }: EtcdQuorumOptions): EtcdCredentials {
  const read = (path: string | undefined) => (path === undefined ? undefined : readFileSync(path));
  return { authority: read(authorityFile), certificate: read(certificateFile), key: read(keyFile) };
}

/** Learners have no vote, so they count for nothing. */
async function listMembers(
  endpoints: readonly string[],
  credentials: EtcdCredentials,
  timeout: number,
): Promise<readonly Member[]> {
  const reasons: string[] = [];
  // All at once: a member that is down must not use up the time that the others need.
  const answers = await Promise.all(
    endpoints.map(async (endpoint) => {
      try {
        const answer = await askEtcd(endpoint, 'POST', '/v3/cluster/member/list', credentials, timeout);
        return membersIn(answer, endpoint);
      } catch (error) {
        reasons.push(reasonOf(error));
        return undefined;
      }
    }),
  );
  const members = answers.find((answer) => answer !== undefined);
  if (members === undefined) throw new Error(`no endpoint names the members: ${reasons.join('; ')}`);
  return members;
}

function membersIn(answer: unknown, endpoint: string): readonly Member[] {
  const { members } = answer as { readonly members?: unknown };
  if (!Array.isArray(members)) throw new Error(`${endpoint}: the answer names no members`);
  return members
    .filter((member) => member?.isLearner !== true)
    .map((member) => ({
      name: String(member?.name || member?.ID),
      urls: (member?.clientURLs ?? []) as string[],
    }));
}

async function lookAtMember({ name, urls }: Member, credentials: EtcdCredentials, timeout: number) {
  // One that was added and never started has no URLs: it has a vote and can't cast it.
  const details: string[] = urls.length === 0 ? ['it was never started'] : [];
  for (const url of urls) {
    try {
      const answer = (await askEtcd(url, 'GET', '/health', credentials, timeout)) as {
        readonly health?: unknown;
        readonly reason?: unknown;
      };
      // A text in etcd 3, a boolean before.
      if (answer.health === 'true' || answer.health === true)
        return { name, isHealthy: true, detail: 'healthy' };
      details.push(`it says that it is not healthy${answer.reason ? `: ${answer.reason}` : ''}`);
    } catch (error) {
      details.push(reasonOf(error));
    }
  }
  return { name, isHealthy: false, detail: details.join('; ') };
}
