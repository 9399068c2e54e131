const milliseconds: Readonly<Record<string, number>> = {
  y: 365 * 86_400_000,
  w: 7 * 86_400_000,
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
};

/**
 * A duration as Prometheus writes it (`1h30m`, units from large to small, blanks ignored) in milliseconds; 0 for
 * what is none, as in Falco.
 */
export function parsePrometheusDuration(text: string): number {
  const units = Object.keys(milliseconds);
  const pattern = new RegExp(`^${units.map((unit) => `(?:([0-9]+)${unit})?`).join('')}$`);
  const found = pattern.exec(text.replace(/[ \t\n\v\f\r]/g, ''));
  if (found === null) return 0;
  return units.reduce((sum, unit, index) => sum + Number(found[index + 1] ?? 0) * milliseconds[unit]!, 0);
}
