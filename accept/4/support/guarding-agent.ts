// An agent for rows that stop it: guards the cgroup of its arguments until its standard input ends, and answers each
// line there with what was tried so far, by reason.
// Usage: guarding-agent CGROUP FORBIDDEN-PATH FORBIDDEN-PORT
import { createInterface } from 'node:readline';
import { openEnforcement } from '@seawall/probe';

const [cgroup, path, port] = process.argv.slice(2);
const enforcement = openEnforcement();
await enforcement.guard(
  { cgroup },
  {
    opens: { forbidden: [path] },
    connections: { otherwise: 'allow', rules: [{ verdict: 'deny', ports: Number(port) }] },
  },
);
const told: Record<string, number> = {};
process.stdout.write('guarding\n');
for await (const _line of createInterface(process.stdin)) {
  enforcement.poll(({ reason, outcome }) => {
    const key = `${reason} ${outcome}`;
    told[key] = (told[key] ?? 0) + 1;
  });
  process.stdout.write(`${JSON.stringify(told)}\n`);
}
await enforcement.close();
