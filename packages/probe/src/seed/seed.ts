import type { CaptureSection } from '@seawall/events';
import { readDescriptors } from './descriptors.ts';
import { readAccounts, readInterfaces, readMachine } from './machine.ts';
import { linkIfThere } from './proc-files.ts';
import { readProcesses } from './processes.ts';
import { readSockets, type SocketFacts } from './sockets.ts';

/**
 * What there is before the first event, as a capture's first sections: machine, interfaces, users, processes and
 * their descriptors. Read it after the probe was switched on and before its first event is handled: whatever changed
 * since then is told again by an event.
 * @param bootTime nanoseconds from the epoch to the machine's start.
 * @param onStep called after each process that was read.
 */
export function* seedFromProc(
  bootTime: bigint,
  onStep: () => void = () => undefined,
): Generator<CaptureSection> {
  yield { kind: 'machine', machine: readMachine(bootTime) };
  yield { kind: 'interfaces', interfaces: readInterfaces() };
  yield readAccounts();
  const processes = readProcesses(bootTime, { onStep });
  yield { kind: 'processes', processes };
  const socketsByNamespace = new Map<string, ReadonlyMap<number, SocketFacts>>();
  for (const { tid, pid } of processes) {
    if (tid !== pid) continue;
    const folder = `/proc/${pid}`;
    const descriptors = readDescriptors(folder, () => {
      const namespace = linkIfThere(`${folder}/ns/net`);
      const sockets = socketsByNamespace.get(namespace) ?? readSockets(`${folder}/net`);
      socketsByNamespace.set(namespace, sockets);
      return sockets;
    });
    onStep();
    if (descriptors.length > 0) yield { kind: 'descriptors', tid, descriptors };
  }
}
