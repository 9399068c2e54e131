export type { EventBatch } from './batch.ts';
export { byteStringAt, byteStringsAt, internedTextAt, textEnd } from './byte-strings.ts';
export { BEGINNING_LENGTH, canBeCapture } from './capture/beginning.ts';
export type { Compatibility } from './capture/compatibility.ts';
export * from './capture/descriptor-types.ts';
export { leastCountByType, type PassingPlace, PLAIN_BLOCK, plainCountByType } from './capture/event-block.ts';
export { type ReadCounts, type ReadOptions, readCapture, visitCapture } from './capture/read.ts';
export type * from './capture/section.ts';
export type { CaptureInput } from './capture/source.ts';
export { type EventVisitor, Outcome, Step } from './capture/visit-events.ts';
export {
  type CaptureWriter,
  createCaptureWriter,
  type WriteOptions,
  type WriteResult,
} from './capture/write.ts';
export { type Converter, createConverter, MAXIMUM_CONVERTED_LENGTH } from './convert/converter.ts';
export { type Eligibility, eligibilityOf } from './convert/eligibility.ts';
export type { EventSpan } from './convert/event-span.ts';
export {
  encodeEvent,
  encodeRaw,
  type ParameterValue,
  socketAddress,
  tuple,
  unixTuple,
} from './encode-event.ts';
export { errors as eventErrors } from './errors.ts';
export { uint64At } from './integers.ts';
export * from './parameters.ts';
export * from './sockets.ts';
export {
  EVENT_TYPE_COUNT,
  type EventCategory,
  type EventFlag,
  type EventType,
  eventType,
  eventTypeOfSymbol,
  eventTypes,
  eventTypesByName,
  largePayloadByType,
  type ParameterFacts,
  type ParameterType,
  type ParameterVariant,
  type PrintFormat,
} from './table/event-type.ts';
export {
  type FlagTable,
  type FlagTableName,
  type FlagValue,
  flagTables,
} from './table/flag-tables.ts';
export {
  type Architecture,
  nativeIdOfSyscallCode,
  syscallCodeOfNativeId,
  syscallCodes,
  syscallCodesOfEventType,
  syscallNames,
} from './table/syscalls.ts';
export { DESCRIPTOR_TOLD, readToldDescriptor, type ToldDescriptor } from './told-descriptor.ts';
export { createEventView, type EventView, HEADER_LENGTH, moveTo, TYPE_OFFSET, timestampOf } from './view.ts';
