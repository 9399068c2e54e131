import { type Clock, systemClock } from '@seawall/base';
import { issueOwnCertificate, type OwnCertificate, type OwnOrder, renewalTime } from './own-certificate.ts';

export interface KeepOrder extends Omit<OwnOrder, 'now'> {
  /** Called with each renewed certificate: hand it to `server.setSecureContext`. */
  readonly onRenewed: (certificate: OwnCertificate) => void;
  /** Called when a renewal failed; it is tried again within the hour, while the certificate in use is still good for a third of its life. */
  readonly onFailure: (error: unknown) => void;
  readonly clock?: Clock | undefined;
}

export interface KeptCertificate {
  current(): OwnCertificate;
  /** Renews now if it is due; the timer calls it too. Never throws. */
  check(): Promise<void>;
  stop(): void;
}

/** The longest wait between two looks at the clock: a machine may sleep, or its clock be set. */
const longestWaitMilliseconds = 60 * 60_000;
const shortestWaitMilliseconds = 1000;

/**
 * Gives a certificate of Seawall's own and keeps it fresh for as long as the process runs. The timer holds no process open.
 * @throws as `issueOwnCertificate`, the first time; later failures go to `onFailure`
 */
export async function keepOwnCertificate(order: KeepOrder): Promise<KeptCertificate> {
  const clock = order.clock ?? systemClock;
  let certificate = await issueOwnCertificate({ ...order, now: clock.now() });
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  const check = async () => {
    if (clock.now() < renewalTime(certificate)) return;
    try {
      certificate = await issueOwnCertificate({ ...order, now: clock.now() });
      if (!isStopped) order.onRenewed(certificate);
    } catch (error) {
      order.onFailure(error);
    }
  };
  const schedule = () => {
    if (isStopped) return;
    const wait = renewalTime(certificate) - clock.now();
    const isOverdue = wait <= 0;
    const milliseconds = isOverdue
      ? longestWaitMilliseconds / 60
      : Math.min(Math.max(wait, shortestWaitMilliseconds), longestWaitMilliseconds);
    timer = setTimeout(() => void check().then(schedule), milliseconds);
    timer.unref();
  };
  schedule();
  return {
    current: () => certificate,
    check,
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
