import {
  type Courier,
  type CourierReport,
  createCourier,
  createSecrets,
  createSend,
} from '@seawall/policies';
import type { World } from '../../../packages/policies/src/outbox/testing/world.ts';

/** A courier for a world's channels, as the agent has one. */
export function openCourier(
  { store, clock, channels }: World,
  environment: Readonly<Record<string, string>> = {},
  report: (report: CourierReport) => void = () => undefined,
): Courier {
  const secrets = createSecrets({ environment });
  return createCourier({
    ...{ store, clock, report },
    channels: () => channels,
    createSend: (channel) => createSend(channel, { secrets, clock, environment }),
  });
}
