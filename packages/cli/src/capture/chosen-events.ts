import { systemClock } from '@seawall/base';
import { type CaptureSection, moveTo, readCapture } from '@seawall/events';
import { createInspector, type EventContext } from '@seawall/inspector';
import { captureInput } from '../input/capture-input.ts';
import { countOf } from '../number-text.ts';
import { createProgress } from '../terminal/progress.ts';
import type { Terminal } from '../terminal/terminal.ts';

type EventsSection = Extract<CaptureSection, { kind: 'events' }>;

export interface ChosenEventsVisitor {
  /** Undefined: all events, also those that rules never see. */
  readonly isChosen: ((context: EventContext) => boolean) | undefined;
  /** Called for each section that is not events, as it comes. */
  onSection?(section: CaptureSection): Promise<void>;
  /** Called for each chosen event, while the context is about it. The visit ends when it gives false. */
  onEvent(context: EventContext, batch: EventsSection['batch'], index: number): boolean | Promise<boolean>;
}

/** Goes through a capture with the tables kept, and visits the events that are chosen. */
export async function visitChosenEvents(
  path: string,
  terminal: Terminal,
  { isChosen, onSection, onEvent }: ChosenEventsVisitor,
): Promise<void> {
  const { input, name } = captureInput(path, terminal);
  const inspector = createInspector();
  const { context } = inspector;
  const progress = createProgress({
    clock: systemClock,
    isTerminal: terminal.errors.isTerminal && !terminal.output.isTerminal,
    write: (text) => terminal.errors.write(text),
  });
  let count = 0;
  try {
    for await (const section of readCapture(input, { name })) {
      if (section.kind !== 'events') {
        inspector.load(section);
        await onSection?.(section);
        continue;
      }
      const { batch } = section;
      for (let index = 0; index < batch.count; index += 1) {
        moveTo(context.view, batch, index);
        const isForRules = inspector.apply(context.view);
        if (isChosen === undefined || (isForRules && isChosen(context))) {
          const answer = onEvent(context, batch, index);
          if ((typeof answer === 'boolean' ? answer : await answer) === false) return;
        }
        inspector.settle();
      }
      count += batch.count;
      progress.update(() => `${name}: ${countOf(count, 'event')}`);
    }
  } finally {
    progress.finish();
  }
}
