/**
 * The one door to @peculiar/x509: its dependency injection wants the Reflect metadata functions in place
 * before its first import, which only an import in front of it can guarantee.
 */
import 'reflect-metadata';

export * from '@peculiar/x509';
