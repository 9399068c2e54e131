/**
 * Node's HTTP client. Importing `node:http` reads each of its names, one of which is a WebSocket: what that takes to load
 * is 7 MB in each thread, for nobody here.
 */
export const { Agent, request } = process.getBuiltinModule('node:http');
