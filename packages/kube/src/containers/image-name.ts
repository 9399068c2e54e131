/** Splits `host:5000/name:tag@digest` into what stands before the tag, and the tag; a digest is left out. */
export function splitImageName(name: string): { repository: string; tag: string } {
  const withoutDigest = name.split('@', 1)[0] as string;
  const colon = withoutDigest.lastIndexOf(':');
  if (colon === -1 || colon < withoutDigest.lastIndexOf('/')) return { repository: withoutDigest, tag: '' };
  return { repository: withoutDigest.slice(0, colon), tag: withoutDigest.slice(colon + 1) };
}
