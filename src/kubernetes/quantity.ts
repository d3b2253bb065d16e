const QUANTITY = /^(?<number>[+-]?(?:\d+(?:\.\d*)?|\.\d+))(?<unit>[numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)?$/u;

const factors: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['n', 1e-9],
  ['u', 1e-6],
  ['m', 1e-3],
  ['k', 1e3],
  ['M', 1e6],
  ['G', 1e9],
  ['T', 1e12],
  ['P', 1e15],
  ['E', 1e18],
  ['Ki', 2 ** 10],
  ['Mi', 2 ** 20],
  ['Gi', 2 ** 30],
  ['Ti', 2 ** 40],
  ['Pi', 2 ** 50],
  ['Ei', 2 ** 60],
]);

/**
 * Returns the amount of a resource.Quantity such as `500m` or `2Gi`, with the precision of a double; undefined if the text is
 * no quantity or exceeds the range of a double. See https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/.
 */
export function parseQuantity(quantity: string): number | undefined {
  const { number = '', unit = '' } = QUANTITY.exec(quantity)?.groups ?? {};
  if (number === '') return undefined;
  const factor = factors.get(unit);
  const amount = factor === undefined ? Number(`${number}${unit}`) : Number(number) * factor;
  return Number.isFinite(amount) ? amount : undefined;
}

const BINARY_UNITS = ['Ei', 'Pi', 'Ti', 'Gi', 'Mi', 'Ki'] as const;
const DECIMAL_UNITS = ['E', 'P', 'T', 'G', 'M', 'k'] as const;
/** Sums of doubles are rounded to this number of units per one, the smallest that Kubernetes stores. */
const NANO = 1e9;

/**
 * Returns an amount as Kubernetes writes it: a whole number with the largest unit that divides it, else in `m`, `u` or `n`.
 * @param like quantities that the amount is computed from; if the first is binary, such as `1Gi`, so is the result
 */
export function formatQuantity(amount: number, [like = '']: readonly string[] = []): string {
  const rounded = Math.round(amount * NANO) / NANO;
  if (rounded === 0) return '0';
  if (Number.isInteger(rounded)) {
    const units = like.endsWith('i') ? BINARY_UNITS : DECIMAL_UNITS;
    const unit = units.find((each) => rounded % (factors.get(each) ?? 1) === 0) ?? '';
    return `${rounded / (factors.get(unit) ?? 1)}${unit}`;
  }
  const [factor, unit] = (
    [
      [1e3, 'm'],
      [1e6, 'u'],
      [NANO, 'n'],
    ] as const
  ).find(([each]) => isWhole(rounded * each)) ?? [NANO, 'n'];
  return `${Math.round(rounded * factor)}${unit}`;
}

function isWhole(value: number): boolean {
  return Math.abs(value - Math.round(value)) < 1e-6;
}
