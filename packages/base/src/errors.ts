/** What went wrong, where, and what to do: the one shape of every error that Seawall raises on purpose. */
export interface SeawallError extends Error {
  /** `<package>/<CODE>`, stable, for machines: the code is declared in that package's catalogue. */
  readonly code: string;
  /** The values that the message was made from (paths, offsets, names), for JSON output. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** A package's errors: code to message. `{name}` in a message is replaced by the detail of that name. */
export type ErrorCatalogue = Readonly<Record<string, string>>;

export interface Errors<Catalogue extends ErrorCatalogue> {
  readonly catalogue: Catalogue;
  /** Makes (does not throw) the error of that code; a message's `{name}` takes `details.name`. */
  create(
    code: keyof Catalogue & string,
    details?: Readonly<Record<string, unknown>>,
    cause?: unknown,
  ): SeawallError;
}

/**
 * Declares a package's catalogue of errors.
 * @param packageName the noun of the package: it becomes the first half of each error's code.
 */
export function defineErrors<const Catalogue extends ErrorCatalogue>(
  packageName: string,
  catalogue: Catalogue,
): Errors<Catalogue> {
  return {
    catalogue,
    create(code, details = {}, cause) {
      const message = fillIn(catalogue[code] as string, details);
      const error = new Error(message, cause === undefined ? undefined : { cause });
      error.name = 'SeawallError';
      return Object.assign(error, { code: `${packageName}/${code}`, details });
    },
  };
}

/** True for errors made by a catalogue; with a code, true for that one alone. */
export function isSeawallError(error: unknown, code?: string): error is SeawallError {
  if (!(error instanceof Error) || error.name !== 'SeawallError') return false;
  return code === undefined || (error as SeawallError).code === code;
}

/** What anything that was thrown says, in its own words. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function fillIn(message: string, details: Readonly<Record<string, unknown>>): string {
  return message.replace(/\{(\w+)\}/g, (placeholder, name: string) =>
    name in details ? String(details[name]) : placeholder,
  );
}
