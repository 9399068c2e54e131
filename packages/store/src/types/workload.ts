/** Where something happened; what isn't known is undefined, and `container` is undefined on the host itself. */
export interface Workload {
  readonly node: string;
  readonly cluster: string | undefined;
  readonly namespace: string | undefined;
  readonly pod: string | undefined;
  readonly podLabels: Readonly<Record<string, string>>;
  readonly container: WorkloadContainer | undefined;
}

export interface WorkloadContainer {
  /** As the runtime has it, all of it: 64 hexadecimal digits. */
  readonly id: string;
  readonly name: string | undefined;
  /** Repository and tag. */
  readonly image: string | undefined;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
}
