import { createSyscallCatalogue } from '@seawall/inspector';
import { createAuditCatalogue } from '@seawall/kube';
import type { FieldCatalogue } from '@seawall/rules';

export const syscallCatalogue = createSyscallCatalogue();
export const auditCatalogue = createAuditCatalogue();

/** The field catalogues of all sources, system calls first. */
export const catalogues: readonly FieldCatalogue<never>[] = [syscallCatalogue, auditCatalogue];

export const sourceNames: readonly string[] = catalogues.map(({ source }) => source);
