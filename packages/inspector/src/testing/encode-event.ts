export {
  encodeEvent,
  encodeRaw,
  KNOWN_TYPES,
  type ParameterValue,
  socketAddress,
  tuple,
  unixTuple,
} from '@seawall/events';
