import { RUNTIME_KINDS, type RuntimeAddress, type RuntimeKind } from '@seawall/kube';
import { InvalidArgumentError, Option } from 'commander';

/** Asks no runtime at all. */
const NONE = 'none';

/** `--runtime KIND=SOCKET`: which container runtimes to ask instead of those at the usual places. */
export function runtimeOption(): Option {
  return new Option(
    '--runtime <kind=socket>',
    `watching live: ask this container runtime (${RUNTIME_KINDS.join(', ')}) at this socket instead of those at the usual places (can be repeated; ${NONE} asks nobody)`,
  ).argParser(addRuntime);
}

function addRuntime(text: string, before: readonly RuntimeAddress[] = []): readonly RuntimeAddress[] {
  if (text === NONE) return before;
  const equals = text.indexOf('=');
  const kind = RUNTIME_KINDS.find((known) => known === text.slice(0, equals));
  const socket = text.slice(equals + 1);
  if (equals === -1 || kind === undefined || !socket.startsWith('/')) throw invalid();
  return [...before, { kind: kind satisfies RuntimeKind, socket }];
}

function invalid(): InvalidArgumentError {
  return new InvalidArgumentError(
    `It is one of ${RUNTIME_KINDS.join(', ')}, an equals sign and the path of a socket, as in containerd=/run/containerd/containerd.sock; or ${NONE}.`,
  );
}
