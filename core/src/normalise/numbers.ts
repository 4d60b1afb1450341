/** Something in a numbered list. */
interface Numbered {
  number?: number | undefined;
}

/**
 * Gives every item without a number that of its position, from 1. Where another item was given that number, the item
 * is numbered after the highest one. The states before and after a correction are numbered separately.
 */
export function numbered<T extends Numbered>(items: T[]): T[] {
  const taken = new Set(items.flatMap(({ number }) => (number === undefined ? [] : [number])));
  let highest = items.length;
  for (const number of taken) highest = Math.max(highest, number);
  return items.map((item, index) => {
    if (item.number !== undefined) return item;
    return { ...item, number: taken.has(index + 1) ? ++highest : index + 1 };
  });
}
