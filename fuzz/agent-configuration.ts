import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSeawallError } from '@seawall/base';
import { readConfiguration } from '../packages/agent/src/configuration/read-configuration.ts';
import { feedFiles } from './support/feed-texts.ts';
import { mutateText } from './support/mutate-text.ts';
import { createRandom } from './support/random.ts';
import { yamlFragments } from './support/yaml-fragments.ts';

export const title = 'damaged configurations of the agent: read, or refused with every mistake and its place';

/** @returns how many files were accepted and refused. @throws at the first crash, hang or error without a place. */
export async function run({ seed, iterations = 20_000 }: { seed: number; iterations: number | undefined }) {
  const random = createRandom(seed);
  const example = readFileSync(join(import.meta.dirname, '../examples/agent/seawall.yaml'), 'utf8');
  const accepted = await feedFiles('seawall.yaml', {
    ...{ seed, iterations, slowest: 5_000 },
    make: () => mutateText(random, [example, everyKey], yamlFragments),
    feed: readOnce,
  });
  return `${iterations} files: ${accepted} accepted, ${iterations - accepted} refused`;
}

function readOnce(path: string): boolean {
  try {
    readConfiguration(path);
    return true;
  } catch (error) {
    if (!isSeawallError(error, 'agent/CONFIGURATION_INVALID')) throw error;
    const { messages } = error.details;
    if (typeof messages !== 'string' || !/^.+:[1-9]\d*:[1-9]\d*: error: /.test(messages)) {
      throw new Error('no place', { cause: error });
    }
    return false;
  }
}

const everyKey = `node: a
cluster: b
rules: [rules, /more, {path: old, meaning: 2017}]
policies: [policies]
policyMatching: first
source:
  capture: a.scap
  containers: a.json
  runtimes: [{kind: cri, socket: /run/c.sock}]
  ringMebibytes: 8
store: {path: s.db, keepFor: 90d, maximumMebibytes: 4096}
captures: {directory: c, before: 10s, memoryMebibytes: 16, maximumMebibytes: 100, keepFor: 30d, keepMebibytes: 2048}
notifications: {finishWithin: 30s}
outputs:
  json_output: true
  buffered_outputs: false
  output_timeout: 2000
  outputs_queue: {capacity: 10}
  stdout_output: {}
  file_output: {enabled: true, filename: /x, keep_alive: true}
  syslog_output: {facility: user, tag: t, address: "udp://127.0.0.1:514"}
  program_output: {program: cat, keep_alive: false}
  http_output: {url: "http://127.0.0.1:1/", insecure: true, max_consecutive_timeouts: 5}
http: {listen: "127.0.0.1:9764"}
audit: {listen: "[::1]:9765"}
etcd: {endpoints: ["https://127.0.0.1:2379"], authorities: a.pem, certificate: b.pem, key: c.pem}
neverTouch: {programs: ["/usr/bin/*"], containers: [a], images: [b], namespaces: [c]}
kubernetes: {kubeconfig: k, policies: true}
watchFiles: true
limits: {memoryMebibytes: 512, cpuPercent: 100, waitingFindings: 20000}
`;
