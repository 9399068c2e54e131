import { moveTo, readCapture } from '@seawall/events';
import type { Inspector } from '../inspector.ts';

/**
 * Sends all that a capture holds through an inspector.
 * @param see is called after each event, while the context is about it. @param isShown what `apply` said of the event.
 */
export async function applyCapture(
  path: string,
  inspector: Inspector,
  see: (isShown: boolean) => void,
): Promise<void> {
  const { view } = inspector.context;
  for await (const section of readCapture(path)) {
    if (section.kind !== 'events') {
      inspector.load(section);
      continue;
    }
    for (let index = 0; index < section.batch.count; index++) {
      moveTo(view, section.batch, index);
      see(inspector.apply(view));
    }
  }
}
