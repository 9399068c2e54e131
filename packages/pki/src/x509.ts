/**
 * The one door to @peculiar/x509: its dependency injection wants the Reflect metadata functions in place
 * before its first import, which only an import in front of it can guarantee.
 */
import 'reflect-metadata';
import { Name } from '@peculiar/x509';

export * from '@peculiar/x509';

/** A subject of one common name, kept as it is: as plain text the library would read `#...` as hexadecimal. */
export function commonNameOf(text: string): Name {
  return new Name([{ CN: [{ utf8String: text }] }]);
}
