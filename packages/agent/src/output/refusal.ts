/** Marks an error as final: the receiver won't take this alert however often it is sent. */
export function finalError(message: string): Error {
  return Object.assign(new Error(message), { isFinal: true });
}

/** Whether sending again can't help. */
export function isFinal(error: unknown): boolean {
  return error instanceof Error && (error as { isFinal?: boolean }).isFinal === true;
}
