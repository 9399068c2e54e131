import type { Metadata, ServiceError } from '@grpc/grpc-js';
import { errors } from '../errors.ts';
import { grpc } from './library.ts';
import type { Method } from './services.ts';

/** A connection to a gRPC server at a unix socket. */
export interface Channel {
  /**
   * Calls a method once.
   * @throws kube/RUNTIME_UNREACHABLE, kube/RUNTIME_TIMEOUT, kube/CONTAINER_NOT_FOUND, kube/RUNTIME_UNSUPPORTED,
   *   kube/RUNTIME_REFUSED
   */
  call<Answer>(method: Method, request: object, options?: CallOptions): Promise<Answer>;
  /**
   * Calls a method whose answers do not end; ends with the signal.
   * @throws as `call` does.
   */
  stream<Answer>(method: Method, request: object, signal: AbortSignal): AsyncGenerator<Answer>;
  close(): void;
}

export interface CallOptions {
  readonly metadata?: Metadata;
  /** Milliseconds; the channel's own limit unless told. */
  readonly limit?: number;
}

export interface ChannelOptions {
  /** Milliseconds that a call may take. */
  readonly limit: number;
}

/** Descriptions of containers with thousands of labels are large; a runtime that sends more than this is not well. */
const MAXIMUM_MESSAGE_BYTES = 64 * 1024 * 1024;

/** Makes a channel; nothing is sent before the first call. @param socket path of the unix socket. */
export function openChannel(socket: string, { limit: usualLimit }: ChannelOptions): Channel {
  const { Client, credentials } = grpc();
  const client = new Client(`unix:${socket}`, credentials.createInsecure(), {
    'grpc.max_receive_message_length': MAXIMUM_MESSAGE_BYTES,
    'grpc.enable_retries': 0,
    // Whoever calls knows better when to try again than a channel that doubles its pauses up to two minutes.
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 1000,
    // Pools of connections are per process; a channel that is closed must not keep one open for another.
    'grpc.use_local_subchannel_pool': 1,
    // Without it, names of unix sockets end up as the authority, which Go's servers refuse.
    'grpc.default_authority': 'localhost',
  });

  return {
    call<Answer>(method: Method, request: object, { metadata, limit = usualLimit }: CallOptions = {}) {
      return new Promise<Answer>((resolve, reject) => {
        const done = (error: ServiceError | null, answer?: object): void => {
          if (error === null) resolve(answer as Answer);
          else reject(callError(error, socket, method.path, limit));
        };
        const { path, requestSerialize, responseDeserialize } = method;
        const options = { deadline: Date.now() + limit };
        if (metadata === undefined) {
          client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, options, done);
        } else {
          client.makeUnaryRequest(
            path,
            requestSerialize,
            responseDeserialize,
            request,
            metadata,
            options,
            done,
          );
        }
      });
    },
    async *stream<Answer>(method: Method, request: object, signal: AbortSignal) {
      const { path, requestSerialize, responseDeserialize } = method;
      const answers = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, request);
      const cancel = (): void => answers.cancel();
      signal.addEventListener('abort', cancel);
      if (signal.aborted) cancel();
      try {
        for await (const answer of answers) yield answer as Answer;
      } catch (error) {
        if (!signal.aborted) throw callError(error as ServiceError, socket, path, 0);
      } finally {
        signal.removeEventListener('abort', cancel);
        answers.cancel();
      }
    },
    close: () => client.close(),
  };
}

function callError(error: ServiceError, socket: string, path: string, limit: number): Error {
  const details = { socket, call: path, reason: error.details ?? error.message, limit };
  const { status } = grpc();
  switch (error.code) {
    case status.UNAVAILABLE:
      return errors.create('RUNTIME_UNREACHABLE', details, error);
    case status.DEADLINE_EXCEEDED:
      return errors.create('RUNTIME_TIMEOUT', details, error);
    case status.NOT_FOUND:
      return errors.create('CONTAINER_NOT_FOUND', details, error);
    case status.UNIMPLEMENTED:
      return errors.create('RUNTIME_UNSUPPORTED', details, error);
    default:
      return errors.create('RUNTIME_REFUSED', details, error);
  }
}
