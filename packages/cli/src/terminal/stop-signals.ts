/** Signals of the system that tell a program to end. */
export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/**
 * One press of Ctrl-C can arrive more than once: the terminal sends it to the launcher and to this process, and the launcher passes it on;
 * `timeout` signals its program, and then the program's group. What comes within this time is the first signal's echo.
 */
const ECHO_MILLISECONDS = 500;

/**
 * Calls `stop` at the first of these signals, so that a command ends in order. Its echoes are ignored; a signal that comes later ends the
 * process at once, as it would without us.
 * @returns what takes it back. Echoes of a signal that was heard are ignored even then: an end in order stays one.
 */
export function onStopSignal(names: readonly StopSignal[], stop: () => void): () => void {
  let state: 'waiting' | 'echoing' | 'stopping' = 'waiting';
  let isReleased = false;
  const removeListeners = (): void => {
    for (const name of names) process.removeListener(name, hear);
  };
  function hear(name: NodeJS.Signals): void {
    if (state === 'echoing') return;
    if (state === 'stopping') {
      removeListeners();
      process.kill(process.pid, name);
      return;
    }
    state = 'echoing';
    // The immediate lets echoes be heard that have come while this thread was too busy to hear anything.
    setTimeout(() => setImmediate(endEcho), ECHO_MILLISECONDS).unref();
    // When nothing is left to do, Node hands signals back to the system and only then takes itself apart: an echo in those milliseconds
    // would end as killed what has ended in order. `process.exit` keeps them to the last.
    process.once('beforeExit', () => process.exit());
    stop();
  }
  function endEcho(): void {
    state = 'stopping';
    if (isReleased) removeListeners();
  }
  for (const name of names) process.on(name, hear);
  return () => {
    isReleased = true;
    if (state !== 'echoing') removeListeners();
  };
}
