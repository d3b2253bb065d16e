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
