import { isJsonObject, type JsonObject } from './json.ts';
import { badRequestError } from './status.ts';

const NUMBER = /^(?<sign>[+-]?)(?<whole>\d*)(?:\.(?<fraction>\d*))?(?<suffix>[EeinumkKMGTP]*[-+]?\d*)$/u;
const BINARY: ReadonlyMap<string, bigint> = new Map(
  ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'].map((suffix, i) => [suffix, 1024n ** BigInt(i + 1)]),
);
/** Powers of ten of the decimal suffixes. */
const DECIMAL: ReadonlyMap<string, number> = new Map([
  ['n', -9],
  ['u', -6],
  ['m', -3],
  ['', 0],
  ['k', 3],
  ['M', 6],
  ['G', 9],
  ['T', 12],
  ['P', 15],
  ['E', 18],
]);
const EXPONENT = /^[eE](?<power>[-+]?\d+)$/u;
const NANO = 1_000_000_000n;
const MALFORMED = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

/**
 * Returns a quantity as an API server stores it in fields of the type `resource.Quantity`: with the largest suffix with which it is
 * an integer. A text that has this suffix already stays as it is, such as `+3` or `1.500`. A smaller part than `smallest`, a number
 * of nano units, is rounded up. Undefined if it is not a quantity.
 */
function canonicalQuantity(text: string, smallest = 1n): string | undefined {
  const { sign = '', whole = '', fraction = '', suffix = '' } = NUMBER.exec(text)?.groups ?? {};
  if (`${whole}${fraction}` === '') return undefined;
  const digits = BigInt(`${whole}${fraction}`);
  const minus = sign === '-' && digits !== 0n ? '-' : '';
  const factor = BINARY.get(suffix);
  if (factor !== undefined) {
    const nanos = divideUp(digits * factor * NANO, 10n ** BigInt(fraction.length));
    return `${minus}${binary(roundUp(nanos, smallest))}`;
  }
  const exponent = EXPONENT.exec(suffix)?.groups?.['power'];
  const power = exponent === undefined ? DECIMAL.get(suffix) : Number(exponent);
  if (power === undefined) return undefined;
  const shift = power - fraction.length + 9;
  const isRounded = shift < 0 || 10n ** BigInt(shift) < smallest;
  if (!isRounded && shift % 3 === 0 && digits % 1_000n !== 0n) return text;
  const nanos = shift >= 0 ? digits * 10n ** BigInt(shift) : divideUp(digits, 10n ** BigInt(-shift));
  return `${minus}${decimal(roundUp(nanos, smallest), exponent !== undefined)}`;
}

function roundUp(value: bigint, unit: bigint): bigint {
  return divideUp(value, unit) * unit;
}

function divideUp(value: bigint, divisor: bigint): bigint {
  return (value + divisor - 1n) / divisor;
}

/** A quantity below 1024, or one that is no whole number, is written with a decimal suffix. */
function binary(nanos: bigint): string {
  const value = nanos / NANO;
  if (nanos % NANO !== 0n || value < 1024n) return decimal(nanos, false);
  const [suffix, factor] = [...BINARY].findLast(([, size]) => value % size === 0n) ?? ['', 1n];
  return `${value / factor}${suffix}`;
}

function decimal(nanos: bigint, isExponent: boolean): string {
  if (nanos === 0n) return '0';
  const [suffix, power] = [...DECIMAL].findLast(([, size]) => nanos % 10n ** BigInt(size + 9) === 0n) ?? ['n', -9];
  const mantissa = nanos / 10n ** BigInt(power + 9);
  return isExponent && power !== 0 ? `${mantissa}e${power}` : `${mantissa}${suffix}`;
}

const MILLI = 1_000_000n;

/**
 * Returns a list of resources with canonical quantities, which are rounded up to milli units.
 * @throws {ApiStatusError} 400 if one is not a quantity
 */
export function canonicalQuantities(list: unknown, kind: string): unknown {
  if (!isJsonObject(list)) return list;
  return Object.fromEntries(Object.entries(list).map(([name, value]) => [name, storedQuantity(value, kind, MILLI)]));
}

/** Returns requirements of resources with canonical requests and limits. */
export function canonicalRequirements(resources: JsonObject, kind: string): JsonObject {
  const lists = ['requests', 'limits'].filter((list) => list in resources);
  return {
    ...resources,
    ...Object.fromEntries(lists.map((list) => [list, canonicalQuantities(resources[list], kind)])),
  };
}

/** Returns the text that is stored for a value, which may also be a number. */
export function storedQuantity(value: unknown, kind: string, smallest = 1n): unknown {
  if (typeof value !== 'string' && typeof value !== 'number') return value;
  const canonical = canonicalQuantity(String(value).trim(), smallest);
  if (canonical !== undefined) return canonical;
  throw badRequestError(`${kind} in version "v1" cannot be handled as a ${kind}: ${MALFORMED}`);
}
