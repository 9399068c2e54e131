// One case of the benchmark, in a process of its own: loads rules, replays a capture, prints what it took as JSON.
// Usage: bench/case.ts CAPTURE|- RULES...
import { readFileSync } from 'node:fs';
import { createAccounting, replayCapture } from '@seawall/agent';
import { eventTypes, visitCapture } from '@seawall/events';
import { createInspector, processScopes } from '@seawall/inspector';
import { compileProgram } from '@seawall/rules';
import { catalogue, loadBenchmarkRules } from './rules.ts';

const [capture, ...files] = process.argv.slice(2);
const startedLoading = performance.now();
const rules = files.length === 0 ? [] : loadBenchmarkRules(files);
const startedCompiling = performance.now();
const inspector = createInspector();
const program = compileProgram(rules, catalogue, processScopes);
const startedReplaying = performance.now();
const cpuBefore = process.cpuUsage();
let alerts = 0;
let events = 0;
await replayCapture({
  sections: (visitor) => visitCapture(capture === '-' ? '/dev/stdin' : capture, visitor),
  inspector,
  matcher: program,
  accounting: createAccounting(eventTypes.length),
  onMatches: (_context, _matches, count) => {
    alerts += count;
  },
  onBatch: (count) => {
    events += count;
    return true;
  },
});
const ended = performance.now();
const cpu = process.cpuUsage(cpuBefore);
process.stdout.write(
  `${JSON.stringify({
    rules: rules.length,
    events,
    alerts,
    loadMilliseconds: startedCompiling - startedLoading,
    compileMilliseconds: startedReplaying - startedCompiling,
    replayMilliseconds: ended - startedReplaying,
    // What the machine's other work can't stretch.
    replayCpuMilliseconds: (cpu.user + cpu.system) / 1000,
    wholeMilliseconds: ended,
    peakBytes: peakMemory(),
    residues: program.memory.residues,
  })}\n`,
);

/** The process's own largest resident size; `getrusage` would count what the parent had when it forked. */
function peakMemory(): number {
  const kibibytes = /VmHWM:\s*(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'));
  return Number(kibibytes?.[1] ?? Number.NaN) * 1024;
}
