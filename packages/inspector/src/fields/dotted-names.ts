import { fieldErrors } from './errors.ts';
import type { InspectorField } from './field.ts';

/**
 * Makes the fields be found by names that end in an argument: `evt.arg.fd`, `thread.cgroup.cpu`,
 * `k8s.pod.label.app.kubernetes.io/name`. What is found is a field without an argument of its own. Going through all
 * fields shows the fields alone.
 */
export function withDottedNames(
  fields: ReadonlyMap<string, InspectorField>,
): ReadonlyMap<string, InspectorField> {
  const find = (name: string): InspectorField | undefined => fields.get(name) ?? findDotted(fields, name);
  return {
    get size() {
      return fields.size;
    },
    get: find,
    has: (name) => find(name) !== undefined,
    keys: () => fields.keys(),
    values: () => fields.values(),
    entries: () => fields.entries(),
    forEach: (visit) => fields.forEach(visit),
    [Symbol.iterator]: () => fields[Symbol.iterator](),
  };
}

function findDotted(fields: ReadonlyMap<string, InspectorField>, name: string): InspectorField | undefined {
  for (let dot = name.lastIndexOf('.'); dot > 0; dot = name.lastIndexOf('.', dot - 1)) {
    const field = fields.get(name.slice(0, dot));
    if (field?.bindAfterDot === undefined) continue;
    return dotted(field, name, name.slice(dot + 1));
  }
  return undefined;
}

function dotted(field: InspectorField, name: string, argument: string): InspectorField {
  return {
    ...field,
    name,
    argument: { presence: 'none', isIndex: false, isKey: false },
    bind(inBrackets) {
      if (inBrackets !== undefined)
        throw fieldErrors.create('FIELD_TAKES_NO_ARGUMENT', { field: name, argument: inBrackets });
      return field.bindAfterDot!(argument);
    },
  };
}
