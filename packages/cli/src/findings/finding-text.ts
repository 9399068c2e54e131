import { formatLocalTime } from '@seawall/base';
import type { Severity, Workload } from '@seawall/store';
import type { Palette } from '../terminal/color.ts';
import { harmless } from '../terminal/harmless.ts';

/** Pieces of findings as people read them. */

export function timeText(time: bigint): string {
  return formatLocalTime(time, { date: true, nanoseconds: false });
}

export function severityText(severity: Severity, palette: Palette): string {
  return paintOf(severity, palette)(severity);
}

/** The colour of a severity. */
export function paintOf(severity: Severity, palette: Palette): (text: string) => string {
  const paint = { high: palette.bad, medium: palette.warning, low: palette.accent, info: palette.faint };
  return paint[severity];
}

/** Where it happened, as short as it can be told: `namespace/pod/container`, a container's name, or the node. */
export function placeText({ node, namespace, pod, container }: Workload): string {
  const name = container?.name ?? container?.id.slice(0, 12);
  const parts = pod === undefined ? [name] : [namespace, pod, name];
  return harmless(parts.filter(Boolean).join('/') || node);
}
