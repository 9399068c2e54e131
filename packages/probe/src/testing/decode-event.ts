import {
  byteStringAt,
  type EventView,
  eventTypes,
  parameterLength,
  parameterStart,
  readInteger,
  readString,
} from '@seawall/events';

/** An event's parameters as text: numbers in decimal, texts and data as they are, addresses in hexadecimal. */
export function decodeEvent(view: EventView): readonly string[] {
  return eventTypes[view.type].parameters.map(({ type }, index) => {
    const length = parameterLength(view, index);
    const start = parameterStart(view, index);
    switch (type) {
      case 'charbuf':
      case 'fspath':
      case 'fsrelpath':
        return readString(view, index);
      case 'bytebuf':
        return byteStringAt(view.bytes, start, start + length).replaceAll('\0', '·');
      case 'sockaddr':
      case 'socktuple':
      case 'dyn':
        return Buffer.from(view.bytes.subarray(start, start + length)).toString('hex');
      default:
        return length === 0 ? '' : String(readInteger(view, index, type));
    }
  });
}
