/**
 * Lenient decoder of a part of an object. CustomResourceDefinitions of several releases and vendors share one version, so
 * no field is certain: a field with another type counts as absent, and one malformed object never fails a list.
 */
interface Decoder<T> {
  /** Returns whether the whole value has the type. */
  readonly is: (value: unknown) => value is T;
  /**
   * Returns the valid part of a value, with fields that the decoder does not name. Returns the value itself if all of it is
   * valid, and undefined if none is. Never throws.
   */
  readonly decode: (value: unknown) => T | undefined;
  /** Like `decode`, without the fields that the decoder does not name, like the pruning of custom resources. */
  readonly prune: (value: unknown) => T | undefined;
}

/** Type of the values that a decoder returns. */
export type Decoded<F> = F extends Decoder<infer T> ? T : never;

type Fields = Readonly<Record<string, Decoder<unknown>>>;
type DecodedFields<F extends Fields> = { readonly [K in keyof F]?: Decoded<F[K]> };
type AnyObject = Readonly<Record<string, unknown>>;

const INT_LIMIT = 2 ** 31;
const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/u;

export const string = custom((value): value is string => typeof value === 'string');
export const boolean = custom((value): value is boolean => typeof value === 'boolean');
export const number = custom((value): value is number => typeof value === 'number');
/** An integer of 32 bits, as a GraphQL `Int`. */
export const int = custom(
  (value): value is number => Number.isInteger(value) && Number(value) >= -INT_LIMIT && Number(value) < INT_LIMIT,
);
/** A resource.Quantity. Manifests may have it as a number, which a custom resource keeps; it is decoded as text. */
export const quantity: Decoder<string> = {
  is: (value): value is string => typeof value === 'string',
  decode: quantityTextOf,
  prune: quantityTextOf,
};
/** An RFC 3339 timestamp, the form of `metav1.Time` and `metav1.MicroTime`. */
export const timestamp = custom(
  (value): value is string => typeof value === 'string' && RFC_3339.test(value) && !Number.isNaN(Date.parse(value)),
);
export const anyObject = custom(
  (value): value is AnyObject => typeof value === 'object' && value !== null && !Array.isArray(value),
);
/** An entry of `status.conditions`, the form of `metav1.Condition`. */
export const condition = object({
  type: string,
  status: string,
  reason: string,
  message: string,
  lastTransitionTime: string,
});

function quantityTextOf(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  return typeof value === 'string' ? value : undefined;
}

/** Returns a decoder that accepts a value as a whole or not at all. */
export function custom<T>(is: Decoder<T>['is']): Decoder<T> {
  const decode = (value: unknown) => (is(value) ? value : undefined);
  return { is, decode, prune: decode };
}

/** Returns a decoder of an object in which each named field is optional. Other fields are not checked. */
export function object<F extends Fields>(fields: F): Decoder<DecodedFields<F>> {
  const named = Object.entries(fields);
  return keyed(
    (value): value is DecodedFields<F> =>
      anyObject.is(value) && named.every(([name, field]) => !Object.hasOwn(value, name) || field.is(value[name])),
    (value, mode) => {
      const others = mode === 'decode' ? Object.entries(value).filter(([name]) => !Object.hasOwn(fields, name)) : [];
      return [...named.map(([name, field]) => [name, field[mode](value[name])] as const), ...others];
    },
  );
}

/** Returns a decoder of an object with any keys. It drops entries with invalid values. */
export function record<T>(values: Decoder<T>): Decoder<Readonly<Record<string, T>>> {
  return keyed(
    (value): value is Readonly<Record<string, T>> => anyObject.is(value) && Object.values(value).every(values.is),
    (value, mode) => Object.entries(value).map(([key, entry]) => [key, values[mode](entry)]),
  );
}

/** Returns a decoder of a list. It drops invalid items. */
export function listOf<T>(items: Decoder<T>): Decoder<readonly T[]> {
  const is = (value: unknown): value is readonly T[] => isList(value) && value.every(items.is);
  const each = (value: unknown, mode: Mode) =>
    isList(value) ? value.map(items[mode]).filter((item) => item !== undefined) : undefined;
  return { is, decode: (value) => (is(value) ? value : each(value, 'decode')), prune: (value) => each(value, 'prune') };
}

/** Methods that return the valid part of a value. */
type Mode = 'decode' | 'prune';

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function keyed<T>(
  is: Decoder<T>['is'],
  entriesOf: (value: AnyObject, mode: Mode) => readonly (readonly [key: string, value: unknown])[],
): Decoder<T> {
  const take = (value: unknown, mode: Mode) => {
    if (!anyObject.is(value)) return undefined;
    const taken: unknown = Object.fromEntries(entriesOf(value, mode).filter(([, entry]) => entry !== undefined));
    return is(taken) ? taken : undefined;
  };
  return { is, decode: (value) => (is(value) ? value : take(value, 'decode')), prune: (value) => take(value, 'prune') };
}

/**
 * Returns a function that decodes each object once and then returns the same result; `fallback` for a value of which no part
 * is valid. Results are held weakly, as long as the object that was decoded, but for the last one: the fields of an object are
 * mostly read one after the other.
 */
export function memoizedDecode<T>(decoder: Decoder<T>, fallback: T): (value: unknown) => T {
  const results = new WeakMap<object, T>();
  let [lastValue, lastResult]: [unknown, T] = [undefined, fallback];
  return (value) => {
    if (value === lastValue) return lastResult;
    if (typeof value !== 'object' || value === null) return fallback;
    let result = results.get(value);
    if (result === undefined) {
      result = decoder.decode(value) ?? fallback;
      results.set(value, result);
    }
    lastValue = value;
    lastResult = result;
    return result;
  };
}
