import { parentPort, workerData } from 'node:worker_threads';
import { createGuardState, performImmediately } from '@seawall/policies';
import { openProcessActions, type ProcessActions } from '@seawall/probe';
import { createHotLoop } from './hot-loop.ts';
import type { FromHotLoop, HotLoopStart, ToHotLoop } from './messages.ts';

/** The hot loop's thread: what it is started with comes as its data, the rest as messages. */
const port = parentPort;
if (port === null) throw new Error('the hot loop runs in a thread of its own');

const start = workerData as HotLoopStart;
const post = (message: FromHotLoop): void => port.postMessage(message);

/** Opened with the first action: where it can't be, watching goes on, and each action says why it failed. */
let signals: ProcessActions | undefined;

try {
  const loop = createHotLoop(start, {
    post,
    createGuards: ({ node, memory }, quorum) =>
      createGuardState({ own: node.own, neverTouch: node.neverTouch, quorum, memory }),
    act(action) {
      signals ??= openProcessActions();
      return performImmediately(action, signals);
    },
  });
  port.on('message', (message: ToHotLoop) => loop.receive(message));
  await loop.run();
  post({ kind: 'ended' });
} catch (error) {
  const { code, message, stack } = error as Partial<NodeJS.ErrnoException>;
  post({ kind: 'failed', code, message: message ?? String(error), stack: stack ?? '' });
}
port.unref();
