import { parentPort, workerData } from 'node:worker_threads';
import { nanosecondsNow, reasonOf, systemClock } from '@seawall/base';
import { createGuardState, type PlannedAction, type UndoData } from '@seawall/policies';
import { createLazyExecutor } from '../actions/immediate-executor.ts';
import { createPauseNotes, notedPause } from '../actions/pause-notes.ts';
import { raisePriority } from '../raise-priority.ts';
import { createHotLoop } from './hot-loop.ts';
import type { FromHotLoop, HotLoopStart, ToHotLoop } from './messages.ts';

/** The hot loop's thread: what it is started with comes as its data, the rest as messages. */
const port = parentPort;
if (port === null) throw new Error('the hot loop runs in a thread of its own');

const start = workerData as HotLoopStart;
const { own, neverTouch, etcdNamespaces } = start.node;
const post = (message: FromHotLoop): void => port.postMessage(message);
let deferred: (() => void)[] = [];
const notes = createPauseNotes(start.pauseNotes, 'hot loop');
const executor = createLazyExecutor({
  own,
  notePause,
  defer: (work) => deferred.push(work),
  onError: (message) => post({ kind: 'log', level: 'error', message }),
});

/** A container that is not paused does harm now; one whose pause nobody wrote down, should the agent be killed before it is stored. */
function notePause(action: PlannedAction, undo: UndoData): () => void {
  const { key } = action;
  try {
    notes.add(notedPause(action, undo, nanosecondsNow(systemClock)));
  } catch (error) {
    const danger = 'were the agent killed before its finding is stored, nobody would end it';
    post({
      kind: 'log',
      level: 'error',
      message: `the pause ${key} is not noted (${reasonOf(error)}): ${danger}`,
    });
  }
  return () => {
    try {
      notes.remove(key);
    } catch (error) {
      const message = `what was noted of the pause ${key} could not be taken off: ${reasonOf(error)}`;
      post({ kind: 'log', level: 'error', message });
    }
  };
}

function settle(): void {
  if (deferred.length === 0) return;
  const due = deferred;
  deferred = [];
  for (const work of due) work();
}

let isPrepared = false;

function prepareToAct(): void {
  executor.prepare();
  if (isPrepared) return;
  isPrepared = true;
  const refused = raisePriority();
  if (refused === undefined) return;
  const message = `what acts has no priority (${refused}: that takes CAP_SYS_NICE): actions may come late on a busy machine`;
  post({ kind: 'log', level: 'warning', message });
}

try {
  const loop = createHotLoop(start, {
    post,
    createGuards: ({ memory }, quorum) =>
      createGuardState({ own, neverTouch, etcdNamespaces, quorum, memory }),
    prepareToAct,
    act: executor.perform,
    settle,
  });
  port.on('message', (message: ToHotLoop) => loop.receive(message));
  await loop.run();
  post({ kind: 'ended' });
} catch (error) {
  const { code, message, stack } = error as Partial<NodeJS.ErrnoException>;
  post({ kind: 'failed', code, message: message ?? String(error), stack: stack ?? '' });
}
port.unref();
