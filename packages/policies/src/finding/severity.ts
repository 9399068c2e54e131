import type { Severity } from '@seawall/store';

/** How bad a finding is by its rule's priority, where the policy doesn't say otherwise. */
export function severityOfPriority(priority: string): Severity {
  switch (priority) {
    case 'Emergency':
    case 'Alert':
    case 'Critical':
    case 'Error':
      return 'high';
    case 'Warning':
      return 'medium';
    case 'Notice':
      return 'low';
    default:
      return 'info';
  }
}
