/** What stands in a queue, with its place: to be put back as it was. */
export interface Queued<Item> {
  readonly item: Item;
  readonly rank: number;
  readonly sequence: number;
}

/**
 * A queue that is left in the order in which it was entered, whatever the rank; but when room has to be made, the lowest rank
 * gives way, and of that the newest. How much room there is, its owner knows.
 */
export interface RankedQueue<Item> {
  readonly size: number;
  /** How many of those lower ranks there are. */
  sizeBelow(rank: number): number;
  push(item: Item, rank: number): void;
  /** Takes the oldest off, at most so many, as long as they are wanted. */
  take(most: number, isWanted?: (item: Item) => boolean): readonly Queued<Item>[];
  /** What stands in it, in the order in which it was entered. */
  items(): readonly Item[];
  /** Puts those back that were taken off last, where they were. */
  putBack(taken: readonly Queued<Item>[]): void;
  /** Takes away what has to give way to something of that rank; undefined where nothing is lower. */
  shedBelow(rank: number): Item | undefined;
}

/** One rank's part of the queue, oldest first; what lies before `start` was taken off. */
interface Row<Item> {
  queued: Queued<Item>[];
  start: number;
}

/** Places at the front of a row that may be empty before it is moved together. */
const MOST_EMPTY = 1024;

/** @param ranks how many there are: 0 is the lowest. */
export function createRankedQueue<Item>(ranks: number): RankedQueue<Item> {
  const rows = Array.from({ length: ranks }, (): Row<Item> => ({ queued: [], start: 0 }));
  let size = 0;
  let pushed = 0;

  function oldestRow(): Row<Item> | undefined {
    let oldest: Row<Item> | undefined;
    for (const row of rows) {
      if (row.start === row.queued.length) continue;
      if (oldest === undefined || frontOf(row).sequence < frontOf(oldest).sequence) oldest = row;
    }
    return oldest;
  }

  function removeFront(row: Row<Item>): Queued<Item> {
    const front = frontOf(row);
    row.start += 1;
    size -= 1;
    if (row.start === row.queued.length || row.start >= MOST_EMPTY) {
      row.queued = row.queued.slice(row.start);
      row.start = 0;
    }
    return front;
  }

  return {
    get size() {
      return size;
    },
    sizeBelow: (rank) =>
      rows.slice(0, rank).reduce((sum, { queued, start }) => sum + queued.length - start, 0),
    push(item, rank) {
      pushed += 1;
      size += 1;
      rows[rank].queued.push({ item, rank, sequence: pushed });
    },
    take(most, isWanted = () => true) {
      const taken: Queued<Item>[] = [];
      while (taken.length < most) {
        const row = oldestRow();
        if (row === undefined || !isWanted(frontOf(row).item)) break;
        taken.push(removeFront(row));
      }
      return taken;
    },
    items: () =>
      rows
        .flatMap(({ queued, start }) => queued.slice(start))
        .sort((left, right) => left.sequence - right.sequence)
        .map(({ item }) => item),
    putBack(taken) {
      for (const [rank, row] of rows.entries()) {
        const back = taken.filter((queued) => queued.rank === rank);
        if (back.length === 0) continue;
        row.queued = [...back, ...row.queued.slice(row.start)];
        row.start = 0;
      }
      size += taken.length;
    },
    shedBelow(rank) {
      const lowest = rows.slice(0, rank).find(({ queued, start }) => queued.length > start);
      if (lowest === undefined) return undefined;
      size -= 1;
      return lowest.queued.pop()?.item;
    },
  };
}

function frontOf<Item>({ queued, start }: Row<Item>): Queued<Item> {
  return queued[start];
}
