/** Returns the seeds of a text such as `10`, the first ten, or `7-9`. */
export function seedsOf(text: string): readonly number[] {
  const [from = 1, to] = text.split('-').map(Number);
  const [first, last] = to === undefined ? [1, from] : [from, to];
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
