import { defineErrors } from '@seawall/base';

/** Everything that can go wrong in this package, by code. */
export const errors = defineErrors('kube', {
  FIELD_ARGUMENT_MISSING: '{field} needs an argument in brackets, as in {field}[{example}]',
  FIELD_ARGUMENT_REFUSED: '{field} takes no argument, but has [{argument}]: write {field} alone',
  FIELD_INDEX_INVALID:
    '{field}[{argument}]: the argument counts from 0 and is written in digits, as in {field}[0]',
  METADATA_TOO_LONG: '{path} is too long for container metadata: unpacked it has more than {bytes} bytes',
  METADATA_DAMAGED: '{path}: the compressed data is damaged ({reason})',
  METADATA_NOT_JSON: '{path} is not container metadata: {reason} at byte {offset}',
  METADATA_SHAPE:
    '{path} is not container metadata: {problem}. Expected is an object with "items", each of kind "container" or "sandbox" with what CRI says of it',
  RUNTIME_UNREACHABLE:
    'the container runtime at {socket} can not be reached ({reason}): is it running, and may this process open its socket?',
  RUNTIME_TIMEOUT: 'the container runtime at {socket} did not answer {call} within {limit} ms',
  RUNTIME_UNSUPPORTED: 'the container runtime at {socket} does not know {call}: {reason}',
  RUNTIME_REFUSED: 'the container runtime at {socket} refused {call}: {reason}',
  RUNTIME_ANSWER_STRANGE:
    'the container runtime at {socket} answered {call} with something unexpected: {reason}',
  CONTAINER_NOT_FOUND: 'the container runtime at {socket} knows no such container ({call}): {reason}',
  CONTAINER_AMBIGUOUS: '{id} stands for several containers of {socket}: give more of the id',
  CONTAINER_NOT_RUNNING: 'container {id} is not running: {reason}',
  CONTAINER_ALREADY_SO: 'container {id} is {state} already',
  API_SERVER_UNREACHABLE: 'the API server {server} can not be reached: {reason}',
  API_SERVER_TIMEOUT: 'the API server {server} did not answer {request} within {limit} ms',
  API_SERVER_REFUSED: 'the API server {server} refused {request} with {status}: {reason}',
  API_ANSWER_TOO_LONG: 'the API server {server} answered {request} with more than {longest} bytes',
  API_OBJECT_NOT_FOUND: 'the API server {server} has no {object}',
  KUBECONFIG_UNREADABLE: '{path} can not be read as a kubeconfig: {problem}',
  KUBECONFIG_ABSENT:
    'no API server is known: {path} does not exist, and this process does not run in a pod (no service account is mounted)',
});
