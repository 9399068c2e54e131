export {
  encodeEvent,
  encodeRaw,
  type ParameterValue,
  socketAddress,
  tuple,
  unixTuple,
} from '@seawall/events';
