import { createSyscallCatalogue } from '@seawall/inspector';
import { AUDIT_SOURCE, createAuditCatalogue } from '@seawall/kube';
import type { FieldCatalogue } from '@seawall/rules';

export const syscallCatalogue = createSyscallCatalogue();
export const auditCatalogue = createAuditCatalogue();

/** The field catalogues of all sources, system calls first. */
export const catalogues: readonly FieldCatalogue<never>[] = [syscallCatalogue, auditCatalogue];

/** Falco's plugins whose fields Seawall has built in, and which fields these are. */
const FIELDS_OF_PLUGINS: Readonly<Record<string, RegExp>> = {
  container: /^(?:container|k8s)\.|^proc\.is_container_/,
  k8saudit: /^ka\./,
  json: /^(?:json|jevt)\./,
};

export const pluginNames: readonly string[] = Object.keys(FIELDS_OF_PLUGINS);

/** The catalogues as a Falco without these plugins has them: to see whether rules would load there. */
export function cataloguesWithout(plugins: readonly string[]): readonly FieldCatalogue<never>[] {
  if (plugins.length === 0) return catalogues;
  const isLeftOut = (name: string): boolean => plugins.some((plugin) => FIELDS_OF_PLUGINS[plugin].test(name));
  return catalogues
    .filter(({ source }) => source !== AUDIT_SOURCE || !plugins.includes('k8saudit'))
    .map((catalogue) => ({ ...catalogue, fields: fieldsWithout(catalogue.fields, isLeftOut) }));
}

/** A catalogue also finds fields whose names hold an argument (`evt.arg.path`), so looking one up stays its own. */
function fieldsWithout<Field>(
  fields: ReadonlyMap<string, Field>,
  isLeftOut: (name: string) => boolean,
): ReadonlyMap<string, Field> {
  const left = new Map([...fields].filter(([name]) => !isLeftOut(name)));
  return Object.assign(left, {
    get: (name: string) => (isLeftOut(name) ? undefined : fields.get(name)),
    has: (name: string) => !isLeftOut(name) && fields.has(name),
  });
}

export const sourceNames: readonly string[] = catalogues.map(({ source }) => source);
