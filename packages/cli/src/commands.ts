import type { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import { checkDescription } from './posture/check-description.ts';

/** Gives a command its options, its action or the commands below it. */
export type DefineCommand = (command: Command, context: CommandContext) => void;

export interface TopCommand {
  readonly name: string;
  /** One line: what the help of the whole says of it. */
  readonly description: string;
  /** Imports the modules of the command: only when it is run or asked about, since some need a lot of memory. */
  load(): Promise<DefineCommand>;
}

/** What follows `seawall`, in the order of the help. */
export const commands: readonly TopCommand[] = [
  {
    name: 'up',
    description:
      'start Seawall: watch this machine live, or where that is not possible replay the bundled recording',
    load: async () => (await import('./up/command.ts')).defineUp,
  },
  {
    name: 'watch',
    description: 'send events through rules and print an alert for each match',
    load: async () => (await import('./watch/command.ts')).defineWatch,
  },
  {
    name: 'agent',
    description: 'watch over this node for good: findings, actions, messages, as seawall.yaml has it',
    load: async () => (await import('./agent/command.ts')).defineAgent,
  },
  {
    name: 'channels',
    description: 'where findings are told: try channels, see what waits for them, send dead letters again',
    load: async () => (await import('./channels/command.ts')).defineChannels,
  },
  {
    name: 'rules',
    description: 'check, list and measure rule files, and list what they can be written with',
    load: async () => (await import('./rules/command.ts')).defineRules,
  },
  {
    name: 'profile',
    description: 'turn short profiles of what pods may do into rules, and back',
    load: async () => (await import('./profile/command.ts')).defineProfile,
  },
  {
    name: 'drill',
    description: 'play what attackers do, harmlessly, in a container, and see what is raised',
    load: async () => (await import('./drill/command.ts')).defineDrill,
  },
  {
    name: 'policies',
    description: 'check, list and explain policies: which rules run where, and what follows',
    load: async () => (await import('./policies/command.ts')).definePolicies,
  },
  {
    name: 'findings',
    description: 'list, show and follow what broke a policy; acknowledge and resolve it',
    load: async () => (await import('./findings/command.ts')).defineFindings,
  },
  {
    name: 'actions',
    description: 'list what was done about findings, and undo it',
    load: async () => (await import('./actions/command.ts')).defineActions,
  },
  {
    name: 'capture',
    description: 'record system calls, look into captures of them, and copy parts of them',
    load: async () => (await import('./capture/command.ts')).defineCapture,
  },
  {
    name: 'probe',
    description: 'look at the probe, which sees what happens on this machine',
    load: async () => (await import('./probe/command.ts')).defineProbe,
  },
  {
    name: 'pki',
    description: 'issue, verify, renew and rotate certificates',
    load: async () => (await import('./pki/command.ts')).definePki,
  },
  {
    name: 'posture',
    description: 'how a node’s components are configured, and what is wrong with it',
    load: async () => (await import('./posture/command.ts')).definePosture,
  },
  {
    name: 'check',
    description: checkDescription,
    load: async () => (await import('./posture/check.ts')).defineCheck,
  },
];
