/** A component's version; only the parts that defaults depend on. */
export interface Version {
  readonly major: number;
  readonly minor: number;
}

/** Reads `v1.28.3`, `1.28`, `1.28.3-eks-1234`, `registry/kube-apiserver:v1.28.3@sha256:...`; undefined when there is none. */
export function parseVersion(text: string): Version | undefined {
  const match = /(?:^|[:v/])v?(\d+)\.(\d+)(?:\.\d+)?(?:[-+@._]|$)/.exec(text);
  return match === null ? undefined : { major: Number(match[1]), minor: Number(match[2]) };
}

/** Negative when `left` is the older one. */
export function compareVersions(left: Version, right: Version): number {
  return left.major - right.major || left.minor - right.minor;
}
