import { createSyscallCatalogue } from '@seawall/inspector';
import { createAuditCatalogue } from '@seawall/kube';
import type { FieldCatalogue } from '@seawall/rules';

/** The field catalogues of all sources, system calls first. */
export const catalogues: readonly FieldCatalogue<never>[] = [
  createSyscallCatalogue(),
  createAuditCatalogue(),
];

export const sourceNames: readonly string[] = catalogues.map(({ source }) => source);
