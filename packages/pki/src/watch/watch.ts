import { millisecondsPerDay } from '../issue/lifetime.ts';
import { type ExpiryLevel, expiryLevel, expiryText, type WatchedCertificate } from './expiry.ts';

/** One line of the log. */
export interface ExpiryNotice {
  readonly level: ExpiryLevel;
  readonly certificate: WatchedCertificate;
  readonly message: string;
}

/** Decides what is worth a line; knows nothing of time but what it is told. */
export interface ExpiryWatcher {
  /** What to say about this round: whatever changed since the last, and what is still wrong once a day. */
  observe(certificates: readonly WatchedCertificate[], now: number): ExpiryNotice[];
}

export function createExpiryWatcher(warnWithin: number): ExpiryWatcher {
  let known = new Map<string, { level: ExpiryLevel; notAfter: number | undefined; saidAt: number }>();
  return {
    observe(certificates, now) {
      const notices: ExpiryNotice[] = [];
      const current: typeof known = new Map();
      for (const certificate of certificates) {
        const key = `${certificate.path}\n${certificate.position}`;
        const before = known.get(key);
        const level = expiryLevel(certificate, now, warnWithin);
        const isNews = before
          ? before.level !== level || before.notAfter !== certificate.notAfter
          : level !== 'good';
        const isDue = level !== 'good' && now - (before?.saidAt ?? 0) >= millisecondsPerDay;
        const isSaid = isNews || isDue;
        if (isSaid) notices.push({ level, certificate, message: noticeText(level, certificate, now) });
        current.set(key, {
          level,
          notAfter: certificate.notAfter,
          saidAt: isSaid ? now : (before?.saidAt ?? now),
        });
      }
      known = current;
      return notices;
    },
  };
}

function noticeText(level: ExpiryLevel, certificate: WatchedCertificate, now: number): string {
  const when = expiryText(certificate, now);
  if (level === 'unreadable') return when;
  if (level === 'expired') return `expired ${when}: whoever meets it refuses it; renew it`;
  if (level === 'soon') return `ends ${when}: renew it`;
  return `renewed: ends ${when}`;
}
