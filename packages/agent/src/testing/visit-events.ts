import { type CaptureSection, moveTo } from '@seawall/events';
import { createInspector, type EventContext } from '@seawall/inspector';

/** Replays sections through an inspector of their own and shows each event that rules would see. */
export function visitEvents(
  sections: readonly CaptureSection[],
  visit: (context: EventContext) => void,
): void {
  const inspector = createInspector();
  const { context } = inspector;
  for (const section of sections) {
    if (section.kind !== 'events') {
      inspector.load(section);
      continue;
    }
    for (let index = 0; index < section.batch.count; index++) {
      moveTo(context.view, section.batch, index);
      if (inspector.apply(context.view)) visit(context);
      inspector.settle();
    }
  }
}
