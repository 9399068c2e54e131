export const replayOptions: readonly string[];
