import type { FieldCatalogue } from '@seawall/rules';

export interface FormatVector {
  readonly test: string;
  readonly fmt: string;
}

export async function loadFormatCatalogue(): Promise<FieldCatalogue | undefined> {
  return undefined;
}

export function formatDifference(_vector: FormatVector, _catalogue: FieldCatalogue): string | undefined {
  return undefined;
}
