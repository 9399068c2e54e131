import { join } from 'node:path';
import type { MethodDefinition } from '@grpc/grpc-js';
import type { ServiceDefinition } from '@grpc/proto-loader';
import { protoLoader } from './library.ts';

/** One method of a service: how its messages are written and read. */
export type Method = MethodDefinition<object, object>;

const PROTO_FOLDER = join(import.meta.dirname, '..', '..', 'proto');

/** Names as in the .proto files; enumerations by name; 64-bit numbers as decimal text, which JSON holds exactly. */
const OPTIONS = { keepCase: true, longs: String, enums: String, defaults: true } as const;

/** Reads a file of `proto/`. @returns its services by their full names, each with its methods by name. */
export function loadServices(file: string): ReadonlyMap<string, ReadonlyMap<string, Method>> {
  const definition = protoLoader().loadSync(join(PROTO_FOLDER, file), OPTIONS);
  const services = Object.entries(definition).filter(
    (entry): entry is [string, ServiceDefinition] => !('format' in entry[1]),
  );
  return new Map(
    services.map(([name, service]) => [name, new Map(Object.entries(service) as [string, Method][])]),
  );
}
