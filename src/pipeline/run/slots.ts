/** How many pieces of work run at once; each at least 1. */
export interface Slots {
  readonly total: number;
  /** Of one group; null for no further limit. */
  readonly perGroup: number | null;
}

/**
 * Runs work for every item, in the order of the list as far as there are slots: a free slot goes to the first item whose
 * group has room, so that a group at its limit keeps no slot from another. Rejects as soon as a piece of work does.
 */
export function runInSlots<Item>(
  items: readonly Item[],
  slots: Slots,
  groupOf: (item: Item) => string,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const { total, perGroup } = slots;
  const waiting = [...items];
  const running: Item[] = [];
  const hasRoom = (item: Item) =>
    perGroup === null || running.filter((other) => groupOf(other) === groupOf(item)).length < perGroup;
  return new Promise((resolve, reject) => {
    const run = async (item: Item) => {
      await work(item);
      running.splice(running.indexOf(item), 1);
      fill();
    };
    const fill = () => {
      while (running.length < total) {
        const next = waiting.findIndex(hasRoom);
        if (next === -1) break;
        const [item] = waiting.splice(next, 1) as [Item];
        running.push(item);
        run(item).catch(reject);
      }
      if (running.length === 0) resolve();
    };
    fill();
  });
}
