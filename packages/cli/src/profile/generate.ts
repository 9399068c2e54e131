import { generateRules, parseProfile } from '@seawall/policies';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { nameOfPath, readWhole } from '../input/open.ts';

/** `seawall profile generate`: writes the rules that keep pods to a profile. */
export function addGenerateCommand(parent: Command, context: CommandContext): void {
  parent
    .command('generate')
    .argument('<file>', 'what each pod may do (YAML); - for standard input')
    .description('write rules that alert of what pods do beyond a profile, on standard output')
    .addHelpText(
      'after',
      `
A profile is a list of pods:

  - podname: etcd                # with what Kubernetes adds to it: etcd-node1
    proc: [etcd]                 # programs that may be started
    write_dir: [/var/lib/etcd]   # files, and directories with all below them, that may be written
    outbound_proc: [etcd]        # programs that may open connections
    listen_proc: [etcd]          # programs that may open TCP ports
    read_dir: [/etc/kubernetes]  # as write_dir, for reading
    peers: [10.0.0.0/8]          # addresses and networks that may be connected to
    ports: [2379, 2380]          # TCP ports that may be opened
    images: [k8s.gcr.io/etcd]    # repositories, repositories with a tag, or digests
    namespace: kube-system       # this one where none is given

false allows none; what is left out is not guarded.

Exit codes: 0 the rules are written; 2 wrong usage; 3 the file could not be read, or is no profile.`,
    )
    .action((path: string) => generate(context, path));
}

async function generate({ terminal }: CommandContext, path: string): Promise<void> {
  const name = nameOfPath(path);
  const text = new TextDecoder().decode(await readWhole(path, terminal));
  terminal.output.write(generateRules(parseProfile(text, name), name));
}
