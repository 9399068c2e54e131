export type { EventBatch } from './batch.ts';
export type * from './capture/section.ts';
export { createEventView, type EventView, HEADER_LENGTH, moveTo, timestampOf } from './view.ts';
