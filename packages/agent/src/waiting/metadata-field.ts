/**
 * Fields that somebody has to describe the container for. Its id is known by the cgroup, its start by the first process in
 * its pid namespace.
 */
const METADATA_FIELD = /(?:^|[^\w.])(?:container\.(?!(?:id|start_ts|duration)\b)|k8s\.)/;

/** Whether a text of the rule language (an operand, an output) names a field that a container's description gives. */
export function asksForMetadata(text: string): boolean {
  return METADATA_FIELD.test(text);
}
