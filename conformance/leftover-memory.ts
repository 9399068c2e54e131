import { eventTypeOfSymbol, eventTypes, parameterLength } from '@seawall/events';
import type { EventContext } from '@seawall/inspector';
import { argumentText } from '../packages/inspector/src/fields/argument-text.ts';
import { descriptorOf, hasDescriptorFields } from '../packages/inspector/src/fields/event-descriptor.ts';
import { hasResult, resultOf } from '../packages/inspector/src/fields/event-facts.ts';

/**
 * A model of the piece of memory into which Falco renders arguments, one after the other, over what was there
 * before. It tells what Falco shows as `evt.buffer` of a call that moved no data: `NULL`, its end mark, and what is
 * left behind it, as long as the last real buffer was. See docs/compatibility.md, "Empty buffers show nothing".
 */
export interface LeftoverMemory {
  /**
   * Does with the event what the program did that wrote `fields-by-event`: shows its arguments in that program's
   * order.
   * @returns what it showed as `evt.buffer` where the event's data is empty; undefined for all other events.
   */
  pass(context: EventContext): string | undefined;
}

const GENERIC = eventTypeOfSymbol('GENERIC_X').id;
/** Calls whose second argument names the descriptor that they failed to make. */
const NAMED_BY_ARGUMENT = new Set(['open', 'creat', 'accept', 'accept4', 'connect']);
/** How many arguments were shown one by one. */
const SINGLE_ARGUMENTS = 3;

export function createLeftoverMemory(): LeftoverMemory {
  let memory = '';
  let bufferLength = 0;

  function render(context: EventContext, index: number): void {
    const { view } = context;
    if (index >= view.parameterCount) return;
    const { text } = argumentText(context, index);
    memory = `${text}\0${memory.slice(text.length + 1)}`;
    const { type } = eventTypes[view.type]!.parameters[index]!;
    if (type === 'bytebuf' && parameterLength(view, index) > 0) bufferLength = text.length;
  }

  function renderAll(context: EventContext): void {
    if (context.view.type === GENERIC) return;
    for (let index = 0; index < context.view.parameterCount; index++) render(context, index);
  }

  return {
    pass(context) {
      const { view } = context;
      const { name, parameters } = eventTypes[view.type]!;
      renderAll(context);
      if (hasResult(view) && resultOf(view) < 0) render(context, 0);
      const data = parameters.findIndex((parameter) => parameter.name === 'data');
      render(context, data < 0 ? view.parameterCount : data);
      const isEmpty = data >= 0 && data < view.parameterCount && parameterLength(view, data) === 0;
      const shown = isEmpty ? memory.slice(0, bufferLength).replace(/[^ -~]/g, '.') : undefined;
      renderAll(context);
      for (let index = 0; index < SINGLE_ARGUMENTS; index++) render(context, index);
      const isNameless = hasDescriptorFields(context) && descriptorOf(context) === undefined;
      if (isNameless && NAMED_BY_ARGUMENT.has(name)) render(context, 1);
      return shown;
    },
  };
}
