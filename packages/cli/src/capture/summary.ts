import {
  type CaptureSection,
  createEventView,
  EVENT_TYPE_COUNT,
  type EventView,
  eventType,
  type MachineInfo,
  moveTo,
  timestampOf,
} from '@seawall/events';

/** What a capture holds, in numbers. */
export interface CaptureSummary {
  readonly formatVersion: string;
  readonly machine: MachineInfo | undefined;
  readonly processes: number;
  readonly descriptors: number;
  readonly users: number;
  readonly groups: number;
  readonly interfaces: number;
  readonly events: number;
  /** Nanoseconds since the epoch, of the first and last event that have a time: see `hasTime`. */
  readonly firstTimestamp: bigint | undefined;
  readonly lastTimestamp: bigint | undefined;
  /** Most frequent first. */
  readonly byType: readonly EventTypeCount[];
}

export interface EventTypeCount {
  readonly name: string;
  readonly direction: '>' | '<';
  readonly count: number;
}

/** Collects the summary section by section; `finish` can be asked at any point. */
export interface CaptureSummarizer {
  add(section: CaptureSection): void;
  readonly eventCount: number;
  finish(): CaptureSummary;
}

/** Whether an event says when it happened: what older sysdigs knew of containers beforehand stands at time 0. */
function hasTime(view: EventView): boolean {
  return timestampOf(view) !== 0n;
}

export function createCaptureSummarizer(): CaptureSummarizer {
  const view = createEventView();
  const counts = new Float64Array(EVENT_TYPE_COUNT);
  const totals = { processes: 0, descriptors: 0, users: 0, groups: 0, interfaces: 0, events: 0 };
  let formatVersion = '';
  let machine: MachineInfo | undefined;
  let firstTimestamp: bigint | undefined;
  let lastTimestamp: bigint | undefined;

  return {
    get eventCount() {
      return totals.events;
    },
    add(section) {
      switch (section.kind) {
        case 'header':
          formatVersion = `${section.majorVersion}.${section.minorVersion}`;
          break;
        case 'machine':
          machine = section.machine;
          break;
        case 'interfaces':
          totals.interfaces += section.interfaces.length;
          break;
        case 'users':
          totals.users += section.users.length;
          totals.groups += section.groups.length;
          break;
        case 'processes':
          totals.processes += section.processes.length;
          break;
        case 'descriptors':
          totals.descriptors += section.descriptors.length;
          break;
        case 'events': {
          const { batch } = section;
          for (let index = 0; index < batch.count; index += 1) {
            moveTo(view, batch, index);
            counts[view.type] += 1;
            if (firstTimestamp === undefined && hasTime(view)) firstTimestamp = timestampOf(view);
          }
          totals.events += batch.count;
          for (let index = batch.count - 1; index >= 0; index -= 1) {
            moveTo(view, batch, index);
            if (!hasTime(view)) continue;
            lastTimestamp = timestampOf(view);
            break;
          }
        }
      }
    },
    finish() {
      const byType = [...counts.keys()]
        .filter((id) => counts[id] > 0)
        .sort((left, right) => counts[right] - counts[left])
        .map((id): EventTypeCount => {
          const { name, isEnter } = eventType(id) as { name: string; isEnter: boolean };
          return { name, direction: isEnter ? '>' : '<', count: counts[id] };
        });
      return { formatVersion, machine, ...totals, firstTimestamp, lastTimestamp, byType };
    },
  };
}
