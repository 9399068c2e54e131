/** Old messages of a severity are looked for with each step of making room: among all that were ever delivered, that took longer than the step. */
export function messageAge(): readonly string[] {
  return ['CREATE INDEX outbox_age ON outbox (state, severity, created)'];
}
