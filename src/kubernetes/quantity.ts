const QUANTITY =
  /^(?<sign>[+-]?)(?:(?<whole>\d+)(?:\.(?<part>\d*))?|\.(?<onlyPart>\d+))(?<unit>[numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)?$/u;

/** Powers of ten of the decimal units. */
const DECIMAL_UNITS = { n: -9, u: -6, m: -3, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 } as const;
/** Powers of two of the binary units. */
const BINARY_UNITS = { Ki: 10n, Mi: 20n, Gi: 30n, Ti: 40n, Pi: 50n, Ei: 60n } as const;

/** Digits after the decimal point that Kubernetes keeps. */
const NANO_DIGITS = 9;
const NANOS_PER_ONE = 10n ** BigInt(NANO_DIGITS);
/** Bounds the time of the arithmetic. A double has no larger exponent. */
const MAX_EXPONENT = 308;
const MAX_NANOS = 10n ** BigInt(MAX_EXPONENT) * NANOS_PER_ONE;
const MAX_LENGTH = 1_000;

/** An exact amount. The arithmetic of quantities uses no floating-point numbers. */
export interface Quantity {
  /** The amount in billionths, the smallest unit that Kubernetes stores. */
  readonly nanos: bigint;
  /** Whether it is written with a binary unit, such as `1Gi`. */
  readonly isBinary: boolean;
}

export const ZERO: Quantity = { nanos: 0n, isBinary: false };

/**
 * Returns the exact amount of a resource.Quantity such as `500m` or `2Gi`. Fractions of a billionth are rounded away from zero,
 * as in Kubernetes. Undefined if the text is no quantity or exceeds the range of a double. See
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/.
 */
export function parseExact(text: string): Quantity | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const groups = QUANTITY.exec(text)?.groups;
  if (!groups) return undefined;
  const { sign, whole = '', part = groups['onlyPart'] ?? '', unit = '' } = groups;
  const binaryPower = powerOf(BINARY_UNITS, unit);
  const exponent = binaryPower === undefined ? decimalExponentOf(unit) : 0;
  if (exponent > MAX_EXPONENT) return undefined;
  const mantissa = BigInt(`${whole}${part}`) << (binaryPower ?? 0n);
  const nanos = timesPowerOfTen(mantissa, Math.max(exponent, -MAX_LENGTH) - part.length + NANO_DIGITS);
  if (nanos > MAX_NANOS) return undefined;
  return { nanos: sign === '-' ? -nanos : nanos, isBinary: binaryPower !== undefined };
}

function powerOf<V>(units: Readonly<Record<string, V>>, unit: string): V | undefined {
  return Object.hasOwn(units, unit) ? units[unit] : undefined;
}

function decimalExponentOf(unit: string): number {
  return unit === '' ? 0 : (powerOf<number>(DECIMAL_UNITS, unit) ?? Number(unit.slice(1)));
}

/** Rounds up. */
function timesPowerOfTen(value: bigint, exponent: number): bigint {
  if (exponent >= 0) return value * 10n ** BigInt(exponent);
  const divisor = 10n ** BigInt(-exponent);
  return (value + divisor - 1n) / divisor;
}

/** Returns the amount of a quantity with the precision of a double. Undefined if the text is no quantity. */
export function parseQuantity(text: string): number | undefined {
  const quantity = parseExact(text);
  return quantity && numberOf(quantity);
}

/** Returns the double that is closest to an amount. */
export function numberOf({ nanos }: Quantity): number {
  const [sign, size] = nanos < 0n ? ['-', -nanos] : ['', nanos];
  return Number(`${sign}${size / NANOS_PER_ONE}.${String(size % NANOS_PER_ONE).padStart(NANO_DIGITS, '0')}`);
}

/** Returns the sum. It has the format of the first amount unless that is zero, as in Kubernetes. */
export function sumOf(a: Quantity, b: Quantity): Quantity {
  return { nanos: a.nanos + b.nanos, isBinary: (a.nanos === 0n ? b : a).isBinary };
}

/** Adds an amount of a resource to the sums by resource. */
export function addAmount(sums: Map<string, Quantity>, resource: string, amount: Quantity): void {
  sums.set(resource, sumOf(sums.get(resource) ?? ZERO, amount));
}

/** Returns a multiple of an amount. */
export function timesOf({ nanos, isBinary }: Quantity, times: number): Quantity {
  return { nanos: nanos * BigInt(times), isBinary };
}

/**
 * Returns an amount as Kubernetes writes it: a whole number with the largest unit that divides it, else in `m`, `u` or `n`.
 */
export function formatQuantity({ nanos, isBinary }: Quantity): string {
  if (nanos === 0n) return '0';
  if (nanos % NANOS_PER_ONE === 0n) {
    const whole = nanos / NANOS_PER_ONE;
    const units = isBinary ? BINARY_FACTORS : DECIMAL_FACTORS;
    const [unit, factor] = units.find(([, each]) => whole % each === 0n) ?? ['', 1n];
    return `${whole / factor}${unit}`;
  }
  const [unit, factor] = FRACTIONS.find(([, each]) => nanos % each === 0n) ?? ['n', 1n];
  return `${nanos / factor}${unit}`;
}

/** Largest first. */
const BINARY_FACTORS = Object.entries(BINARY_UNITS)
  .map(([unit, power]): [string, bigint] => [unit, 1n << power])
  .toReversed();
const DECIMAL_FACTORS = Object.entries(DECIMAL_UNITS)
  .filter(([, power]) => power > 0)
  .map(([unit, power]): [string, bigint] => [unit, 10n ** BigInt(power)])
  .toReversed();
const FRACTIONS: readonly (readonly [string, bigint])[] = [
  ['m', 1_000_000n],
  ['u', 1_000n],
];

/** The largest amount of Kubernetes: 2⁶³ - 1, in billionths. */
const LARGEST_NANOS = (2n ** 63n - 1n) * NANOS_PER_ONE;
const SORT_KEY_LENGTH = String(2n * LARGEST_NANOS).length;

/** Returns a text that sorts as the amount does. Amounts beyond those of Kubernetes sort as the largest or smallest one. */
export function sortKeyOf({ nanos }: Quantity): string {
  const bounded = nanos > LARGEST_NANOS ? LARGEST_NANOS : nanos < -LARGEST_NANOS ? -LARGEST_NANOS : nanos;
  return String(bounded + LARGEST_NANOS).padStart(SORT_KEY_LENGTH, '0');
}
