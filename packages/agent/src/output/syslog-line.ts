import { type Priority, priorities } from '@seawall/rules';
import { facilities } from './configuration.ts';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** RFC 3164's number in front of a message: facility times eight plus severity; Falco's priorities are syslog's severities. */
export function priorityValue(facility: (typeof facilities)[number], priority: Priority): number {
  return facilities.indexOf(facility) * 8 + priorities.indexOf(priority);
}

/** `<13>Nov 22 01:33:44 node1 seawall[42]: ` @param hostname undefined on the way to this machine's own log */
export function syslogHeader(
  value: number,
  time: Date,
  {
    hostname,
    tag,
    pid,
  }: { readonly hostname: string | undefined; readonly tag: string; readonly pid: number },
): string {
  const two = (number: number): string => String(number).padStart(2, '0');
  const day = String(time.getDate()).padStart(2, ' ');
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':');
  const host = hostname === undefined ? '' : `${hostname} `;
  return `<${value}>${months[time.getMonth()]} ${day} ${clock} ${host}${tag}[${pid}]: `;
}
