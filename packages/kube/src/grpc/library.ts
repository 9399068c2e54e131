import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** gRPC, loaded when a runtime is first spoken to: most commands speak to none, and it takes 12 MB. */
export function grpc(): typeof import('@grpc/grpc-js') {
  return require('@grpc/grpc-js');
}

/** The reader of .proto files, likewise. */
export function protoLoader(): typeof import('@grpc/proto-loader') {
  return require('@grpc/proto-loader');
}
